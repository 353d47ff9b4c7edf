import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from metrics.rouge_l.overlap import rouge_l, rouge_l_tokens, tokens

SCORER = RougeScorer(["rougeL"], use_stemmer=False)

# Few words, so that sentences share some; the rest is what a tokeniser can stumble over.
WORDS = ["Profit", "profit", "rose", "3.5%", "U.S.", "it's", "café", "İ", "naïve-ish", "x_y", "-", "", "\n"]


@settings(max_examples=2500)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.lists(st.sampled_from(WORDS), max_size=12))
def test_equals_rouge_score_to_the_last_bit(reference, candidate):
    reference, candidate = " ".join(reference), " ".join(candidate)
    assert rouge_l(reference, candidate) == SCORER.score(reference, candidate)["rougeL"].fmeasure


@settings(max_examples=2500)
@given(st.text("aBc9 -_.é\n", max_size=30), st.text("aBc9 -_.é\n", max_size=30))
def test_equals_rouge_score_on_any_run_of_characters(reference, candidate):
    assert rouge_l(reference, candidate) == SCORER.score(reference, candidate)["rougeL"].fmeasure


@settings(max_examples=2500)
@given(st.text(max_size=20), st.text(max_size=20), st.text("ab1 ", max_size=8))
def test_equals_rouge_score_on_any_unicode(reference, candidate, shared):
    reference, candidate = f"{shared} {reference}", f"{candidate} {shared}"
    assert rouge_l(reference, candidate) == SCORER.score(reference, candidate)["rougeL"].fmeasure


@pytest.mark.parametrize(("reference", "candidate"), [("", "profit rose"), ("profit rose", "..."), ("", "")])
def test_no_tokens_score_zero(reference, candidate):
    assert rouge_l(reference, candidate) == 0.0


def test_tokens_given_ready_made_score_as_their_text():
    reference, candidate = "Profit rose 3.5% at Acme.", "Acme said profit rose."
    assert rouge_l_tokens(tokens(reference), tokens(candidate)) == rouge_l(reference, candidate)
