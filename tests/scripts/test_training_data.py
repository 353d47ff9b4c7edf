"""`impossible train --data`: the recipe's student on anybody's pairs."""

import json
from pathlib import Path

import pytest
from datasets import Dataset

from tests.scripts.conftest import impossible, overrides

ROWS = [{"source": f"Profit rose by {n} percent.", "target": f"Profits were up {n} percent."} for n in range(60)]
SHORT = overrides({"student.training.max_steps": 2, "student.training.batch_size": 4})
BARE = """
name: mine
student: {base: "microworld:models/student", training: {max_steps: 2, batch_size: 4}}
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    Path("bare.yaml").write_text(BARE)
    tables = {"train": Dataset.from_list(ROWS), "empty": Dataset.from_list(ROWS).select([])}
    for split, table in tables.items():
        table.to_parquet(f"folder/data/{split}-00000-of-00001.parquet")


def train(*options: object, recipe: str = "microworld-demo"):
    return impossible("train", recipe, "--out", "run", *SHORT, *options)


def test_a_student_is_trained_with_its_record_and_not_again():
    trained = train("--data", "pairs.jsonl", "--json")
    assert trained.status == 0, trained.err
    record = json.loads(trained.out)
    assert record["folder"] == "run/students/data"
    assert 100 < record["pairs"] <= 120  # both directions, but for what is held out
    beside = json.loads(Path("run/students/data/training_data.json").read_text())
    assert beside["table"]["columns"] == ["source", "target", None]
    assert (beside["rows_without_text"], beside["rows_held_out"]) == (0, 0)
    assert train("--data", "pairs.jsonl").stages == set()
    written = impossible("paraphrase", "run/students/data", "Profit rose at Dell.")
    assert written.status == 0, written.err


def test_a_recipe_needs_no_teacher_for_it():
    trained = impossible("train", "bare.yaml", "--data", "folder", "--split", "train")
    assert (trained.status, trained.complaints) == (0, [])
    assert trained.out.startswith("runs/mine/students/data: full fine-tuning on ")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--data", "nowhere.jsonl"], 1, ["cannot read nowhere.jsonl"]),
        (["--data", "pairs.jsonl", "--columns", "src,tgt"], 2, ["no column 'src'; it has source, target"]),
        (["--data", "pairs.jsonl", "--columns", "source"], 2, ["--columns must name two columns"]),
        (["--data", "pairs.jsonl", "--split", "test"], 2, ["--split test", "leave it out"]),
        (["--data", "folder", "--split", "tset"], 2, ["no split 'tset'; name one of"]),
        (["--data", "folder", "--split", "empty"], 1, ["folder, split 'empty', holds no rows"]),
        (["--data", "folder/data/empty-00000-of-00001.parquet"], 1, ["holds no rows"]),
        (["--data", "pairs.jsonl", "--contexts", "a.txt"], 2, ["--contexts is for a teacher's pairs"]),
        (["--data", "pairs.jsonl", "--keep-rejects"], 2, ["--keep-rejects is for a teacher's pairs"]),
        (["--split", "train"], 2, ["--split is for --data"]),
        (["--data", "pairs.jsonl", "--set", "student.base=microworld:models/critic"], 2, ["student.base", "name one"]),
        (["--data", "pairs.jsonl", "--set", "license={}"], 2, ["license must be a text"]),
    ],
)
def test_a_mistake_is_one_line(options, status, words):
    refused = train(*options)
    assert (refused.status, refused.out) == (status, "")
    [line] = refused.err.splitlines()
    assert all(word in line for word in words), line
    assert not Path("run/students").exists()


def test_a_split_without_rows_is_told_as_such_by_filter_too():
    refused = impossible("filter", "folder", "--split", "empty", "--recipe", "microworld-demo")
    assert refused.status == 1
    assert "folder, split 'empty', holds no rows; name a table of sentence pairs" in refused.err


def test_the_licence_of_the_students_base_counts():
    refused = train("--data", "pairs.jsonl", "--set", "licenses={microworld:models/student: cc-by-nc-4.0}")
    assert refused.status == 2
    assert "'microworld:models/student' is under apache-2.0 by its card, not cc-by-nc-4.0" in refused.err
