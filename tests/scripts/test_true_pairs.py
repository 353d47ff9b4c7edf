"""The ceiling of a run, and the student of every round beside it."""

import json

import pytest

from builders.errors import ConfigError
from microworld.oracle import entails
from scripts.recipe import load_recipe
from scripts.round_stages import RoundStages
from scripts.true_pairs import train_on_true_pairs
from tests.scripts.conftest import files_below, impossible, overrides

HELD_OUT = 8
SETTINGS = overrides(
    {
        "self_distillation.rounds": 2,
        "student.training.validation_pairs": HELD_OUT,
        "student.self_training.validation_pairs": HELD_OUT,
        "student.self_training.gradient_accumulation_steps": 2,
        "controls": "[true_pairs]",
    }
)


@pytest.fixture
def whole(run, tiny):
    """A run of two rounds with its ceiling."""
    outcome = impossible("demo", "--out", run, *tiny, *SETTINGS)
    assert (outcome.status, outcome.complaints) == (0, []), outcome.err
    return run


def trained(folder):
    return json.loads((folder / "training.json").read_text(encoding="utf-8"))


def drawn(folder):
    return [tuple(pair) for pair in json.loads((folder / "true_pairs.json").read_text(encoding="utf-8"))["pairs"]]


def test_the_student_of_every_round_and_the_ceiling_have_a_row(whole, tiny):
    systems = json.loads((whole / "metrics.json").read_text(encoding="utf-8"))["evaluation"]["systems"]
    assert [(system["name"], system["path"]) for system in systems] == [
        ("plain teacher", None),
        ("student, round 0", "students/round-0"),
        ("student, self-distilled, round 1", "students/round-1"),
        ("student, self-distilled, round 2", "students/round-2"),
        ("ceiling: trained on true pairs, same updates", "students/control-true-pairs-round-2"),
    ]
    ceiling = [trained(whole / "students" / f"control-true-pairs-round-{number}") for number in range(3)]
    assert [record["steps"] for record in ceiling] == [4, 4, 4]
    assert [record["pairs"] for record in ceiling] == [4 * 8, 2 * 4 * 8, 2 * 4 * 8]  # each place of each batch its own
    assert ceiling[0]["base"] == "microworld:models/student"
    assert ceiling[2]["base"] == str(whole / "students/control-true-pairs-round-1")
    assert ceiling[0]["settings"]["learning_rate"] != ceiling[1]["settings"]["learning_rate"]
    pairs = drawn(whole)
    assert len(set(pairs)) == len(pairs) == HELD_OUT + (1 + 2 + 2) * 4 * 8
    assert trained(whole / "student") == trained(whole / "students/round-2")
    released = b"".join(files_below(whole / "student").values()) + b"".join(files_below(whole / "dimple").values())
    assert not any(source.encode() in released for source, _ in pairs)
    assert str(whole / "students") not in (whole / "report.html").read_text(encoding="utf-8")
    again = impossible("demo", "--out", whole, *tiny, *SETTINGS)
    assert (again.status, again.stages) == (0, set())


def test_a_summarizer_has_a_ceiling_of_true_summaries(tmp_path):
    recipe = load_recipe(
        "microworld-news-summary",
        ["controls=[true_pairs]", "student.training.batch_size=4", "student.training.validation_pairs=2"],
    )
    student = tmp_path / "student"
    student.mkdir()
    (student / "training.json").write_text(json.dumps({"steps": 2}))
    ceiling = train_on_true_pairs(RoundStages(recipe, tmp_path), [student])
    assert (trained(ceiling)["steps"], trained(ceiling)["pairs"]) == (2, 8)
    assert all(entails(source, target) for source, target in drawn(tmp_path))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"evaluation": "null"}, "controls true_pairs says nothing without evaluation"),
        ({"evaluation": "{data: rows.tsv}"}, "needs an evaluation.benchmark that draws pairs .*, got 'None'"),
        ({"evaluation": "{benchmark: mrpc}"}, "got 'mrpc'; name one or take true_pairs out"),
        ({"student.training.packing": "true"}, "take out packing or true_pairs"),
        ({"ablation": "{}"}, "an ablation has no row for the control true_pairs"),
    ],
)
def test_a_recipe_that_has_no_true_pairs_is_refused(settings, words):
    with pytest.raises(ConfigError, match=words):
        load_recipe("microworld-demo", overrides({"controls": "[true_pairs]", **settings})[1::2])


def test_it_needs_no_self_distillation():
    load_recipe("microworld-demo", ["controls=[true_pairs]", "self_distillation=null"])
