from fractions import Fraction

import evaluate
import pytest

from metrics.bert_ibleu.bert_score import BertScorer
from metrics.bert_ibleu.weighted_mean import bert_ibleu, bert_ibleu_rows, self_bleu
from metrics.ibleu.sentence_bleu import sentence_bleu

CRITIC = "microworld/models/critic"
SOURCES = ["Profit at Acme rose 3.5% last year, it said.", "Rain fell on Seattle.", "Yes.", "利润上升了", "😀 😃"]
OUTPUTS = ["Acme said its profit rose 3.5% last year.", "Seattle saw rain fall.", "No.", "了利润上升", "😀 😀"]
REFERENCES = [["It said profit at Acme rose."], ["Rain fell on Seattle, it said."], ["Yes, it is."], ["利润"], ["😀"]]


@pytest.mark.parametrize(("similarity", "bleu", "beta"), [("0.9", 50, 4), ("0.25", 0, 4), ("0.9", 75, 1), ("1", 0, 4)])
def test_it_is_the_harmonic_mean(similarity, bleu, beta):
    exact = Fraction(similarity)
    literal = 1 / ((beta / exact + 1 / (1 - Fraction(bleu, 100))) / (beta + 1))
    assert bert_ibleu(float(exact), bleu, beta) == pytest.approx(float(100 * literal))


@pytest.mark.parametrize(("similarity", "bleu"), [(1.0, 100.0), (0.9, 99.99999999999997), (0.0, 0.0), (-0.1, 50.0)])
def test_a_copy_and_what_is_not_alike_score_zero(similarity, bleu):
    assert bert_ibleu(similarity, bleu) == 0.0


def test_its_bleu_is_the_sentence_variant_of_ibleu():
    for source, output in zip(SOURCES, OUTPUTS, strict=True):
        assert self_bleu(source, output) == sentence_bleu(output, [source])


def test_the_module_is_the_mean_of_the_rows():
    result = evaluate.load("metrics/bert_ibleu").compute(predictions=OUTPUTS, sources=SOURCES, model=CRITIC, layer=3)
    similarities = [f1 for _, _, f1 in BertScorer(CRITIC, 3).scores(OUTPUTS, SOURCES)]
    rows = bert_ibleu_rows(SOURCES, OUTPUTS, similarities)
    assert result["scores"] == pytest.approx(rows, abs=1e-3)
    assert result["bert_ibleu"] == pytest.approx(sum(rows) / 5, abs=1e-3)
    assert result["bert_score"] == pytest.approx(100 * sum(similarities) / 5, abs=1e-3)
    assert result["signature"].startswith(f"{CRITIC}_L3_no-idf|beta:4|nrefs:1|case:mixed|eff:yes")


def test_the_copy_input_row():
    copies = {"predictions": SOURCES, "sources": SOURCES}
    result = evaluate.load("metrics/bert_ibleu").compute(**copies, model=CRITIC)
    assert (result["bert_ibleu"], result["scores"]) == (0.0, [0.0] * 5)
    assert (result["bert_score"], result["self_bleu"]) == pytest.approx((100, 100), abs=1e-3)
    for variant in ("corpus", "sentence"):
        assert evaluate.load("metrics/self_bleu").compute(**copies, variant=variant)["self_bleu"] == pytest.approx(100)
        result = evaluate.load("metrics/ibleu").compute(**copies, references=REFERENCES, variant=variant)
        assert result["bleu"] > 0
        assert result["ibleu"] == pytest.approx(0.7 * result["bleu"] - 30)


def test_empty_text_scores_zero():
    result = evaluate.load("metrics/bert_ibleu").compute(predictions=["", "a", ""], sources=["a", "", ""], model=CRITIC)
    assert result["scores"] == [0.0] * 3


def test_a_beta_of_zero_is_named():
    with pytest.raises(ValueError, match="beta must be above 0, got 0"):
        bert_ibleu(0.9, 50, 0)
