"""Answers that were confirmed are on the disk, whatever happens; those that were not are not half there."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders.errors import RunError, UsageError
from trainers.annotation.answers import Answer, Answers, annotator_name

ENDLESS = """
import sys
from pathlib import Path
from trainers.annotation.answers import Answer, Answers
number = 0
while True:
    Answers(Path(sys.argv[1])).add("ann", Answer(f"item-{number}", "fluent", 2, "now"))
    print(number, flush=True)
    number += 1
"""


def answer(item, rating=2):
    return Answer(f"item-{item}", "fluent", rating, "now")


@pytest.fixture
def answers(tmp_path):
    return Answers(tmp_path / "answers")


def test_the_last_answer_counts(answers):
    for rating in (1, None, 3):
        answers.add("ann", answer(0, rating))
    assert answers.of("ann") == {("item-0", "fluent"): answer(0, 3)}


def test_a_killed_process_loses_no_confirmed_answer(answers):
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, answers.folder], stdout=subprocess.PIPE, text=True
    ) as process:
        confirmed = [process.stdout.readline() for _ in range(30)]
        process.send_signal(signal.SIGKILL)
        confirmed += process.stdout.readlines()
    whole = [line for line in confirmed if line.endswith("\n")]
    found = answers.of("ann")
    assert len(whole) >= 30
    assert len(found) - len(whole) in (0, 1)  # one may have been stored and not yet confirmed
    answers.add("ann", answer("after"))
    assert len(answers.of("ann")) == len(found) + 1


@pytest.mark.parametrize("torn", [b"{", b'{"item": "item-1", "question": "fluent", "rating": 2, "at": "now"}', b"\0\0"])
def test_a_line_without_its_end_was_never_confirmed(answers, torn):
    answers.add("ann", answer(0))
    with (answers.folder / "ann.jsonl").open("ab") as file:
        file.write(torn)
    assert list(answers.of("ann").values()) == [answer(0)]
    answers.add("ann", answer(2))
    assert list(answers.of("ann").values()) == [answer(0), answer(2)]


def test_a_line_that_is_torn_from_the_first_byte_leaves_nothing(answers):
    answers.folder.mkdir()
    (answers.folder / "ann.jsonl").write_bytes(b'{"item"')
    assert answers.of("ann") == {}
    answers.add("ann", answer(0))
    assert list(answers.of("ann").values()) == [answer(0)]


def test_a_full_disk_is_said_and_leaves_no_half_line(answers, small_disk):
    answers.add("ann", answer(0))
    size = (answers.folder / "ann.jsonl").stat().st_size
    with small_disk(size + 10), pytest.raises(RunError, match="make room"):
        answers.add("ann", answer(1))
    assert (answers.folder / "ann.jsonl").stat().st_size == size
    answers.add("ann", answer(2))
    assert list(answers.of("ann").values()) == [answer(0), answer(2)]


def test_many_at_once_lose_nothing(answers):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Answers(answers.folder).add(f"annotator {n % 2}", answer(n)), range(60)))
    assert answers.annotators() == ["annotator 0", "annotator 1"]
    assert [len(answers.of(name)) for name in answers.annotators()] == [30, 30]


def test_a_spoilt_line_is_named(answers):
    answers.add("ann", answer(0))
    answers.add("ann", answer(1))
    path = answers.folder / "ann.jsonl"
    path.write_bytes(path.read_bytes().replace(b"2", b"7", 1))
    with pytest.raises(RunError, match=r"ann\.jsonl, line 1 is no answer \(rating 7\)"):
        answers.of("ann")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            {"item": "i", "question": ["fluent"], "rating": 2, "at": "now"},
            "the question must be a text, got ['fluent']",
        ),
        ({"item": 5, "question": "fluent", "rating": 2, "at": "now"}, "the item must be a text, got 5"),
        ({"item": "i", "question": "fluent", "rating": 2, "at": None}, "the at must be a text, got None"),
        ({"item": "i", "question": "fluent", "rating": True, "at": "now"}, "rating True"),
        ({"item": "i", "question": "fluent", "rating": [2], "at": "now"}, "rating [2]"),
        ({"item": "i", "question": "fluent", "rating": 2}, "it must have item, question, rating, at"),
        ([], "it must have item, question, rating, at"),
    ],
)
def test_a_line_of_other_types_is_named(answers, line, words):
    answers.add("ann", answer(0))
    with (answers.folder / "ann.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(RunError) as caught:
        answers.of("ann")
    assert str(caught.value).startswith(f"{answers.folder}/ann.jsonl, line 2 is no answer ({words}")
    assert str(caught.value).endswith("; remove or correct the line")


@pytest.mark.parametrize("line", [b"\xff", b"{", b"\n{}"])
def test_a_line_that_is_no_json_is_named(answers, line):
    answers.add("ann", answer(0))
    with (answers.folder / "ann.jsonl").open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(RunError, match=r"ann\.jsonl, line 2 is no"):
        answers.of("ann")


@pytest.mark.parametrize("name", ["._ann.jsonl", ".x.jsonl", "notes.txt"])
def test_files_of_other_programs_are_passed_over(answers, name):
    answers.add("ann", answer(0))
    (answers.folder / name).write_bytes(b"\0\5\x16\7")
    assert answers.annotators() == ["ann"]


@pytest.mark.parametrize("name", ["ann (1).jsonl", "BOB.jsonl", "zoe\u0308.jsonl", "dan .jsonl"])
def test_a_file_that_is_no_annotators_is_named(answers, name):
    answers.add("ann", answer(0))
    (answers.folder / name).write_bytes((answers.folder / "ann.jsonl").read_bytes())
    with pytest.raises(RunError) as caught:
        answers.annotators()
    assert str(caught.value).startswith(f"{answers.folder}/{name} is no annotator's file")


@pytest.mark.parametrize(
    ("text", "name"), [(" Ann  Lee ", "ann lee"), ("O'Brien-2", "o'brien-2"), ("JÜRGEN", "jürgen")]
)
def test_a_name_has_one_spelling(text, name):
    assert annotator_name(text) == name == annotator_name(name)


@pytest.mark.parametrize(
    "text", ["", " ", "..", "../ann", "a/b", "a\\b", ".ann", "a\0", "a.b", "x" * 41, "\ud800", "<b>"]
)
def test_what_could_be_a_path_is_no_name(text, answers):
    with pytest.raises(UsageError, match="an annotator's name must have"):
        answers.add(text, answer(0))
    assert not os.path.exists(answers.folder)
