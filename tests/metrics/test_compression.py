import pytest

from builders.critics.compression import compression_ratio
from metrics.compression.length import compression


@pytest.mark.parametrize(
    ("source", "output", "value"),
    [("a b c d", "a b", 50.0), ("a b", "a-b, c d", 150.0), ("a", "a", 100.0), ("a b", " ", 0.0)],
)
def test_it_is_the_critics_ratio_in_percent(source, output, value):
    assert compression(source, output) == value == 100 * compression_ratio(source, output)


def test_a_source_without_words_has_none():
    with pytest.raises(ValueError, match="the source has no word"):
        compression(" ", "a")
