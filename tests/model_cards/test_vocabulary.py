import pytest

from builders.critics.settings import _CONFIGS
from model_cards.vocabulary import BLIND_SPOTS, REASONS, SYSTEMS, blind_spot, reason_words, system_words

REASONS_OF_CRITICS = ("broken_text", "script", "language", "numbers", "length_ratio", "repetition", "personal_data")


@pytest.mark.parametrize("name", _CONFIGS)
def test_every_critic_has_its_blind_spots_in_words(name):
    assert blind_spot(name) == BLIND_SPOTS[name]


@pytest.mark.parametrize("reason", [*REASONS_OF_CRITICS, "toxicity", "decontamination"])
def test_reasons_are_told_in_words(reason):
    assert reason_words(reason) == REASONS[reason]


def test_a_reason_without_words_is_its_own_name():
    assert reason_words("too_many_questions") == "too many questions"


def test_what_this_project_does_not_know_is_not_described():
    assert blind_spot("unheard_of") == ""
    assert "my_critics:NoQuestions" in blind_spot("my_critics:NoQuestions")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("led student, asked for compression 0.6", "the same student, asked for summaries of that bucket alone"),
        ("led student, asked for nothing", SYSTEMS["led student, asked for nothing"]),
        ("somebody else's student", ""),
    ],
)
def test_the_ways_in_which_a_led_student_was_asked_are_told_apart(name, words):
    assert system_words(name) == words
