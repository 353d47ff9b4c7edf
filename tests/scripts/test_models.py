"""The commands that use a student: evaluate and paraphrase."""

import io
import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from metrics.rouge_l.overlap import rouge_l
from tests.builders.tiny_models import make_teacher
from tests.scripts.conftest import impossible
from trainers.entailment_ranking import entailment_ranking
from trainers.sentence_form import likeness

STUDENT, CRITIC = "microworld:models/student", "microworld:models/critic"
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


def test_a_critic_ranks_and_an_exemplar_brings_its_like_to_the_front():
    asked = ("paraphrase", STUDENT, SENTENCES[1], "--n", 4, "--temperature", 1.5, "--json")
    plain, ranked, alike = (
        json.loads(impossible(*asked, *more).out)["paraphrases"]
        for more in ((), ("--critic", CRITIC), ("--like", "In Tokyo, two people died."))
    )
    scores = entailment_ranking(CRITIC, "paraphrase")(SENTENCES[1], ranked)
    assert scores == sorted(scores, reverse=True)
    assert ranked != plain
    forms = [likeness(text, "In Tokyo, two people died.") for text in alike]
    assert forms == sorted(forms, reverse=True)


def test_nothing_but_copies_is_said_and_leaves_no_line(copier):
    outcome = impossible("paraphrase", copier, *SENTENCES, "--n", 2)
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.splitlines() == [
        f"only copies of {sentence!r} came; a higher --temperature or --n may help" for sentence in SENTENCES
    ]
    [first, _] = impossible("paraphrase", copier, *SENTENCES, "--n", 2, "--json").out.splitlines()
    assert json.loads(first) == {"source": SENTENCES[0], "paraphrases": []}


def test_sentences_that_are_too_long_are_cut_and_counted(copier):
    outcome = impossible("paraphrase", copier, SENTENCES[0], " ".join(SENTENCES * 40))
    assert len(outcome.out.splitlines()) == 2
    assert outcome.err == "1 of 2 sentences have more tokens than the model takes, and lost their last words\n"


@pytest.fixture(scope="module")
def copier(tmp_path_factory):
    """A decoder-only student that has learnt to repeat two sentences."""
    folder = Path(make_teacher(tmp_path_factory.mktemp("copier"), steps=0))
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    rows = [tokenizer(f"{text} => {text}<eos>", return_tensors="pt") for text in SENTENCES]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        sum(model(**row, labels=row["input_ids"]).loss for row in rows).backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    return folder


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
    [system] = json.loads(outcome.out)["systems"]
    figures = system["figures"]
    outputs = impossible("paraphrase", STUDENT, *SENTENCES).out.splitlines()
    expected = [rouge_l(source, output) for source, output in zip(SENTENCES, outputs, strict=True)]
    assert figures["rouge_l"]["value"] == pytest.approx(sum(expected) / 2)
    assert figures["rouge_l"]["n"] == figures["ibleu"]["n"] == 2
    assert "faithful" not in figures


def test_evaluate_on_the_microworld():
    world = ("--benchmark", "microworld.benchmark:news", "--oracle", "microworld.oracle", "--n", 3)
    outcome = impossible("evaluate", STUDENT, *world, "--parser", "microworld.parser:parse")
    assert outcome.status == 0, outcome.err
    table = outcome.out.split("\n\n")[0].splitlines()
    assert table[0].split() == ["microworld.benchmark:news,", "n", "=", "3", STUDENT]
    labels = {line.split("  ")[0] for line in table[2:]}
    assert labels >= {
        "faithful non-copies",
        "copies",
        "ROUGE-L to source",
        "tree edit distance",
        "iBLEU",
        "TED-F to the exemplar",
    }
