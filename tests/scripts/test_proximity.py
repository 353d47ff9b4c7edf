"""`impossible proximity` from a recipe to table, JSON and figure."""

import json
from xml.etree import ElementTree

import pytest

from tests.scripts.conftest import impossible

SMALL = ("--n", "3", "--k", "4", "--lengths", "1,2", "--temperatures", "0.5,1.0", "--set", "workers=1")
RECIPE = """
name: mine
sampling:
  teacher: microworld:models/teacher-news
  domain: microworld:domains/news.yaml
  contexts: 5
  sentence_tokens: 50
critics:
  - semantic_equivalence: {model: "microworld:models/critic"}
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proximity") / "out"
    outcome = impossible("proximity", "microworld-demo", *SMALL, "--out", folder)
    assert (outcome.status, outcome.complaints) == (0, [])
    return outcome, folder


def test_it_prints_a_row_for_each_length_and_temperature(measured):
    outcome, folder = measured
    lines = outcome.out.splitlines()
    [head] = [line for line in lines if "Self-BLEU, critic" in line]
    rows = lines[lines.index(head) + 1 :][:4]
    assert [tuple(row.split()[:2]) for row in rows] == [("1", "0.5"), ("1", "1"), ("2", "0.5"), ("2", "1")]
    assert "equivalent, oracle" in head
    assert any(line.startswith("Critic against the oracle microworld.oracle") for line in lines)
    assert str(folder) in lines[-1]


def test_its_record_says_what_was_measured_and_how(measured):
    record = json.loads((measured[1] / "proximity.json").read_text())
    assert record["command"].startswith("impossible proximity microworld-demo --set workers=1 --temperatures 0.5,1.0")
    assert record["teacher"]["ref"] == "microworld:models/teacher-news"
    assert len(record["teacher"]["sha256"]) == len(record["critic"]["sha256"]) == 64
    assert (record["settings"]["contexts"], record["settings"]["k"], record["counts"]["passages"]) == (3, 4, 3)
    assert [(row["length"], row["temperature"]) for row in record["rows"]] == [(1, 0.5), (1, 1.0), (2, 0.5), (2, 1.0)]
    assert all(row["oracle"]["share"] is not None for row in record["rows"])


def test_its_figure_is_an_svg_document(measured):
    root = ElementTree.parse(measured[1] / "proximity.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_once_measured_it_says_the_same_to_programs_at_once(measured):
    _, folder = measured
    again = impossible("proximity", "microworld-demo", *SMALL, "--out", folder, "--json")
    assert (again.status, again.stages) == (0, set())
    assert json.loads(again.out) == json.loads((folder / "proximity.json").read_text())


def test_a_recipe_without_a_student_and_an_oracle_will_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(RECIPE)
    (tmp_path / "passages.txt").write_text("BOSTON (AP) -- Halden Industrial launched a new phone in Boston.\n")
    small = ("--lengths", "1", "--temperatures", "0.7", "--k", "4")
    outcome = impossible("proximity", "mine.yaml", "--contexts", "passages.txt", *small)
    assert (outcome.status, outcome.complaints) == (0, ["contexts of passages.txt: 1 from 1 lines"])
    assert "99 of 100 passages were missing or too short" in outcome.out
    assert "oracle" not in outcome.out
    record = json.loads((tmp_path / "runs/mine-proximity/proximity.json").read_text())
    assert (record["oracle"], record["corpus"]["identity"]["place"]) == (None, "passages.txt")


def test_what_is_said_of_a_corpus_names_the_commands_own_options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(RECIPE)
    (tmp_path / "passages.txt").write_text("Profit rose.\nSales fell.\n")
    small = ("--contexts", "passages.txt:text", "--temperatures", "0.7", "--k", "4", "--n", "1")
    outcome = impossible("proximity", "mine.yaml", *small, "--lengths", "1")
    assert "1 lines left, since --n asks for no more" in outcome.err
    outcome = impossible("proximity", "mine.yaml", *small, "--lengths", "1,2")
    assert outcome.complaints[0].endswith("name another column, or lower the longest of --lengths")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["--temperatures", "0.5,warm"], "--temperatures: must be numbers such as 0.5,0.7,1.0, got '0.5,warm'"),
        (["--temperatures", "0"], "--temperatures must lie in (0, 5], got [0.0]"),
        (["--lengths", "1.5"], "--lengths: must be whole numbers such as 1,2,3,4,5, got '1.5'"),
        (["--lengths", "0"], "--lengths must be whole numbers of at least 1, got [0]"),
        (["--n", "0"], "--n must be at least 1, got 0"),
        (["--k", "1"], "--k must be at least 2, got 1"),
        (["--max-pairs", "0"], "--max-pairs must be at least 1, got 0"),
        (["--seed", "-1"], "seed must lie in 0..4294967295, got -1"),
        (["--set", "critics=[rouge_l]"], "critics name no semantic_equivalence, which says what pairs are equivalent"),
        (["--set", "critics=[{semantic_equivalence: {model: ./none}}]"], "critics: model './none'"),
        (["--set", "sampling.teacher=./none"], "sampling.teacher: model './none'"),
        (["--set", "evaluation.oracle=no.such"], "oracle 'no.such' cannot be imported"),
        (["--set", "sampling.context_tokens=400"], "context_tokens must be below"),
    ],
)
def test_mistakes_are_one_line_and_start_nothing(tmp_path, monkeypatch, changes, words):
    monkeypatch.chdir(tmp_path)
    outcome = impossible("proximity", "microworld-demo", *SMALL, *changes)
    assert outcome.status in (1, 2)
    [line] = outcome.err.splitlines()
    assert words in line
    assert not list(tmp_path.rglob("shard-*"))


def test_what_is_left_out_of_the_table_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(RECIPE)
    sentence = "BOSTON (AP) -- Halden Industrial launched a new phone in Boston."
    (tmp_path / "passages.txt").write_text(" ".join([sentence] * 5) + "\n")
    options = ("--lengths", "1,5", "--temperatures", "0.7", "--k", "4", "--n", "1")
    long = ("--set", "sampling.sentence_tokens=200")
    outcome = impossible("proximity", "mine.yaml", "--contexts", "passages.txt", *options, *long)
    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert "1 context is left out: too long for the teacher, which would have gone on from its last sentences" in lines
    assert "Length 5, T 0.7: no context" in lines
    counts = json.loads((tmp_path / "runs/mine-proximity/proximity.json").read_text())["counts"]
    assert counts["contexts_too_long"] == 1
