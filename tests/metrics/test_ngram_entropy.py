import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from metrics.ngram_entropy.ngrams import ngram_entropy

TEXTS = st.lists(st.lists(st.sampled_from(["profit", "rose", "fell", "rain"]), max_size=6).map(" ".join), max_size=8)


@given(TEXTS, st.integers(1, 3))
def test_equals_the_entropy_of_the_counts(texts, order):
    counts = Counter(
        tuple(words[start : start + order])
        for words in map(str.split, texts)
        for start in range(len(words) - order + 1)
    )
    expected = entropy(list(counts.values()), base=2) if counts else 0.0
    assert ngram_entropy(texts, order) == pytest.approx(expected, abs=1e-12)


def test_ngrams_that_all_differ_have_the_logarithm_of_their_number():
    assert ngram_entropy([f"a{index} b{index}" for index in range(64)], 2) == pytest.approx(6.0)


def test_no_ngram_crosses_from_one_sentence_to_the_next():
    assert ngram_entropy(["profit", "rose"], 2) == 0.0
    assert ngram_entropy(["profit rose", "rain fell"], 2) == 1.0


def test_case_and_punctuation_are_no_difference():
    assert ngram_entropy(["Profit rose.", "profit -- ROSE"], 2) == 0.0
    assert ngram_entropy(["Café été", "café ete"], 2) == 1.0


def test_it_grows_with_the_number_of_texts():
    texts = [f"{first} {second}" for first in "abcdefgh" for second in "ijklmnop"]
    assert ngram_entropy(texts[:8], 2) == math.log2(8) < ngram_entropy(texts, 2) == math.log2(64)


def test_an_order_below_one_is_named():
    with pytest.raises(ValueError, match="order must be at least 1, got 0"):
        ngram_entropy(["profit"], 0)
