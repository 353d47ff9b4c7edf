import evaluate
import pytest

from metrics.ibleu.sentence_bleu import ibleu, sentence_ibleu

SOURCE, CANDIDATE, REFERENCE = "Profit rose at Acme last year.", "Acme's profit rose last year.", "Profit at Acme rose."


def test_rouge_l():
    result = evaluate.load("metrics/rouge_l").compute(predictions=["a b", "c d"], references=["a b", "c e"])
    assert result == {"rouge_l": 0.75, "scores": [1.0, 0.5]}


def test_ted():
    result = evaluate.load("metrics/ted").compute(predictions=["(S a)", "(S b)"], references=["(S a)", "(S (NP c))"])
    assert result == {"ted": 1.0, "scores": [0, 2]}


@pytest.mark.parametrize("reference", [REFERENCE, [REFERENCE, SOURCE]])
def test_ibleu(reference):
    rows = {"predictions": [CANDIDATE], "references": [reference], "sources": [SOURCE]}
    module = evaluate.load("metrics/ibleu")
    result = module.compute(**rows)
    assert result["ibleu"] == ibleu([SOURCE], [CANDIDATE], [reference])
    assert "smooth:exp" in result["signature"]

    result = module.compute(**rows, level="sentence")
    assert result["ibleu"] == result["scores"][0] == sentence_ibleu(SOURCE, CANDIDATE, reference)
    assert "smooth:add-k" in result["signature"]


def test_modules_combine_batch_by_batch():
    both = evaluate.combine(["metrics/rouge_l", "metrics/ibleu"])
    for _ in range(2):
        both.add_batch(predictions=[CANDIDATE], references=[REFERENCE], sources=[SOURCE])
    result = both.compute()
    assert len(result["scores"]) == 2
    assert result["ibleu"] == ibleu([SOURCE] * 2, [CANDIDATE] * 2, [REFERENCE] * 2)
