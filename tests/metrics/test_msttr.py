import pytest

from metrics.msttr.segments import msttr


def test_it_is_the_mean_ratio_of_the_segments():
    assert msttr(["a b c d", "a a a a"], segment=4) == 100 * (1 + 1 / 4) / 2


def test_segments_run_over_the_ends_of_sentences():
    assert msttr(["a b c", "a a a"], segment=6) == 100 * 3 / 6


def test_what_fills_no_segment_at_the_end_is_not_counted():
    assert msttr(["a b", "c d e e e"], segment=4) == 100.0


def test_length_alone_does_not_lower_it():
    once = [f"w{index}" for index in range(100)]
    assert msttr(once) == msttr(once * 7) == 100.0


def test_too_few_words_have_no_ratio():
    assert msttr(["a b c"], segment=4) is None
    assert msttr([]) is None


def test_case_and_punctuation_are_no_difference():
    assert msttr(["Rose, rose; ROSE! fell."], segment=4) == 50.0


def test_a_segment_below_one_is_named():
    with pytest.raises(ValueError, match="segment must be at least 1, got 0"):
        msttr(["a"], segment=0)
