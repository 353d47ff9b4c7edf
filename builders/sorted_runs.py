"""How often each of very many numbers occurs, exactly and in bounded memory: sorted runs on disk, merged in the end."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from builders.spilled import SpilledNumbers

_MERGED = 2**20  # numbers of all runs together that a merge has in memory, with their counts 12 MB
_LEAST_READ = 1024


class SortedRuns:
    """Whole numbers in any order and amount; each `flush` sorts those that came since the last and writes them.

    A number stands once in a run, with its count, so that even one that makes up most of the data takes no room.
    """

    def __init__(self) -> None:
        self.waiting = 0
        self._waiting: list[np.ndarray] = []
        self._keys, self._counts = SpilledNumbers(np.uint64), SpilledNumbers(np.uint32)
        self._runs: list[tuple[int, int]] = []  # where each begins, and its length

    def add(self, numbers: np.ndarray) -> None:
        """Takes in some numbers, uint64."""
        self._waiting.append(numbers)
        self.waiting += len(numbers)

    def flush(self) -> None:
        """Writes what waits as one run."""
        if self.waiting:
            keys, counts = _counted(np.sort(np.concatenate(self._waiting)))
            self._runs.append((self._keys.append(keys), len(keys)))
            self._counts.append(counts)
        self.waiting, self._waiting = 0, []

    def multiplicities(self) -> Counter[int]:
        """How many different numbers occur once, twice, and so on."""
        self.flush()
        found: Counter[int] = Counter()
        for counts in self._merged():
            values, numbers = np.unique(counts, return_counts=True)
            found.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
        return found

    def _merged(self) -> Iterator[np.ndarray]:
        """The counts of the different numbers, from the lowest number on."""
        most = max(_LEAST_READ, _MERGED // max(1, len(self._runs)))
        runs = [_Run(self._keys, self._counts, *run) for run in self._runs]
        while runs:
            for run in runs:
                run.fill(most)
            # Up to the first end of a block, no run has numbers that are not read yet.
            ends = [run.keys[-1] for run in runs if run.rest]
            taken = [run.take(min(ends) if ends else None) for run in runs]
            keys = np.concatenate([keys for keys, _ in taken])
            order = np.argsort(keys, kind="stable")  # which makes use of the runs
            counts = np.concatenate([counts for _, counts in taken])[order].astype(np.int64)
            yield np.add.reduceat(counts, _starts(keys[order]))
            runs = [run for run in runs if run.rest or len(run.keys)]


class _Run:
    """The part of a sorted run that has not been merged yet: `keys` and `counts` in memory, `rest` rows on disk."""

    def __init__(self, keys: SpilledNumbers, counts: SpilledNumbers, start: int, length: int) -> None:
        self._all_keys, self._all_counts, self._next, self.rest = keys, counts, start, length
        self.keys, self.counts = keys.read(start, 0), counts.read(start, 0)

    def fill(self, most: int) -> None:
        """Reads until so many are in memory, or all."""
        more = min(self.rest, most - len(self.keys))
        if more > 0:
            self.keys = np.concatenate([self.keys, self._all_keys.read(self._next, more)])
            self.counts = np.concatenate([self.counts, self._all_counts.read(self._next, more)])
            self._next, self.rest = self._next + more, self.rest - more

    def take(self, last: np.uint64 | None) -> tuple[np.ndarray, np.ndarray]:
        """Removes the numbers up to one; None takes all in memory."""
        end = len(self.keys) if last is None else int(np.searchsorted(self.keys, last, side="right"))
        taken = self.keys[:end], self.counts[:end]
        self.keys, self.counts = self.keys[end:], self.counts[end:]
        return taken


def _starts(ordered: np.ndarray) -> np.ndarray:
    """Where each different number begins."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _counted(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = _starts(ordered)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))
