import random

import numpy as np
import pytest

from builders import shuffled_rows
from builders.shuffled_rows import Rows, ShuffledRows


def made(keys):
    """Rows whose number and words tell their key."""
    rng = random.Random(0)
    words = [[key % 1000 + place for place in range(rng.randint(0, 4))] for key in keys]
    numbers = [[key % 97, len(each)] for key, each in zip(keys, words, strict=True)]
    flat = np.array([word for each in words for word in each], np.uint32)
    return Rows(np.array(keys, np.uint64), np.array(numbers, np.int32), flat)


def listed(parts):
    rows = Rows.joined(list(parts))
    words = np.split(rows.words, np.cumsum(rows.lengths)[:-1])
    return [
        (int(key), number.tolist(), each.tolist())
        for key, number, each in zip(rows.keys, rows.numbers, words, strict=True)
    ]


@pytest.mark.parametrize("n", [1, 37, 500, 1000])
def test_rows_come_in_the_order_of_their_keys_from_the_lowest_on(monkeypatch, n):
    monkeypatch.setattr(shuffled_rows, "_WORDS", 100)
    monkeypatch.setattr(shuffled_rows, "_ROWS", 20)
    rng = random.Random(1)
    rows = made([rng.getrandbits(64) for _ in range(500)])
    shuffled = ShuffledRows(2)
    ends = np.concatenate([[0], np.cumsum(rows.lengths)])
    for start in range(0, 500, 20):
        words = rows.words[ends[start] : ends[start + 20]]
        shuffled.add(Rows(rows.keys[start : start + 20], rows.numbers[start : start + 20], words))
    parts = list(shuffled.in_order(n))
    assert len(parts) > 1 or n == 1
    assert listed(parts) == sorted(listed([rows]))[:n]


def test_no_rows_are_no_parts():
    assert list(ShuffledRows(2).in_order(10)) == []
