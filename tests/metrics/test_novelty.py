import pytest

from metrics.novelty.new_words import is_copy, novelty


@pytest.mark.parametrize(
    ("output", "order", "value"),
    [
        ("profit rose", 1, 0.0),
        ("profit soared", 1, 50.0),
        ("soared, soared; soared profit", 1, 75.0),  # as often as it is said
        ("rose profit", 1, 0.0),
        ("rose profit", 2, 100.0),
        ("profit rose", 2, 0.0),
        ("rain", 2, 0.0),  # no bigram
        ("", 1, 0.0),
    ],
)
def test_the_share_of_ngrams_that_the_source_has_not(output, order, value):
    assert novelty("Profit rose at Acme. Profit!", output, order) == value


@pytest.mark.parametrize(
    ("source", "output", "copied"),
    [
        ("Profit rose.", "profit, ROSE", True),
        ("Profit rose.", "rose profit", False),
        ("Profit rose.", "", False),
        ("😀", " 😀", True),
        ("😀", "😃", False),
        ("利润上升", "利润上升。", True),
    ],
)
def test_a_copy_has_the_words_in_their_order(source, output, copied):
    assert is_copy(source, output) == copied


def test_an_order_below_one_is_named():
    with pytest.raises(ValueError, match="order must be at least 1, got 0"):
        novelty("a", "a", 0)
