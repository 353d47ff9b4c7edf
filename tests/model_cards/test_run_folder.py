"""Reading a run folder, and what is said when it is none."""

import json

import pytest

from model_cards.rendering import write_whole
from model_cards.report import write_report
from model_cards.run_folder import CardError, mentions_microworld, read_run
from tests.model_cards.conftest import write_training


def test_trainings_stand_in_the_order_of_the_evaluation(run):
    assert list(read_run(run).trainings) == ["round-0", "round-1", "control-more", "control-fresh"]


def test_trainings_of_settings_that_the_recipe_had_before_are_left_out(run, figures):
    figures["evaluation"]["systems"] = figures["evaluation"]["systems"][:2]  # the plain teacher and round 0
    (run / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
    assert list(read_run(run).trainings) == ["round-0"]


def test_without_an_evaluation_the_trainings_are_those_of_the_datasets_rounds(run, figures):
    (run / "metrics.json").write_text(json.dumps(figures | {"evaluation": None}), encoding="utf-8")
    assert list(read_run(run).trainings) == ["round-0", "round-1"]
    rounds = figures["rounds"][:1]
    (run / "metrics.json").write_text(json.dumps(figures | {"evaluation": None, "rounds": rounds}), encoding="utf-8")
    assert list(read_run(run).trainings) == ["round-0"]


def test_what_a_kill_left_behind_is_no_training(run):
    write_training(run / "students/.round-0.old", "microworld:models/student")
    assert ".round-0.old" not in read_run(run).trainings


@pytest.mark.parametrize("base", ["students/round-0", "/elsewhere/run/students/round-0"])
def test_a_student_that_started_from_another_knows_it(run, base):
    path = run / "students/round-1/training.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"base": base}), encoding="utf-8")
    record = read_run(run)
    assert [training.name for training in record.lineage(record.trainings["round-1"])] == ["round-0", "round-1"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metrics.json", None, r"metrics\.json: No such file.*is .* a run folder"),
        ("metrics.json", b"{", r"metrics\.json is no JSON"),
        ("metrics.json", b"[]", r"metrics\.json must hold one JSON object, it holds list"),
        ("metrics.json", b'{"name": "x"}', r"metrics\.json lacks or misstates 'task'"),
        (
            "metrics.json",
            b'{"name": "x", "task": "poem", "domain": "d"}',
            r"'poem', which must be paraphrase or summary",
        ),
        ("recipe.yaml", b"a: [", r"recipe\.yaml is no YAML"),
        ("recipe.yaml", b"- a", r"recipe\.yaml must hold settings by name, it holds list"),
        ("recipe.yaml", b"a: \xff", r"recipe\.yaml: not UTF-8 at byte 3"),
    ],
)
def test_a_file_that_is_wrong_is_named_in_one_line(run, name, content, message):
    (run / name).unlink()
    if content is not None:
        (run / name).write_bytes(content)
    with pytest.raises(CardError, match=message) as caught:
        write_report(run)
    assert "\n" not in str(caught.value)
    assert not (run / "report.html").exists()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "README.md"
    write_whole(path, "old")
    (tmp_path / ".README.md.part").mkdir()
    with pytest.raises(CardError, match=r"README\.md cannot be written"):
        write_whole(path, "new")
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("microworld:models/teacher-news", True),
        ("microworld.oracle", True),
        ("microworld_news", True),
        ("gpt2-xl", False),
        ("someone/microworld", False),
    ],
)
def test_the_microworld_is_known_by_its_names(name, is_ours):
    assert mentions_microworld(["news", name]) is is_ours
