import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.critics.repetition import Repetition, RepetitionConfig, longest_run, repeated_share
from builders.errors import ConfigError
from builders.pairs import Pair

GOOD = "The council approved the budget."
WORDS = st.lists(st.sampled_from("abc"), max_size=14)


def naive_share(words, n):
    inside = [False] * len(words)
    for i in range(len(words)):
        for j in range(len(words)):
            if i != j and max(i, j) + n <= len(words) and words[i : i + n] == words[j : j + n]:
                inside[i : i + n] = [True] * n
    return sum(inside) / len(words) if words else 0.0


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (GOOD, None),
        ("He said that he said that he said that he said.", "repetition"),
        ("It was a very, very, very long day.", None),
        ("No no NO no.", "repetition"),  # four in a row
        ("Eight were killed and eight were hurt, the police said on Sunday.", None),
        ("", None),
    ],
)
def test_a_loop_drops_the_pair_from_either_side(sentence, reason):
    verdicts = Repetition(RepetitionConfig()).judge([Pair(GOOD, sentence), Pair(sentence, GOOD)])
    assert [verdict.reason for verdict in verdicts] == [reason, reason]


def test_scores_are_those_of_the_worse_sentence():
    [verdict] = Repetition(RepetitionConfig()).judge([Pair("a b c a b c", "x x")])
    assert verdict.scores == {"repeated_share": 1.0, "longest_run": 2}


@settings(max_examples=400, deadline=None)
@given(WORDS, st.integers(1, 4))
def test_the_share_is_that_of_a_plain_count(words, n):
    assert repeated_share(words, n) == naive_share(words, n)


@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_the_run_is_the_longest_of_one_word(words):
    runs = [n for n in range(1, len(words) + 1) for w in "abc" if f" {' '.join([w] * n)} " in f" {' '.join(words)} "]
    assert longest_run(words) == max(runs, default=0)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"n": 0}, r"repetition\.n"), ({"max_share": 1.1}, r"repetition\.max_share"), ({"max_run": 0}, r"max_run")],
)
def test_values_out_of_range_are_named(values, words):
    with pytest.raises(ConfigError, match=words):
        RepetitionConfig(**values)
