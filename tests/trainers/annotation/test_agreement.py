"""Krippendorff's alpha against published examples and against its definition."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.annotation.agreement import krippendorff_alpha

_ = None
# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", parts A, B and C: annotators by units.
TWO_OBSERVERS_BINARY = ([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
TWO_OBSERVERS_NOMINAL = ([*map(ord, "aabbdcccedda")], [*map(ord, "babbbccceddd")])
FOUR_OBSERVERS = (
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
)
# The example of Wikipedia's article on the coefficient.
THREE_OBSERVERS = (
    [_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3],
    [1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _],
    [_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4],
)


def units(observers):
    return [[rating for rating in unit if rating is not None] for unit in zip(*observers, strict=True)]


@pytest.mark.parametrize(
    ("observers", "level", "published"),
    [
        (TWO_OBSERVERS_BINARY, "nominal", 0.095),
        (TWO_OBSERVERS_NOMINAL, "nominal", 0.692),
        (FOUR_OBSERVERS, "nominal", 0.743),
        (FOUR_OBSERVERS, "ordinal", 0.815),
        (FOUR_OBSERVERS, "interval", 0.849),
        (THREE_OBSERVERS, "nominal", 0.691),
        (THREE_OBSERVERS, "ordinal", 0.807),
        (THREE_OBSERVERS, "interval", 0.811),
    ],
)
def test_alpha_is_as_published(observers, level, published):
    assert round(krippendorff_alpha(units(observers), level).alpha, 3) == published


def by_definition(rated, level):
    """1 - observed / expected disagreement, over every ordered pair of ratings."""
    rated = [unit for unit in rated if len(unit) > 1]
    every = [rating for unit in rated for rating in unit]

    def distance(a, b):
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        between = sum(min(a, b) <= rating <= max(a, b) for rating in every)
        return (between - (every.count(a) + every.count(b)) / 2) ** 2 if a != b else 0.0

    observed = sum(sum(distance(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in rated)
    expected = sum(distance(a, b) for a, b in permutations(every, 2)) / (len(every) - 1)
    return 1 - observed / expected


@given(
    st.lists(st.lists(st.integers(1, 3), max_size=4), max_size=8).filter(
        lambda rated: len({rating for unit in rated if len(unit) > 1 for rating in unit}) > 1
    ),
    st.sampled_from(["nominal", "ordinal", "interval"]),
)
def test_alpha_is_its_definition(rated, level):
    assert krippendorff_alpha(rated, level).alpha == pytest.approx(by_definition(rated, level))


def test_perfect_agreement_is_one():
    assert krippendorff_alpha([[1, 1], [2, 2, 2], [3, 3]]).alpha == 1


def test_units_with_one_rating_say_nothing():
    pairs = [[1, 2], [3, 3], [2, 2]]
    assert krippendorff_alpha([*pairs, [1], []]) == krippendorff_alpha(pairs)


def test_one_annotator_has_no_agreement():
    found = krippendorff_alpha([[1], [3], [2]])
    assert (found.alpha, found.undefined) == (None, "nothing has two ratings")


def test_without_variation_agreement_is_not_defined():
    found = krippendorff_alpha([[3, 3], [3, 3, 3]])
    assert (found.alpha, found.undefined) == (None, "every rating is 3")
