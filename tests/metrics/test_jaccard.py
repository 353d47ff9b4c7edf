import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.jaccard.shared_words import jaccard


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("Profit rose.", "rose profit!", 100.0),
        ("Profit rose.", "Rain fell.", 0.0),
        ("Profit rose sharply.", "Profit fell sharply.", 50.0),
        ("the the the dog", "the cat", 100 / 3),  # a word counts once
        ("...", "Profit", 0.0),
        ("", "", 0.0),
    ],
)
def test_words_shared_over_words_in_all(first, second, value):
    assert jaccard(first, second) == pytest.approx(value)


@given(st.text("abc ,", max_size=20), st.text("abc ,", max_size=20))
def test_it_does_not_know_which_comes_first(first, second):
    assert jaccard(first, second) == jaccard(second, first) <= 100
