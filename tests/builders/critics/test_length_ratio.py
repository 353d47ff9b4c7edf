import pytest

from builders.critics.length_ratio import LengthRatio, LengthRatioConfig
from builders.errors import ConfigError
from builders.pairs import Pair


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("0123456789", "01234567", None),  # 0.8
        ("0123456789", "0123456", "length_ratio"),
        ("0123456789", "012345678901234", None),  # 1.5
        ("0123456789", "0123456789012345", "length_ratio"),
    ],
)
def test_a_target_is_about_as_long_as_its_source(source, target, reason):
    [verdict] = LengthRatio(LengthRatioConfig()).judge([Pair(source, target)])
    assert (verdict.reason, verdict.scores) == (reason, {"length_ratio": len(target) / len(source)})


def test_nothing_is_as_long_as_an_empty_source():
    [verdict] = LengthRatio(LengthRatioConfig()).judge([Pair("", "a")])
    assert (verdict.reason, verdict.scores) == ("length_ratio", {})


def test_the_reverse_of_a_pair_may_get_another_verdict():
    assert not LengthRatioConfig().symmetric


@pytest.mark.parametrize("values", [{"min": -1.0}, {"min": 2.0}, {"max": float("inf")}, {"max": float("nan")}])
def test_values_out_of_range_are_named(values):
    with pytest.raises(ConfigError, match=r"length_ratio\.min and \.max must be 0 <= min <= max"):
        LengthRatioConfig(**values)
