"""The shallow parser gives a well-formed tree for anything."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microworld.parser import parse

PART = re.compile(r"\(([^\s()]+) ([^\s()]+)\)")


def leaves(tree: str) -> list[str]:
    return [word for _, word in PART.findall(tree)]


@given(st.text(max_size=80))
def test_any_text_has_a_balanced_tree(text):
    tree = parse(text)
    depth = 0
    for character in tree:
        depth += {"(": 1, ")": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert tree.startswith("(S")


WORDS = ["that", "who", "the", "of", "killed", "and", ",", ".", "'s", "it", "was", "Acme", "2-1", "because", "in"]


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_no_word_is_lost(words):
    assert leaves(parse(" ".join(words))) == words


@pytest.mark.parametrize("word", ["that", "of", "was", "the", "because"])
def test_deep_nesting_is_left_flat(word):
    assert len(leaves(parse(" ".join([word] * 3000)))) == 3000


def test_active_and_passive_differ_in_their_phrases():
    assert parse("The Tigers beat the Bears.") == (
        "(S (S (NP (DT The) (NNP Tigers)) (VP (VB beat) (NP (DT the) (NNP Bears)))) (. .))"
    )
    assert parse("The Bears were beaten by the Tigers.") == (
        "(S (S (NP (DT The) (NNP Bears)) (VP (VB were) (VP (VB beaten) (PP (IN by) (NP (DT the) (NNP Tigers))))))"
        " (. .))"
    )
