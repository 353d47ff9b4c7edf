import pytest

from builders.sentences import first_sentence, first_sentence_done, qualified, split_sentences


def test_abbreviations_end_no_sentence():
    text = "Dell Corp. said profit rose in the U.S. market. Shares fell 5.5 percent."
    assert split_sentences(text) == ["Dell Corp. said profit rose in the U.S. market.", "Shares fell 5.5 percent."]


@pytest.mark.parametrize(
    ("text", "done"),
    [
        (" Profit rose.", False),  # "5 p.m." might go on
        (" Profit rose. Sh", True),
        (" Profit at Dell Corp. rose", False),
        (" Profit rose\n", True),
        ("\n\n Profit rose", False),
        (" ", False),
    ],
)
def test_sampling_stops_when_a_second_sentence_has_begun(text, done):
    assert first_sentence_done(text) is done


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (" Profit rose. Shares f", "Profit rose."),
        ("\nProfit rose\nShares fell.", "Profit rose"),
        ("  ", ""),
        (" Dell Corp. said so.", "Dell Corp. said so."),
    ],
)
def test_the_first_sentence_is_kept(text, first):
    assert first_sentence(text) == first


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("It rose.", True),
        ("Why?", True),
        ("A.", False),
        ("No!", True),
        ("It rose", False),
        ("It\nrose.", False),
        ("", False),
    ],
)
def test_qualified(sentence, kept):
    assert qualified(sentence) is kept
