"""The n-gram entropy of texts of any amount, exactly: n-grams as packed numbers of words, counted on disk."""

from collections import Counter

import numpy as np

from builders.sorted_runs import SortedRuns
from metrics.ngram_entropy.ngrams import entropy_of_counts

_WAITING = 2**20  # n-grams in memory before they are sorted and written


class NgramCounts:
    """The n-grams of texts whose words are numbers; its entropy is `ngram_entropy` of the same texts.

    An n-gram is one 64-bit number, with 64 / n bits a word. That is room for two million different words in a 3-gram;
    n-grams with words beyond it are counted apart, by the upper parts of their words' numbers, so that none is mistaken
    for another.

    Args:
        order: n, at least 1.
    """

    def __init__(self, order: int) -> None:
        self._order, self._bits = order, min(32, 64 // order)
        self._runs: dict[tuple[int, ...], SortedRuns] = {}

    def add(self, words: np.ndarray, lengths: np.ndarray) -> None:
        """Takes in some texts.

        Args:
            words: uint32, the words of all texts one after the other.
            lengths: How many of them each text has.
        """
        ends = np.repeat(np.cumsum(lengths), lengths)
        starts = np.flatnonzero(np.arange(len(words)) + self._order <= ends)  # no n-gram crosses from text to text
        parts = [words[starts + place].astype(np.uint64) for place in range(self._order)]
        keys = np.zeros(len(starts), np.uint64)
        for part in parts:
            keys = (keys << np.uint64(self._bits)) | (part & np.uint64(2**self._bits - 1))
        if int(words.max(initial=0)) >> self._bits:
            upper = np.stack([part >> np.uint64(self._bits) for part in parts], axis=1)
            classes, members = np.unique(upper, axis=0, return_inverse=True)
            for number, numbers in enumerate(classes.tolist()):
                self._of(tuple(numbers)).add(keys[members == number])
        else:
            self._of((0,) * self._order).add(keys)
        if sum(runs.waiting for runs in self._runs.values()) >= _WAITING:
            for runs in self._runs.values():
                runs.flush()

    def _of(self, upper: tuple[int, ...]) -> SortedRuns:
        if upper not in self._runs:
            self._runs[upper] = SortedRuns()
        return self._runs[upper]

    def entropy(self) -> float:
        """In bits, of all n-grams so far."""
        found: Counter[int] = Counter()
        for runs in self._runs.values():
            found.update(runs.multiplicities())
        return entropy_of_counts(found)
