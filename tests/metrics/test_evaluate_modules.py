import shutil

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


def test_ted_of_the_upper_layers():
    trees = {"predictions": ["(S (NP (NN a)) (VP b))"], "references": ["(S (NP (NN c) (NN d)) (VP b))"]}
    module = evaluate.load("metrics/ted")
    assert module.compute(**trees, layers=2)["ted"] == 0.0
    assert module.compute(**trees, layers=3)["ted"] == 1.0
    assert module.compute(**trees)["ted"] == 3.0


def test_ted_without_leaves():
    trees = {"predictions": ["(S (NP (NN a)) (VP b))"], "references": ["(S (NP (NN c) (NN d)) (VP b))"]}
    module = evaluate.load("metrics/ted")
    assert module.compute(**trees, leaves=False)["ted"] == 1.0
    assert module.compute(**trees, leaves=False, layers=2)["ted"] == 0.0


def test_ted_from_a_copy_of_its_folder(tmp_path):
    shutil.copytree("metrics/ted", tmp_path / "ted")
    result = evaluate.load(str(tmp_path / "ted")).compute(predictions=["(S a)"], references=["(S (NP c))"])
    assert result["scores"] == [2]


def test_jaccard():
    result = evaluate.load("metrics/jaccard").compute(predictions=["a b", "c d"], references=["b a", "e f"])
    assert result == {"jaccard": 50.0, "scores": [100.0, 0.0]}


def test_msttr():
    module = evaluate.load("metrics/msttr")
    assert module.compute(predictions=["a b", "a a"], segment=2) == {"msttr": 75.0}
    assert module.compute(predictions=["a b"]) == {"msttr": None}


@pytest.mark.parametrize(("order", "bits"), [(1, 1.5), (2, 1.0)])
def test_ngram_entropy(order, bits):
    rows = {"predictions": ["a b", "a c"]}
    assert evaluate.load("metrics/ngram_entropy").compute(**rows, order=order) == {"ngram_entropy": bits}


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
