"""The commands that use a student: evaluate and paraphrase."""

import io
import json

import pytest

from metrics.rouge_l.overlap import rouge_l
from tests.scripts.conftest import impossible

STUDENT = "microworld:models/student"
SENTENCES = ("Profit rose at Dell.", "Two people died in Tokyo, police said.")


def stdin(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8"))))


def test_a_paraphrase_of_each_argument():
    outcome = impossible("paraphrase", STUDENT, *SENTENCES)
    assert (outcome.status, outcome.err) == (0, "")
    assert len(outcome.out.splitlines()) == 2


def test_a_paraphrase_of_each_line_of_standard_input(monkeypatch):
    stdin(monkeypatch, "\ufeff" + "\n\n".join(SENTENCES))
    outcome = impossible("paraphrase", STUDENT)
    assert outcome.out == impossible("paraphrase", STUDENT, *SENTENCES).out


def test_several_paraphrases_are_distinct_and_the_seed_draws_them():
    def paraphrases(seed):
        outcome = impossible(
            "paraphrase", STUDENT, *SENTENCES, "--n", 4, "--seed", seed, "--temperature", 1.5, "--json"
        )
        return [json.loads(line) for line in outcome.out.splitlines()]

    rows = paraphrases(0)
    assert tuple(row["source"] for row in rows) == SENTENCES
    assert all(1 < len(set(row["paraphrases"])) == len(row["paraphrases"]) <= 4 for row in rows)
    assert paraphrases(0) == rows
    assert paraphrases(1) != rows


def test_groups_of_paraphrases_are_kept_apart():
    printed = impossible("paraphrase", STUDENT, *SENTENCES, "--n", 3, "--temperature", 1.5).out
    assert printed.count("\n\n") == 1


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.tsv"])
def test_evaluate_on_a_file_of_ones_own(tmp_path, name):
    references = ("Dell's profit was up.", "Police said two people had died in Tokyo.")
    rows = zip(SENTENCES, references, strict=True)
    if name == "rows.jsonl":
        lines = [json.dumps({"source": source, "reference": reference}) for source, reference in rows]
    else:
        lines = ["\t".join(row) for row in rows]
    (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    outcome = impossible("evaluate", STUDENT, "--data", tmp_path / name, "--json")
    assert outcome.status == 0, outcome.err
    figures = json.loads(outcome.out)["figures"]
    outputs = impossible("paraphrase", STUDENT, *SENTENCES).out.splitlines()
    expected = [rouge_l(source, output) for source, output in zip(SENTENCES, outputs, strict=True)]
    assert figures["rouge_l"]["value"] == pytest.approx(sum(expected) / 2)
    assert figures["rouge_l"]["n"] == figures["ibleu"]["n"] == 2
    assert "faithful" not in figures


def test_evaluate_on_the_microworld():
    world = ("--benchmark", "microworld.benchmark:rows", "--oracle", "microworld.oracle", "--n", 3)
    outcome = impossible("evaluate", STUDENT, *world, "--parser", "microworld.parser:parse")
    assert outcome.status == 0, outcome.err
    figures = {line.split()[0]: line for line in outcome.out.splitlines()}
    assert figures.keys() >= {"faithful_non_copy", "copy", "rouge_l", "tree_edit_distance", "ibleu"}
    assert all("(n 3)" in line for line in figures.values())
