"""`describe`: Table 1's columns for any dataset."""

import gzip
import json
import random
import re
import statistics

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metrics.jaccard.shared_words import jaccard
from metrics.ngram_entropy.ngrams import ngram_entropy
from metrics.ted.tree_distance import tree_edit_distance
from microworld.parser import parse
from tests.scripts.conftest import impossible

WORDS = ["profit", "sales", "rose", "fell", "sharply", "on", "Monday", "at", "Acme", "after", "Dell", "and", "said"]


def pairs(n, seed=0):
    rng = random.Random(seed)
    return [
        (" ".join(rng.choices(WORDS, k=rng.randint(3, 9))) + ".", " ".join(rng.choices(WORDS, k=6))) for _ in range(n)
    ]


def jsonl(path, rows):
    path.write_text("".join(json.dumps({"source": source, "target": target}) + "\n" for source, target in rows))


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jsonl(tmp_path / "a.jsonl", pairs(60))
    jsonl(tmp_path / "b.jsonl", pairs(25, seed=1))
    return tmp_path


def figures_of(*arguments):
    outcome = impossible("describe", *arguments, "--json")
    assert (outcome.status, outcome.complaints) == (0, [])
    return json.loads(outcome.out)


def test_every_kind_of_file_in_any_order_has_the_same_figures(workplace):
    rows = pairs(60)[::-1]
    table = pa.table({"first": [source for source, _ in rows], "second": [target for _, target in rows]})
    pq.write_table(table, "a.parquet", row_group_size=7)
    with gzip.open("a.tsv.gz", "wt") as file:
        file.writelines(f"{source}\t{target}\n" for source, target in [("first", "second"), *rows])
    (workplace / "p.src").write_text("".join(source + "\n" for source, _ in rows))
    (workplace / "p.tgt").write_text("".join(target + "\n" for _, target in rows))
    renamed = ("--columns", "first,second")
    whole = figures_of("a.jsonl")["datasets"][0]["figures"]
    others = [figures_of("a.parquet", *renamed), figures_of("a.tsv.gz", *renamed), figures_of("p.src")]
    assert [record["datasets"][0]["figures"] for record in others] == [whole] * 3
    targets = [target for _, target in rows]
    assert [whole[f"h{order}"]["value"] for order in (2, 3)] == [ngram_entropy(targets, order) for order in (2, 3)]
    assert whole["jaccard"]["value"] == pytest.approx(statistics.fmean(jaccard(*row) for row in rows))


def test_several_datasets_are_measured_on_equally_many_pairs(workplace):
    record = figures_of("a.jsonl", "b.jsonl")
    assert record["n"] == 25
    assert [each["pairs"] for each in record["datasets"]] == [60, 25]
    assert {figure["n"] for each in record["datasets"] for figure in each["figures"].values()} == {25}
    assert figures_of("a.jsonl", "--n", "25")["datasets"][0]["figures"] == record["datasets"][0]["figures"]
    assert figures_of("a.jsonl", "b.jsonl", "--n", "10")["n"] == 10


def test_encoder_and_parser_see_a_sample_of_the_pairs_that_count(workplace):
    tools = ("--encoder", "microworld:models/critic", "--parser", "microworld.parser:parse", "--sample", "8")
    outcome = impossible("describe", "a.jsonl", "b.jsonl", *tools, "--json")
    record = json.loads(outcome.out)
    assert (record["sample"], record["encoder"]["pooling"]) == (8, "last")
    assert record["encoder"].keys() == {"model", "pooling", "sha256"}
    for each in record["datasets"]:
        assert {each["figures"][name]["n"] for name in ("cosine_similarity", "ted_3", "ted_f")} == {8}
    [alone] = json.loads(impossible("describe", "a.jsonl", "--n", "8", *tools, "--json").out)["datasets"]
    assert alone["figures"]["cosine_similarity"] == record["datasets"][0]["figures"]["cosine_similarity"]
    every = json.loads(impossible("describe", "b.jsonl", *tools[2:4], "--json").out)["datasets"][0]["figures"]
    distances = [tree_edit_distance(parse(source), parse(target)) for source, target in pairs(25, seed=1)]
    assert every["ted_f"]["value"] == pytest.approx(statistics.fmean(distances))


def test_the_table_says_what_was_measured_and_what_was_not(workplace):
    rows = [*pairs(30), ("", "Profit rose."), *pairs(3)]
    jsonl(workplace / "c.jsonl", rows)
    outcome = impossible("describe", "c.jsonl", "--paper", "--n", "99")
    table, notes = outcome.out.split("\n\n")
    lines = {name: cells for name, *cells in (re.split(r"  +", line.rstrip()) for line in table.splitlines())}
    paper = ["DIMPLE, the paper's own", "ChatGPT-Para", "ParaBank2", "ParaBank1"]
    assert lines[""] == ["n", "c", *paper]
    assert lines["pairs"] == ["33", "4.2M", "2.1M", "19.7M", "57.0M"]
    assert lines["rows without a text"][0] == "1"
    assert lines["repeated pairs"][:2] == ["33", "9.1%"]
    assert lines["H2"][2:] == ["17.75", "17.67", "17.48", "17.07"]
    assert lines["cosine similarity"][-4:] == ["87.68", "85.44", "82.50", "81.77"]
    text = " ".join(notes.split())
    assert "cosine similarity, which needs --encoder MODEL" in text
    assert "--n 99 is more than there is" in text
    assert "It grows with n, so that only figures of one n compare" in text
    assert max(map(len, notes.splitlines())) <= 100


def test_columns_and_splits_are_given_once_or_for_each(workplace):
    (workplace / "c.csv").write_text("x,y\nProfit rose.,It rose.\n")
    record = figures_of("a.jsonl", "c.csv", "--columns", "source,target", "--columns", "x,y")
    assert [each["name"] for each in record["datasets"]] == ["a", "c"]
    outcome = impossible("describe", "a.jsonl", "b.jsonl", "c.csv", "--columns", "x,y", "--columns", "x,y")
    assert outcome.complaints == [
        "impossible: --columns is given 2 times for 3 datasets; give it once for all, or once for each in their order"
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("a.jsonl", "--n", "0"), 2, "--n must be at least 1, got 0"),
        (("a.jsonl", "--sample", "0"), 2, "--sample must be at least 1, got 0"),
        (("a.jsonl", "--pooling", "cls"), 2, "--pooling cls is for an encoder; name one with --encoder"),
        (("a.jsonl", "--parser", "mine"), 2, "--parser must be 'stanza', "),
        (("a.jsonl", "--parser", "given"), 2, "parser 'given' takes trees that come with the pairs"),
        (("a.jsonl", "--encoder", "./none"), 1, "none does not exist; name a saved model folder or a Hub id"),
        (("a.jsonl", "--columns", "a,b"), 2, "a.jsonl has no column 'a'; it has source, target"),
        (
            ("p.src", "p.tgt"),
            2,
            "p.src and p.tgt are the same pairs; name each dataset once, two parallel files by one",
        ),
        (("a.jsonl", "b.jsonl", "./a.jsonl"), 2, "a.jsonl and ./a.jsonl are the same pairs; name each dataset once"),
        (("references.jsonl", "--columns", "source,target"), 2, "no column 'target'; it has source, reference"),
        (("empty.jsonl",), 1, "empty.jsonl holds no rows"),
        (("blank.jsonl",), 1, "blank.jsonl has no pair of texts: in each of 2 rows one of them is empty"),
        (("late.jsonl",), 1, "late.jsonl, line 2: column 'target' must hold text, got 3"),
    ],
)
def test_a_mistake_is_one_line(workplace, arguments, status, message):
    (workplace / "empty.jsonl").touch()
    jsonl(workplace / "blank.jsonl", [("", "a"), ("b", " ")])
    jsonl(workplace / "late.jsonl", [("a", "b"), ("c", 3)])
    (workplace / "p.src").write_text("Profit rose.\n")
    (workplace / "p.tgt").write_text("It rose.\n")
    (workplace / "references.jsonl").write_text('{"source": "Profit rose.", "reference": "It rose."}\n')
    outcome = impossible("describe", *arguments)
    assert (outcome.status, outcome.out) == (status, "")
    [complaint] = outcome.complaints
    assert message in complaint


def test_a_file_to_evaluate_on_has_references_for_targets(workplace):
    rows = pairs(60)
    table = pa.table({"source": [source for source, _ in rows], "reference": [target for _, target in rows]})
    pq.write_table(table, "references.parquet")
    record = figures_of("references.parquet", "a.jsonl")
    assert record["datasets"][0]["figures"] == record["datasets"][1]["figures"]
    assert record["datasets"][0]["table"]["columns"] == ["source", "reference", None]


def test_trees_that_are_too_large_are_one_line(workplace, monkeypatch):
    monkeypatch.syspath_prepend(workplace)
    (workplace / "flat.py").write_text("def parse(text):\n    return f\"(S {'(N a) ' * 10_000})\"\n")
    outcome = impossible("describe", "b.jsonl", "--parser", "flat:parse", "--sample", "1")
    assert (outcome.status, outcome.out) == (1, "")
    [line] = outcome.complaints
    assert line.startswith("impossible: tree edit distance: trees of 20,001 and 20,001 nodes are too large to compare")


def test_one_pair_is_said_to_be_one(workplace):
    jsonl(workplace / "one.jsonl", [("Profit rose at Acme.", "Acme saw profit rise.")])
    outcome = impossible("describe", "one.jsonl", "--encoder", "microworld:models/critic")
    assert "(pooling: last), 1 pair." in " ".join(outcome.out.split())
    assert "cosine similarity, batches of up to 512 pairs: 1/1" in outcome.err


def test_one_pair_has_figures_and_no_standard_error(workplace):
    jsonl(workplace / "one.jsonl", [("Profit rose at Acme.", "Acme saw profit rise.")])
    [one] = figures_of("one.jsonl")["datasets"]
    assert one["figures"]["h2"]["value"] == pytest.approx(1.584962500721156)  # three 2-grams, each once
    assert not any("standard_error" in figure for figure in one["figures"].values())
    assert "msttr" not in one["figures"]
    assert "No MSTTR where the targets have fewer than 100 words" in impossible("describe", "one.jsonl").out
