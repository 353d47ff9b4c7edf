import pytest
import sacrebleu

from metrics.ibleu.sentence_bleu import corpus_bleu, sentence_bleus
from metrics.ibleu.sentence_bleu import signature as ibleu_signature
from metrics.self_bleu.copied_words import corpus_self_bleu, sentence_self_bleus, signature

SOURCES = ["Profit at Acme rose 3.5% last year, it said.", "Rain fell on Seattle.", "Yes."]
OUTPUTS = ["Acme said its profit rose 3.5% last year.", "Seattle saw rain on Monday.", ""]


def test_copies_score_a_hundred():
    assert corpus_self_bleu(SOURCES, SOURCES) == pytest.approx(100)
    assert sentence_self_bleus(SOURCES, SOURCES) == pytest.approx([100] * 3)


def test_the_corpus_variant_is_sacrebleu():
    assert corpus_self_bleu(SOURCES, OUTPUTS) == sacrebleu.corpus_bleu(OUTPUTS, [SOURCES]).score


def test_it_is_what_ibleu_takes_off():
    assert corpus_self_bleu(SOURCES, OUTPUTS) == corpus_bleu(OUTPUTS, SOURCES)
    assert sentence_self_bleus(SOURCES, OUTPUTS) == sentence_bleus(OUTPUTS, SOURCES)
    for variant in ("corpus", "sentence"):
        assert signature(variant) == f"nrefs:1|{ibleu_signature(variant)}"


def test_another_variant_is_named():
    with pytest.raises(ValueError, match='variant must be "corpus" or "sentence", got \'word\''):
        signature("word")
