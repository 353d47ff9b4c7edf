import pytest
from rapidfuzz.distance import Levenshtein

from trainers.sentence_form import form, likeness

SOURCE = "Boeing said profit rose on Monday."


def test_the_form_is_function_words_and_punctuation():
    assert form("It was Boeing that rose, by 5%.") == ["it", "was", "_", "that", "_", ",", "by", "_", "%", "."]
    assert form("Nike's") == ["_", "'s"]
    assert likeness("It was Nike that fell.", "It was Boeing that rose.") == 1.0


@pytest.mark.parametrize("other", ["", SOURCE, "On Monday, it was Boeing's profit that rose.", "Rose."])
def test_likeness_of_form_is_an_edit_distance(other):
    reference = Levenshtein.normalized_similarity(form(SOURCE), form(other))
    assert likeness(SOURCE, other) == pytest.approx(reference, abs=1e-12)
    assert likeness(other, SOURCE) == likeness(SOURCE, other)
