import pytest

from builders.domain import SentencesConfig
from builders.sentences import Sentences

SENTENCES = Sentences(SentencesConfig(), banned=("[",))


def test_abbreviations_end_no_sentence():
    text = "Dell Corp. said profit rose in the U.S. market. Shares fell 5.5 percent."
    assert SENTENCES.split(text) == ["Dell Corp. said profit rose in the U.S. market.", "Shares fell 5.5 percent."]


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
    assert SENTENCES.first_is_done(text) is done


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
    assert SENTENCES.first(text) == first


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("It rose.", None),
        ("Why?", None),
        ("No!", None),
        ("", "too_short"),
        ("A.", "too_short"),
        (f"{'It rose, said the very many people who knew of it. ' * 12}.", "too_long"),
        ("It rose", "unfinished"),
        ("It\nrose.", "newline"),
        ("It \x00 rose.", "unprintable"),
        ("It \ufffd rose.", "unprintable"),
        ("See https://example.org.", "url"),
        ("See www.example.org.", "url"),
        ("It rose [1].", "banned"),
        ("It was very, very, very good.", None),
        ("It was very very very very good.", "repetition"),
        ("It rose and it rose and it rose and it rose and fell.", "repetition"),
        ("Sales rose, profit rose, shares rose and costs rose.", None),
    ],
)
def test_a_refusal_names_its_reason(sentence, reason):
    assert SENTENCES.refusal(sentence) == reason


@pytest.mark.parametrize(
    ("passage", "sentences"),
    [
        ("LONDON (AP) -- Profit rose. Sales\nfell. Shares", ["LONDON (AP) -- Profit rose.", "Sales fell."]),
        ("Profit rose.", ["Profit rose."]),
        ("Profit", []),
        ("", []),
    ],
)
def test_a_passage_loses_a_last_sentence_that_breaks_off(passage, sentences):
    assert SENTENCES.whole(passage) == sentences
