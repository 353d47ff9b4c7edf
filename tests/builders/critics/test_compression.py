import pytest

from builders.critics.compression import Compression, CompressionConfig, compression_ratio
from builders.errors import ConfigError
from builders.pairs import Pair


@pytest.mark.parametrize(
    ("target", "reason"),
    [("a b c d", "compression"), ("a b c", None), ("a b c d e f", "compression")],
)
def test_a_summary_is_shorter_than_four_fifths(target, reason):
    [verdict] = Compression(CompressionConfig()).judge([Pair("a b c d e", target)])
    assert (verdict.reason, verdict.scores) == (reason, {"compression": len(target.split()) / 5})


def test_nothing_compresses_an_empty_source():
    assert compression_ratio("", "a") == float("inf")


def test_a_value_out_of_range_is_named():
    with pytest.raises(ConfigError, match=r"compression\.max must lie"):
        CompressionConfig(max=1.5)
