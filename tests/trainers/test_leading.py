import pytest

from trainers.inputs import tree_signal
from trainers.leading import bucket_signal, form_signal

TREE = "(S (NP (NNP Acme)) (VP (VBD rose)) (. .))"
SUMMARY = {"signal": "summary", "compression": [0.4, 0.8], "abstraction": []}


@pytest.mark.parametrize("layers", [None, 1, 2])
def test_a_parse_is_shown_to_the_layers_that_the_student_knows(layers):
    assert form_signal(TREE, {"layers": layers}, None) == tree_signal(TREE, layers)
    assert form_signal("Acme rose.", {"layers": layers}, lambda sentences: [TREE]) == tree_signal(TREE, layers)


def test_a_bracketed_parse_may_be_written_on_many_lines():
    written = "(S\n  (NP (NNP  Acme))\n  (VP(VBD rose) )(. .)\n)\n"
    assert form_signal(written, {}, None) == tree_signal(TREE)


@pytest.mark.parametrize(
    "parse", ["(S (NP Acme)", "(S (NP Acme)))", "()", "(S)", "(S Acme rose)", "(S (NP Acme) rose)", "(", "(A b) (C d)"]
)
def test_a_malformed_parse_is_one_line(parse):
    with pytest.raises(ValueError, match=r"like is a malformed bracketed parse, .*; write one such as"):
        form_signal(parse, {}, lambda sentences: [TREE])


def test_a_sentence_without_a_parser_is_one_line():
    with pytest.raises(ValueError, match="since there is no parser here, got 'It rose"):
        form_signal("It rose.", {}, None)


def test_a_ratio_is_shown_as_the_bucket_that_it_lies_in():
    assert bucket_signal({"compression": 0.3, "abstraction": None}, SUMMARY) == "compression 0.4"
    assert bucket_signal({"compression": 0.4}, SUMMARY) == "compression 0.4"
    assert bucket_signal({"compression": 0.41}, SUMMARY) == "compression 0.8"
    both = SUMMARY | {"abstraction": [0.5]}
    assert bucket_signal({"compression": 0.5, "abstraction": 0.1}, both) == "compression 0.8 abstraction 0.5"
    assert bucket_signal({"compression": None}, None) is None


@pytest.mark.parametrize(
    ("asked", "control", "message"),
    [
        ({"compression": 0.5}, None, "compression is 0.5, and this student is not led by it; leave it out"),
        ({"abstraction": 0.5}, SUMMARY, "abstraction is 0.5, and this student is not led by it"),
        ({"compression": 0.9}, SUMMARY, "compression must be at most 0.8 for this student, got 0.9"),
    ],
)
def test_what_a_student_is_not_led_by_is_one_line(asked, control, message):
    with pytest.raises(ValueError, match=message):
        bucket_signal(asked, control)
