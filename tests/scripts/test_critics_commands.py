"""`filter`, `inspect` and `calibrate`, and the rejects that a run keeps on request."""

import csv
import json
import re

import pyarrow.parquet as pq
import pytest
import torch
from datasets import load_dataset

from builders.critics.entailment import entailment_model
from builders.journal import Stage
from builders.models import load_classifier
from builders.token_batches import BUDGET
from microworld import oracle
from tests.scripts.conftest import files_below, impossible

CRITICS = """
critics:
  - rouge_l: {max: 0.75}
  - semantic_equivalence: {model: "microworld:models/critic"}
"""
ROWS = [
    {
        "a": "It was Wendara Industrial that launched a new phone in Boston.",
        "b": "Wendara Industrial launched a phone.",
    },
    {"a": "Heavy rain hit Dallas on Monday.", "b": "Heavy rain hit Dallas on Monday."},
    {"a": "Heavy rain hit Dallas on Monday.", "b": "On Monday, there was heavy rain in Dallas."},
]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "critics.yaml").write_text(CRITICS)
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return tmp_path


FILTER = ("filter", "mine.jsonl", "--recipe", "critics.yaml", "--columns", "a,b")


def test_filter_prints_the_funnel_and_leaves_tables_that_load(workplace):
    outcome = impossible(*FILTER)
    assert (outcome.status, outcome.complaints) == (0, [])
    first, *_, where = outcome.out.splitlines()
    assert first.split()[-1] == "3"
    assert re.search(r"^kept +1\b", outcome.out, flags=re.MULTILINE)
    assert "nli calls semantic equivalence: 3" in outcome.out
    assert "load_dataset('parquet', data_files='runs/filtered-mine/kept/*.parquet')" in where
    rows = load_dataset("parquet", data_files="runs/filtered-mine/kept/*.parquet", cache_dir="cache", split="train")
    assert (rows[0]["row"], rows[0]["source"], rows[0]["target"]) == (2, ROWS[2]["a"], ROWS[2]["b"])
    [table] = (workplace / "runs/filtered-mine/dropped").glob("*.parquet")
    dropped = pq.read_table(table).to_pylist()
    assert [row["reason"] for row in dropped] == ["entailment_backward", "rouge_l"]


def test_a_critic_that_has_no_room_for_the_smallest_batch_is_one_line(workplace, monkeypatch):
    def full(*arguments, **inputs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nSee the documentation.")

    monkeypatch.setattr(BUDGET, "halvings", 0)
    entailment_model.cache_clear()  # it may hold a copy that `load_classifier` no longer has
    monkeypatch.setattr(load_classifier("microworld:models/critic")[0], "forward", full)
    outcome = impossible(*FILTER)
    assert (outcome.status, outcome.out) == (1, "")
    [line] = outcome.complaints
    assert line.startswith("impossible: out of memory (CUDA out of memory. Tried to allocate 2.00 GiB.); lower workers")
    assert not list((workplace / "runs/filtered-mine").rglob("shard-*"))


def test_filter_says_the_same_to_programs(workplace):
    record = json.loads(impossible(*FILTER, "--json", "--out", "there", "--set", "workers=2").out)
    assert record == json.loads((workplace / "there" / "filter.json").read_text())
    assert (record["candidates"], record["kept"]) == (3, 1)
    assert {"reason": "rouge_l", "count": 1} in record["dropped"]


def test_filter_takes_the_critics_of_any_recipe(workplace):
    outcome = impossible("filter", "mine.jsonl", "--recipe", "microworld-demo", "--columns", "a,b", "--limit", 1)
    assert outcome.status == 0, outcome.err
    assert "tree edit distance" in outcome.out


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["--limit", "0"], "--limit must be at least 1, got 0"),
        (["--columns", "a"], "--columns must name two columns"),
        (["--columns", "a,c"], "mine.jsonl has no column 'c'; it has a, b"),
        (["--context", "c"], "no column 'c'; it has a, b; name the right ones with --context"),
        (["--set", "worker=2"], "unknown setting 'worker'; nearest valid: workers"),
        (["--set", "workers=0"], "workers must be at least 1, got 0"),
        (["--set", "critics=[{semantic_equivalence: {model: ./none}}]"], "critics: model './none'"),
        (["--recipe", "none.yaml"], "recipe 'none.yaml' is neither a file"),
    ],
)
def test_mistakes_in_a_filter_are_one_line_and_start_nothing(workplace, changes, words):
    outcome = impossible(*FILTER, *changes)
    assert outcome.status in (1, 2)
    [line] = outcome.err.splitlines()
    assert all(word in line for word in words.split("; ")), line
    assert not (workplace / "runs").exists()


def test_rejects_are_kept_on_request_and_change_nothing_else(run, tiny):
    before = files_below(run / "pairs", "*.parquet")
    assert impossible("self-distill", "microworld-demo", "--out", run, *tiny, "--keep-rejects").status == 0
    after = files_below(run / "pairs", "*.parquet")
    rejects = {name for name in after if "rejects" in name}
    assert {name.partition("/")[0] for name in rejects} == {"round-0", "round-1"}
    assert {name: after[name] for name in before} == before
    for number in (0, 1):
        counts = Stage.load(run / f"pairs/round-{number}").counts()
        dropped = sum(count for name, count in counts.items() if name.startswith("dropped:"))
        assert sum(1 for _ in Stage.load(run / f"pairs/round-{number}/rejects").read_rows()) == dropped > 0


def a_context(run, number):
    return next(Stage.load(run / f"pairs/round-{number}").read_rows())["context_id"]


def test_inspect_shows_sentences_entailment_and_the_fate_of_every_pair(finished):
    name = a_context(finished, 0)
    outcome = impossible("inspect", finished, name[:12], "--all")
    assert (outcome.status, outcome.err) == (0, "")
    record = json.loads(impossible("inspect", finished, name, "--json").out)
    assert record["context_id"] == name
    assert all(sentence[:40] in outcome.out for sentence in record["sentences"])
    for pair in record["pairs"]:
        assert f"{pair['source'] + 1:4} -> {pair['target'] + 1:<3} " in outcome.out
    assert f"of {len(record['pairs'])} candidate pairs" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 120


def test_inspect_shows_a_later_round_as_its_tables_have_it(run, tiny):
    name = a_context(run, 1)
    before = impossible("inspect", run, name, "--round", 1).out
    assert "run with --keep-rejects to have them here" in before
    impossible("self-distill", "microworld-demo", "--out", run, *tiny, "--keep-rejects")
    record = json.loads(impossible("inspect", run, name, "--round", 1, "--json").out)
    assert record["knows_rejects"]
    assert record["pairs"][0]["reason"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["zz"], "no context of the run is 'zz'"), (["a", "--round", "7"], "no pairs of round 7; it has 0, 1")],
)
def test_inspect_of_what_is_not_there_is_one_line(finished, arguments, words):
    outcome = impossible("inspect", finished, *arguments)
    [line] = outcome.err.splitlines()
    assert outcome.status in (1, 2)
    assert words in line


def label(table, wanted=lambda row: True):
    """The oracle writes into the table what a person would."""
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), dialect="excel-tab")
        writer.writeheader()
        for row in rows:
            answer = "yes" if oracle.equivalent(row["source"], row["target"]) else "no"
            writer.writerow(row | {"label": answer if wanted(row) else ""})
    return rows


def test_calibrate_draws_reads_back_and_tells_the_card(run, tiny):
    drawn = impossible("calibrate", run, "--n", 20)
    assert (drawn.status, drawn.complaints) == (0, [])
    table = run / "calibration" / "pairs.tsv"
    assert drawn.out.splitlines()[-1] == f"impossible calibrate {run} --labels {table}"
    assert set(label(table)[0]) == {"id", "source", "target", "label"}  # blind
    refused = impossible("calibrate", run)
    assert (refused.status, "holds 20 labels" in refused.err) == (2, True)
    outcome = impossible("calibrate", run, "--labels", table)
    assert outcome.status == 0, outcome.err
    assert "20 of 20 pairs labelled" in outcome.out
    record = json.loads(impossible("calibrate", run, "--labels", table, "--json").out)
    assert record == json.loads((run / "calibration" / "calibration.json").read_text())
    assert impossible("demo", "--out", run, *tiny).status == 0
    card = (run / "dimple" / "README.md").read_text()
    assert "## How far the semantic critic can be trusted" in card
    assert "A person labelled 20 candidate pairs" in card


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--n", "19"], "--n must be at least 20, got 19"),
        (["--precision", "1"], "--precision must lie in (0, 1), got 1"),
        (["--labels", "none.tsv"], "holds no draw; run 'impossible calibrate"),
    ],
)
def test_mistakes_in_a_calibration_are_one_line(finished, arguments, words):
    outcome = impossible("calibrate", finished, *arguments)
    [line] = outcome.err.splitlines()
    assert outcome.status == 2
    assert words in line


def test_a_few_labels_put_nothing_on_the_card(run):
    impossible("calibrate", run, "--n", 60)
    table = run / "calibration" / "pairs.tsv"
    first = table.read_text().splitlines()[1].split("\t")[0]
    label(table, lambda row: row["id"] == first)
    outcome = impossible("calibrate", run, "--labels", table)
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "1 of the drawn pairs have a label, and at least 20 must; label more" in outcome.err
    assert not (run / "calibration" / "calibration.json").exists()


def test_labels_of_pairs_whose_critic_has_changed_are_refused(run):
    assert impossible("calibrate", run, "--n", 20).status == 0
    path = run / "calibration" / "pairs.json"
    path.write_text(path.read_text().replace('"scored_by": "', '"scored_by": "x'))
    outcome = impossible("calibrate", run, "--labels", run / "calibration" / "pairs.tsv")
    assert outcome.status == 1
    assert "have changed since" in outcome.err


def test_another_table_of_the_same_name_is_not_written_over(workplace):
    assert impossible(*FILTER).status == 0
    assert impossible(*FILTER).status == 0
    (workplace / "mine.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    outcome = impossible(*FILTER)
    assert outcome.status == 2
    assert "runs/filtered-mine holds what was kept of another table; name a folder with --out" in outcome.err
    assert impossible(*FILTER, "--out", "there").status == 0


def test_a_screen_is_calibrated_on_ones_own_pairs_or_says_why_it_cannot_be(workplace):
    (workplace / "critics.yaml").write_text(CRITICS.replace("  - semantic", "  - screen\n  - semantic"))
    outcome = impossible(*FILTER)
    assert outcome.status == 1
    assert "the screen cannot be calibrated: the NLI model keeps 1 of the first 2 pairs" in outcome.err
    settled = (
        "--set",
        "critics=[{screen: {layer: 3, threshold: -1}}, {semantic_equivalence: {model: 'microworld:models/critic'}}]",
    )
    assert impossible(*FILTER, *settled).status == 0
