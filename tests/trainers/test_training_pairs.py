import pytest

from builders.errors import RunError
from trainers.training_pairs import training_pairs

ROWS = [{"source": "a", "target": "b"}, {"source": "c", "target": "d"}, {"source": "b", "target": "a"}]


def test_paraphrases_are_learnt_both_ways_each_once():
    assert training_pairs(ROWS, "paraphrase") == [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
    assert training_pairs(ROWS, "paraphrase", both_directions=False) == [("a", "b"), ("c", "d"), ("b", "a")]


def test_summaries_are_never_reversed():
    assert training_pairs(ROWS[:2], "summary", both_directions=True) == [("a", "b"), ("c", "d")]


def test_zero_surviving_pairs_is_one_line():
    with pytest.raises(RunError, match="kept none") as error:
        training_pairs([], "paraphrase")
    assert "\n" not in str(error.value)
