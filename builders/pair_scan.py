"""One pass over sentence pairs that leaves, on disk, all that figures of any number of them are taken from.

How many pairs count may be known only when several datasets have been read. So each pair is noted as a few numbers,
under a hash of its texts, and the pairs with the lowest hashes are those that count: a random draw, and a random order,
that depend on nothing but the pairs themselves.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice

import numpy as np

from builders.randomness import key
from builders.shuffled_rows import Rows, ShuffledRows

SHARED, EITHER, SOURCE_WORDS, TARGET_WORDS = range(4)  # columns of the noted numbers; another has the words to come
_COLUMNS = 5

_WORD = re.compile(r"\w+")
# The same for lower-cased ASCII, where all that is no word becomes a space: five times as fast.
_ONLY_WORDS = bytes(code if _WORD.match(chr(code)) else ord(" ") for code in range(128)) + bytes(128)

TextPair = tuple[str, str]


def words(text: str) -> list[bytes]:
    """The words of a text as the metrics have them, in UTF-8: its lower-cased runs of letters, digits, underscores."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered.encode().translate(_ONLY_WORDS).split()
    return [word.encode() for word in _WORD.findall(lowered)]


class PairScan:
    """The pairs of a dataset, as far as they have been added.

    Memory grows with the number of different words of the targets (about 150 bytes each), and not with the pairs.

    Args:
        sample: How many pairs' texts are kept, those with the lowest hashes.

    Attributes:
        without_text: Pairs left out because a text of theirs is empty or blank.
        rows: The others as numbers: words that both texts have, words that either has, words of source and target as
            spaces part them, and the target's words by their numbers.
    """

    def __init__(self, sample: int = 0) -> None:
        self.without_text = 0
        self.rows = ShuffledRows(_COLUMNS)
        self._number = _new_numbers()
        self._sample = _LowestKeys(sample)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return self.rows.count

    def add(self, pairs: Iterable[TextPair]) -> None:
        """Takes in some pairs of texts."""
        keys, numbers, targets = array("Q"), array("i"), array("I")
        kept = []
        for pair in pairs:
            source, target = pair
            source_words, target_words = source.split(), target.split()
            if not (source_words and target_words):
                self.without_text += 1
                continue
            kept.append(pair)
            keys.append(key(0, "pair", source, target))
            source_set, found = set(words(source)), words(target)
            target_set = set(found)
            shared = len(source_set & target_set)
            numbers.extend((shared, len(source_set) + len(target_set) - shared))
            numbers.extend((len(source_words), len(target_words), len(found)))
            targets.extend(map(self._number, found))
        table = np.frombuffer(numbers, np.int32).reshape(-1, _COLUMNS)
        self.rows.add(Rows(np.frombuffer(keys, np.uint64), table, np.frombuffer(targets, np.uint32)))
        self._sample.add(keys, kept)

    def sample(self, n: int) -> list[TextPair]:
        """The texts of the pairs with the lowest hashes, at most n and no more than were to be kept."""
        return self._sample.lowest(n)


def _new_numbers() -> Callable[[bytes], int]:
    """Gives each different word the next number, from 0."""
    numbers: defaultdict[bytes, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers.__getitem__


class _LowestKeys:
    """The pairs with the lowest keys of all that have been added."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bound: int | None = None  # keys above it cannot be among them
        self._found: list[tuple[int, TextPair]] = []

    def add(self, keys: Iterable[int], pairs: Iterable[TextPair]) -> None:
        bound = self._bound
        if self._most:
            self._found += [(key, pair) for key, pair in zip(keys, pairs, strict=True) if bound is None or key <= bound]
        if len(self._found) > 2 * self._most:
            self._cut()

    def _cut(self) -> None:
        self._found = sorted(self._found)[: self._most]
        if self._most and len(self._found) == self._most:
            self._bound = self._found[-1][0]

    def lowest(self, n: int) -> list[TextPair]:
        self._cut()
        return [pair for _, pair in islice(self._found, n)]
