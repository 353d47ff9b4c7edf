"""A task is blind, the same for the same seed, and loses no answers."""

import json
from pathlib import Path

import pytest

from builders.errors import RunError, UsageError
from tests.trainers.annotation.conftest import SENTENCES, SYSTEMS, made, outputs
from trainers.annotation.answers import Answer, Answers
from trainers.annotation.making import make_task
from trainers.annotation.outputs import Outputs, read_outputs, run_outputs
from trainers.annotation.task import answers_folder, read_systems, read_task


def test_a_task_reads_back_as_it_was_made(tmp_path):
    task, systems = made(tmp_path / "task")
    assert (read_task(tmp_path / "task"), read_systems(tmp_path / "task")) == (task, systems)


def test_what_annotators_see_names_no_system(tmp_path):
    made(tmp_path / "task")
    seen = (tmp_path / "task/task.json").read_text(encoding="utf-8")
    assert "profit" in seen
    assert not [name for name in SYSTEMS if name in seen]


def test_items_lie_in_an_order_that_is_not_their_systems(tmp_path):
    task, systems = made(tmp_path / "task")
    wrote = {item: name for name, written in systems.outputs.items() for item in written.values()}
    names = [wrote[item.id] for item in task.items]
    assert names != sorted(names, key=list(SYSTEMS).index)


def test_every_system_has_an_item_for_every_sentence(tmp_path):
    task, systems = made(tmp_path / "task")
    items = {item.id: item for item in task.items}
    for name, template in SYSTEMS.items():
        assert {source: items[item].output for source, item in systems.outputs[name].items()} == {
            sentence: template.format(n=n) for n, sentence in enumerate(SENTENCES)
        }


def test_equal_outputs_are_one_item_of_both_systems():
    both = {"a": outputs("Firm {n}."), "b": outputs("Firm {n}.")}
    task, systems = make_task(both, "paraphrase", 200, 0)
    assert len(task.items) == len(SENTENCES)
    assert systems.outputs["a"] == systems.outputs["b"]


def test_sentences_that_a_system_lacks_are_left_out_and_counted():
    fewer = Outputs("memory", {SENTENCES[1]: "It did.", "Another one.": "One more."})
    task, systems = make_task({"a": outputs("Firm {n}."), "b": fewer}, "paraphrase", 200, 0)
    assert {item.source for item in task.items} == {SENTENCES[1]}
    assert systems.made_from["not_common_sources"] == 4


def test_no_common_sentence_is_a_clear_error():
    with pytest.raises(UsageError, match="no source is common to a, b"):
        make_task({"a": outputs("Firm {n}."), "b": Outputs("memory", {"Other.": "One."})}, "paraphrase", 200, 0)


def test_the_draw_depends_on_the_seed_alone():
    systems = {"a": outputs("Firm {n}.")}
    reordered = {"a": Outputs("elsewhere", dict(reversed(systems["a"].by_source.items())))}
    draws = [{i.source for i in make_task(systems, "paraphrase", 2, seed)[0].items} for seed in range(5)]
    assert {i.source for i in make_task(reordered, "paraphrase", 2, 3)[0].items} == draws[3]
    assert len({frozenset(draw) for draw in draws}) > 1


def test_each_annotator_has_an_order_of_their_own(tmp_path):
    task, _ = made(tmp_path / "task")
    assert task.order("ann") == task.order("ann") != task.order("bob")
    assert sorted(item.id for item in task.order("ann")) == [item.id for item in task.items]


def test_the_same_task_again_keeps_its_answers(tmp_path):
    task, _ = made(tmp_path / "task")
    answers = Answers(answers_folder(tmp_path / "task"))
    answers.add("ann", Answer(task.items[0].id, "fluent", 3, "now"))
    made(tmp_path / "task")
    assert len(answers.of("ann")) == 1


def test_another_task_does_not_take_the_place_of_one(tmp_path):
    made(tmp_path / "task")
    with pytest.raises(UsageError, match="holds another task"):
        made(tmp_path / "task", seed=1)


def test_a_folder_of_something_else_is_not_touched(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="is no task"):
        made(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_outputs_are_read_from_tables(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"source": "S. ", "output": "O."}\n{"source": "S.", "output": "P."}\n')
    (tmp_path / "b.csv").write_text("source,output\nS.,\n")
    found = read_outputs([f"a={tmp_path}/a.jsonl", f"b b={tmp_path}/b.csv"])
    assert {name: system.by_source for name, system in found.items()} == {"a": {"S.": "O."}, "b b": {"S.": ""}}
    assert found["a"].repeated == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"source": "S.", "target": "O."}', "has no column 'output'; it has source, target"),
        ('{"source": "S.", "output": null}', "line 1: the output must be a text, got None"),
        ('{"source": "", "output": "O."}', "line 1: the source must be a text, got ''"),
    ],
)
def test_a_row_that_is_no_output_is_named(tmp_path, row, words):
    (tmp_path / "a.jsonl").write_text(row + "\n")
    with pytest.raises((RunError, UsageError), match=words):
        read_outputs([f"a={tmp_path}/a.jsonl"])


@pytest.mark.parametrize("named", [["a.jsonl"], ["=a.jsonl"], ["a="]])
def test_outputs_need_a_name(named):
    with pytest.raises(UsageError, match="--outputs must be NAME=FILE"):
        read_outputs(named)


def test_a_runs_systems_are_those_of_its_metrics():
    found, task = run_outputs(Path(__file__).parents[2] / "model_cards/finished_run")
    assert task == "paraphrase"
    assert "plain teacher" in found
    assert {len(outputs.by_source) for outputs in found.values()} == {5}


REMEDY = "make the task again in another folder, of the same outputs and seed, and take the file from there"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda task: [task], "it must have task, seed, items"),
        (lambda task: {"task": "paraphrase", "seed": 0}, "it must have task, seed, items"),
        (lambda task: task | {"task": "translation"}, "task must be paraphrase or summary, got 'translation'"),
        (lambda task: task | {"task": ["summary"]}, "task must be paraphrase or summary, got ['summary']"),
        (lambda task: task | {"seed": "0"}, "seed must be a whole number, got '0'"),
        (lambda task: task | {"items": {}}, "items must be a list, got {}"),
        (lambda task: task | {"items": []}, "items must not be empty"),
        (lambda task: task | {"items": [5]}, "an item must have id, source, output, got 5"),
        (lambda task: task | {"items": [{"id": "a"}]}, "an item must have id, source, output, got {'id': 'a'}"),
        (lambda task: task | {"items": [task["items"][0] | {"output": None}]}, "output must be a text, got None"),
        (lambda task: task | {"items": task["items"][:1] * 2}, "is there twice"),
    ],
)
def test_a_spoilt_task_is_named(tmp_path, spoil, words):
    made(tmp_path / "task")
    path = tmp_path / "task/task.json"
    path.write_text(json.dumps(spoil(json.loads(path.read_text()))))
    with pytest.raises(RunError) as caught:
        read_task(tmp_path / "task")
    assert str(caught.value).startswith(f"{path} is not as 'impossible annotate make' wrote it (")
    assert words in str(caught.value)
    assert str(caught.value).endswith(REMEDY)


def changed(systems, **outputs):
    return systems | {"outputs": systems["outputs"] | outputs}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda systems: {"outputs": systems["outputs"]}, "it must have outputs, made_from"),
        (lambda systems: systems | {"made_from": 5}, "made_from must be an object, got 5"),
        (lambda systems: systems | {"outputs": []}, "outputs must be an object with a system in it, got []"),
        (lambda systems: systems | {"outputs": {}}, "outputs must be an object with a system in it, got {}"),
        (lambda systems: changed(systems, Copy=5), "outputs of 'Copy' must be an object, got 5"),
        (lambda systems: changed(systems, Copy={"s0": 5}), "'Copy' has 5 for 's0', which is no item of that source"),
        (lambda systems: changed(systems, Copy={"s0": ["a"]}), "'Copy' has ['a'] for 's0', which is no item"),
        (lambda systems: changed(systems, Copy={"s0": "nope"}), "'Copy' has 'nope' for 's0', which is no item"),
        (
            lambda systems: changed(systems, Copy={SENTENCES[0]: systems["outputs"]["Copy"][SENTENCES[1]]}),
            "which is no item of that source",
        ),
        (lambda systems: changed(systems, Copy={}), "'Copy' and 'Quokka-T5' are not of the same sources"),
        (
            lambda systems: changed(systems, Copy=systems["outputs"]["Numbat-XL"]),
            "no system wrote item",
        ),
    ],
)
def test_spoilt_systems_are_named(tmp_path, spoil, words):
    made(tmp_path / "task")
    path = tmp_path / "task/systems.json"
    path.write_text(json.dumps(spoil(json.loads(path.read_text()))))
    with pytest.raises(RunError) as caught:
        read_systems(tmp_path / "task")
    assert str(caught.value).startswith(f"{path} is not as 'impossible annotate make' wrote it (")
    assert words in str(caught.value)
    assert str(caught.value).endswith(REMEDY)
