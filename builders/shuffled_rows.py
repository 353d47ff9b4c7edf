"""Rows that come in any order and are read in that of their keys, in bounded memory: a shuffle, if keys are hashes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from builders.spilled import SpilledNumbers

_BUCKETS = 256  # by the first byte of a key; the rows of one are in memory together
_WORDS = 2**19  # in memory before rows are written
_ROWS = 25_000  # most rows, of whole buckets, that are read together


@dataclass(frozen=True)
class Rows:
    """Some rows.

    Args:
        keys: uint64.
        numbers: int32, (rows, columns); the last is how many words the row has.
        words: uint32, those of all rows one after the other.
    """

    keys: np.ndarray
    numbers: np.ndarray
    words: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """How many words each row has."""
        lengths: np.ndarray = self.numbers[:, -1].astype(np.int64)
        return lengths

    def by_key(self) -> "Rows":
        """The same, the lowest key first."""
        order = np.argsort(self.keys, kind="stable")
        lengths = self.lengths[order]
        first = (np.cumsum(self.lengths) - self.lengths)[order]  # of each row's words
        moved = np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
        return Rows(self.keys[order], self.numbers[order], self.words[np.arange(len(moved)) + moved])

    def first(self, n: int) -> "Rows":
        """The first n."""
        return Rows(self.keys[:n], self.numbers[:n], self.words[: int(self.lengths[:n].sum())])

    @classmethod
    def joined(cls, parts: list["Rows"]) -> "Rows":
        """One after the other; there must be one at least."""
        fields = ([getattr(part, name) for part in parts] for name in ("keys", "numbers", "words"))
        return cls(*map(np.concatenate, fields))


class ShuffledRows:
    """Rows on disk.

    Args:
        columns: Numbers a row.
    """

    def __init__(self, columns: int) -> None:
        self.count = 0
        self._waiting: list[Rows] = []
        self._keys = SpilledNumbers(np.uint64)
        self._numbers, self._words = SpilledNumbers(np.int32, columns), SpilledNumbers(np.uint32)
        self._pieces: list[tuple[np.ndarray, np.ndarray]] = []  # where each bucket's rows and words begin, and the end

    def add(self, rows: Rows) -> None:
        """Takes in some rows."""
        self._waiting.append(rows)
        self.count += len(rows.keys)
        if sum(len(waiting.words) + len(waiting.keys) for waiting in self._waiting) >= _WORDS:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        rows = Rows.joined(self._waiting).by_key()
        self._waiting = []
        edges = np.searchsorted(rows.keys >> np.uint64(56), np.arange(_BUCKETS + 1))
        words = np.concatenate([[0], np.cumsum(rows.lengths)])[edges]
        place = self._keys.append(rows.keys)
        self._numbers.append(rows.numbers)
        self._pieces.append((place + edges, self._words.append(rows.words) + words))

    def in_order(self, n: int) -> Iterator[Rows]:
        """The n rows with the lowest keys, some at a time; rows with one key come together."""
        self._flush()
        sizes = np.sum([np.diff(rows) for rows, _ in self._pieces], axis=0) if self._pieces else np.zeros(_BUCKETS)
        begin = 0
        while begin < _BUCKETS and n > 0:
            end = begin + 1
            while end < _BUCKETS and sizes[begin : end + 1].sum() <= _ROWS:
                end += 1
            if sizes[begin:end].any():
                rows = self._buckets(begin, end).first(n)
                n -= len(rows.keys)
                yield rows
            begin = end

    def _buckets(self, begin: int, end: int) -> Rows:
        parts = []
        for rows, words in self._pieces:
            first, count = int(rows[begin]), int(rows[end] - rows[begin])
            found = self._words.read(int(words[begin]), int(words[end] - words[begin]))
            parts.append(Rows(self._keys.read(first, count), self._numbers.read(first, count), found))
        return Rows.joined(parts).by_key()
