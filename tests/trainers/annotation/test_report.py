"""Means, differences, agreement and tables of ratings whose figures are known."""

import csv
import json

import pytest

from builders.errors import RunError, UsageError
from tests.trainers.annotation.conftest import SENTENCES, SYSTEMS, made, outputs
from trainers.annotation.agreement import krippendorff_alpha
from trainers.annotation.answers import Answer, Answers
from trainers.annotation.making import make_task
from trainers.annotation.ratings import read_ratings, write_csv, write_jsonl
from trainers.annotation.report import report
from trainers.annotation.task import AnnotationTask, Item, Systems, answers_folder, write_task

# By annotator and system: the ratings of the four sentences; None is "cannot judge", a missing name no answer.
GIVEN = {
    "ann": {"Quokka-T5": [3, 3, 2, 3], "Numbat-XL": [1, 2, 1, 1], "Copy": [2, 2, None, 2]},
    "bob": {"Quokka-T5": [3, 2, 2, 3], "Numbat-XL": [1, 1, 1, 2]},
}


@pytest.fixture
def folder(tmp_path):
    _, systems = made(tmp_path / "task")
    answers = Answers(answers_folder(tmp_path / "task"))
    for annotator, by_system in GIVEN.items():
        for name, ratings in by_system.items():
            for sentence, rating in zip(SENTENCES, ratings, strict=True):
                answers.add(annotator, Answer(systems.outputs[name][sentence], "faithful", rating, "now"))
    return tmp_path / "task"


def test_a_systems_mean_is_that_of_its_items(folder):
    found = report(read_ratings(folder))["systems"]
    assert found["Quokka-T5"]["faithful"] == {
        "mean": (3 + 2.5 + 2 + 3) / 4,
        "standard_error": pytest.approx(0.23936, abs=1e-5),
        "items": 4,
        "ratings": 8,
    }
    assert (found["Copy"]["faithful"]["mean"], found["Copy"]["faithful"]["items"]) == (2, 3)
    assert found["Copy"]["fluent"] == {"mean": None, "standard_error": None, "items": 0, "ratings": 0}


def test_alpha_is_that_of_the_items_with_two_ratings(folder):
    both = [zip(GIVEN["ann"][name], GIVEN["bob"][name], strict=True) for name in GIVEN["bob"]]
    pairs = [pair for pairs in both for pair in pairs]
    alpha = report(read_ratings(folder), "interval")["alpha"]
    assert alpha["level"] == "interval"
    assert alpha["faithful"]["alpha"] == krippendorff_alpha(pairs, "interval").alpha == alpha["overall"]["alpha"]
    assert alpha["fluent"] == {"alpha": None, "undefined": "nothing has two ratings", "units": 0, "ratings": 0}


def test_differences_are_paired_by_sentence(folder):
    found = report(read_ratings(folder), against="Numbat-XL")["differences"]
    assert found["Quokka-T5"]["faithful"]["difference"] == pytest.approx(2.625 - 1.25)
    assert 0.5 < found["Quokka-T5"]["faithful"]["low"] <= 1.375 <= found["Quokka-T5"]["faithful"]["high"] <= 2
    assert found["Copy"]["faithful"]["sources"] == 3
    assert found == report(read_ratings(folder), against="Numbat-XL")["differences"]


def test_a_system_that_is_none_is_a_clear_error(folder):
    with pytest.raises(UsageError, match="--against must be one of Quokka-T5, Numbat-XL, Copy, got 'Quoka'"):
        report(read_ratings(folder), against="Quoka")


def test_progress_is_counted_by_annotator(folder):
    asked = len(SYSTEMS) * len(SENTENCES) * 3
    assert report(read_ratings(folder))["annotators"] == {
        "ann": {"answered": 12, "asked": asked, "cannot_judge": 1},
        "bob": {"answered": 8, "asked": asked, "cannot_judge": 0},
    }


def test_an_output_of_two_systems_counts_for_both(tmp_path):
    both = {"a": outputs("Firm {n}."), "b": outputs("Firm {n}.")}
    task, systems = make_task(both, "summary", 200, 0)
    write_task(tmp_path / "task", task, systems)
    Answers(answers_folder(tmp_path / "task")).add("ann", Answer(task.items[0].id, "concise", 1, "now"))
    found = read_ratings(tmp_path / "task")
    assert [report(found)["systems"][name]["concise"]["mean"] for name in "ab"] == [1, 1]
    write_csv(tmp_path / "out.csv", found)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row["system"] for row in csv.DictReader(file)] == ["a", "b"]


def test_tables_hold_every_answer(folder, tmp_path):
    found = read_ratings(folder)
    write_csv(tmp_path / "out.csv", found)
    write_jsonl(tmp_path / "out.jsonl", found)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    for annotator, by_system in GIVEN.items():
        for name, ratings in by_system.items():
            got = {r["source"]: r["rating"] for r in rows if (r["annotator"], r["system"]) == (annotator, name)}
            assert got == dict(zip(SENTENCES, ratings, strict=True))
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert [*csv.DictReader(file)] == [
            {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
        ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1 degree", "@SUM(1)", "\t=1", "\r=1"])
def test_no_cell_of_the_csv_is_a_formula(tmp_path, text):
    task = AnnotationTask("summary", 0, (Item("a", f"{text} source", f"{text} output\n=2"),))
    write_task(tmp_path / "task", task, Systems({text: {f"{text} source": "a"}}, {}))
    Answers(answers_folder(tmp_path / "task")).add("ann", Answer("a", "fluent", 2, "now"))
    found = read_ratings(tmp_path / "task")
    write_csv(tmp_path / "out.csv", found)
    write_jsonl(tmp_path / "out.jsonl", found)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    exact = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    expected = {"system": text, "source": f"{text} source", "output": f"{text} output\n=2"}
    assert {name: exact[name] for name in expected} == expected
    assert {name: row[name] for name in expected} == {name: f"'{cell}" for name, cell in expected.items()}
    assert (row["annotator"], row["rating"], row["item"]) == ("ann", "2", "a")


def test_a_task_without_answers_says_how_to_get_them(tmp_path):
    made(tmp_path / "task")
    with pytest.raises(RunError, match="has no answers yet; run 'impossible annotate serve"):
        read_ratings(tmp_path / "task")


def test_answers_of_another_task_are_refused(folder):
    Answers(answers_folder(folder)).add("cem", Answer("of-another", "fluent", 1, "now"))
    with pytest.raises(RunError, match=r"cem\.jsonl answers 'fluent' of item 'of-another'"):
        read_ratings(folder)
