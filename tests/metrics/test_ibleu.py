import pytest
import sacrebleu
from sacrebleu.metrics import BLEU

from metrics.ibleu.sentence_bleu import ALPHA, corpus_bleu, ibleu, sentence_bleu, sentence_ibleu, signature, weigh

SOURCES = ["Profit at Acme rose 3.5% last year, it said.", "Rain fell on Seattle.", "Yes."]
CANDIDATES = ["Acme said its profit rose 3.5% last year.", "Rain fell on Seattle.", "No."]
REFERENCES = ["It said profit at Acme rose last year.", "Seattle saw rain fall on Monday.", "Yes, it is."]


@pytest.mark.parametrize("candidate", [*CANDIDATES, "", "Rain on Acme"])
def test_sentence_bleu_is_add_one_smoothed_sacrebleu(candidate):
    expected = sacrebleu.sentence_bleu(candidate, REFERENCES, smooth_method="add-k", smooth_value=1)
    assert sentence_bleu(candidate, REFERENCES) == expected.score


def test_corpus_bleu_is_sacrebleu():
    assert corpus_bleu(CANDIDATES, REFERENCES) == sacrebleu.corpus_bleu(CANDIDATES, [REFERENCES]).score


def test_rows_may_have_different_numbers_of_references():
    ragged = [[REFERENCES[0], SOURCES[0]], REFERENCES[1], [REFERENCES[2]]]
    assert (
        corpus_bleu(CANDIDATES, ragged) == BLEU().corpus_score(CANDIDATES, [REFERENCES, [SOURCES[0], None, None]]).score
    )


def test_corpus_ibleu_takes_the_bleu_to_the_source_off():
    expected = 0.7 * corpus_bleu(CANDIDATES, REFERENCES) - 0.3 * corpus_bleu(CANDIDATES, SOURCES)
    assert ibleu(SOURCES, CANDIDATES, REFERENCES) == pytest.approx(expected)


@pytest.mark.parametrize("variant", ["corpus", "sentence"])
def test_copying_the_source_costs_thirty_points(variant):
    bleu = ibleu(SOURCES, SOURCES, REFERENCES, alpha=1.0, variant=variant)
    assert ibleu(SOURCES, SOURCES, REFERENCES, variant=variant) == pytest.approx(0.7 * bleu - 30)


@pytest.mark.parametrize(("bleu", "figure"), [(44.4, 1.1), (23.3, -13.7), (42.8, 0.0)])
def test_the_copy_input_rows_of_the_paper_follow(bleu, figure):
    # Table 2: MRPC, ParaNMT, ParaSCI-arXiv
    assert round(weigh(bleu, 100.0, ALPHA), 1) == figure


def test_the_sentence_variant_is_the_mean_of_the_rows():
    rows = [sentence_ibleu(*row) for row in zip(SOURCES, CANDIDATES, REFERENCES, strict=True)]
    assert ibleu(SOURCES, CANDIDATES, REFERENCES, variant="sentence") == pytest.approx(sum(rows) / 3)


@pytest.mark.parametrize("variant", ["corpus", "sentence"])
def test_alpha_one_is_plain_bleu(variant):
    assert ibleu(SOURCES, REFERENCES, REFERENCES, alpha=1.0, variant=variant) == pytest.approx(100)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], []), "0 sources"),
        ((SOURCES, CANDIDATES[:2], REFERENCES), "2 candidates"),
        ((SOURCES, CANDIDATES, REFERENCES, 1.1), "alpha must lie in"),
        ((SOURCES, CANDIDATES, REFERENCES, 0.7, "word"), "variant must be"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ibleu(*arguments)


def test_signatures_are_the_scorers_own():
    corpus, sentence = BLEU(), BLEU(smooth_method="add-k", smooth_value=1, effective_order=True)
    for scorer, variant in ((corpus, "corpus"), (sentence, "sentence")):
        scorer.corpus_score(CANDIDATES, [REFERENCES])
        assert f"nrefs:1|{signature(variant)}" == str(scorer.get_signature())
