import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.pair_scan import PairScan, words

PAIRS = [(f"Profit {number} rose.", f"There was a rise of profit {number}.") for number in range(50)]


def scan_of(pairs, sample=0):
    scan = PairScan(sample)
    scan.add(pairs)
    return scan


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_words_are_those_of_the_metrics(text):
    assert [word.decode() for word in words(text)] == re.findall(r"\w+", text.lower())


@pytest.mark.parametrize(
    "text", ["ΣΑΣ Σ.", "İstanbul Straße ﬁne", "東京へ行く。", "هذا نص", "\u02bbokina_a\u0301b", "\x1ca\x85b"]
)
def test_words_of_other_scripts_are_those_of_the_metrics(text):
    assert [word.decode() for word in words(text)] == re.findall(r"\w+", text.lower())


def test_words_of_every_character_are_those_of_the_metrics():
    text = " a".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    for start in range(0, len(text), 3000):  # a part in plain ASCII goes another way
        part = text[start : start + 3000]
        assert [word.decode() for word in words(part)] == re.findall(r"\w+", part.lower())


def test_pairs_without_a_text_are_left_out_and_counted():
    scan = scan_of([("a", ""), (" \t", "b"), ("a", "b"), ("", "")])
    assert (scan.pairs, scan.without_text) == (1, 3)


def test_a_sample_depends_on_the_pairs_alone():
    whole = scan_of(PAIRS, 10)
    in_parts = PairScan(10)
    for pair in reversed(PAIRS):
        in_parts.add([pair])
    assert whole.sample(10) == in_parts.sample(10)
    assert whole.sample(4) == whole.sample(10)[:4]
    assert len(set(whole.sample(99))) == 10


def test_the_sample_is_of_the_pairs_that_count():
    scan = scan_of(PAIRS, 10)
    [rows] = scan.rows.in_order(10)
    assert sorted(rows.numbers[:, 3].tolist()) == sorted(len(target.split()) for _, target in scan.sample(10))
    first = scan_of(scan.sample(10), 0)
    [again] = first.rows.in_order(10)
    assert again.keys.tolist() == rows.keys.tolist()


def test_fewer_pairs_than_the_sample_are_all_of_it():
    assert sorted(scan_of(PAIRS[:3], 10).sample(10)) == sorted(PAIRS[:3])
    assert scan_of(PAIRS).sample(10) == []
