import random
import resource

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ngram_counts, sorted_runs
from builders.errors import RunError
from builders.ngram_counts import NgramCounts
from builders.sorted_runs import SortedRuns
from builders.spilled import SpilledNumbers
from metrics.ngram_entropy.ngrams import ngram_entropy

TEXTS = st.lists(st.lists(st.integers(0, 6), max_size=8), max_size=12)


def counted(texts, order, batch=3):
    counts = NgramCounts(order)
    for start in range(0, len(texts), batch):
        some = texts[start : start + batch]
        words = np.array([word for text in some for word in text], np.uint32)
        counts.add(words, np.array([len(text) for text in some], np.int64))
    return counts.entropy()


@pytest.fixture
def small_runs(monkeypatch):
    """Many runs, of which a merge reads a few numbers at a time."""
    monkeypatch.setattr(ngram_counts, "_WAITING", 50)
    monkeypatch.setattr(sorted_runs, "_MERGED", 64)
    monkeypatch.setattr(sorted_runs, "_LEAST_READ", 2)


@given(TEXTS, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_it_is_the_entropy_of_the_plain_function(texts, order):
    assert counted(texts, order) == ngram_entropy([" ".join(map(str, text)) for text in texts], order)


@pytest.mark.parametrize("highest", [3, 30, 10**6])
def test_runs_on_disk_merge_to_the_same_counts(small_runs, highest):
    rng = random.Random(highest)
    texts = [[rng.randint(0, highest) for _ in range(rng.randint(0, 12))] for _ in range(400)]
    plain = [" ".join(map(str, text)) for text in texts]
    assert [counted(texts, order) for order in (2, 3)] == [ngram_entropy(plain, order) for order in (2, 3)]


@pytest.mark.parametrize(("order", "words"), [(2, [0, 2**32 - 1]), (3, [5, 5 + 2**21, 5 + 2**22, 2**32 - 1])])
def test_words_beyond_the_bits_of_an_ngram_are_not_mistaken_for_others(small_runs, order, words):
    rng = random.Random(order)
    texts = [rng.choices(words, k=9) for _ in range(60)]
    assert counted(texts, order) == ngram_entropy([" ".join(map(str, text)) for text in texts], order)


def test_a_number_that_makes_up_all_of_the_data_takes_one_place_a_run():
    runs = SortedRuns()
    for _ in range(3):
        runs.add(np.full(100_000, 7, np.uint64))
        runs.flush()
    assert len(runs._keys.read(0, 10)) == 3
    assert runs.multiplicities() == {300_000: 1}


def test_a_full_disk_is_one_line_that_names_the_folder_and_tmpdir():
    numbers = SpilledNumbers(np.uint64)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(RunError, match=r"temporary files in /.*: File too large; free .*TMPDIR"):
            numbers.append(np.zeros(10_000, np.uint64))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
