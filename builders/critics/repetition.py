"""Repetition inside a sentence: the mark of a language model that has fallen into a loop."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from builders.critics.base import CriticConfig, Shared, Verdict
from builders.critics.sentence_critic import SentenceCritic
from builders.errors import ConfigError

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class RepetitionConfig(CriticConfig):
    """How much of a sentence may be said again.

    Args:
        n: Words of an n-gram.
        max_share: Greatest share of the words that lie in n-grams which occur more than once.
        max_run: How often one word may stand in a row.
    """

    n: int = 3  # ours: the released code samples with no_repeat_ngram_size 3
    max_share: float = 0.6  # ours, measured: docs/critics.md
    max_run: int = 3  # ours, measured: docs/critics.md

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ConfigError(f"repetition.n must be at least 1, got {self.n}")
        if not 0.0 <= self.max_share <= 1.0:
            raise ConfigError(f"repetition.max_share must lie in [0, 1], got {self.max_share}")
        if self.max_run < 1:
            raise ConfigError(f"repetition.max_run must be at least 1, got {self.max_run}")

    def build(self, shared: Shared) -> "Repetition":
        """The critic."""
        return Repetition(self)


def repeated_share(words: list[str], n: int) -> float:
    """The share of the words that lie in an n-gram which occurs more than once.

    Returns:
        A value in [0, 1]; 0.0 when there are fewer than n words.
    """
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    counts = Counter(grams)
    inside = {i + offset for i, gram in enumerate(grams) if counts[gram] > 1 for offset in range(n)}
    return len(inside) / len(words) if words else 0.0


def longest_run(words: list[str]) -> int:
    """How often the same word stands in a row at most; 0 without words."""
    return max((len(list(group)) for _, group in groupby(words)), default=0)


class Repetition(SentenceCritic):
    """Drops pairs of which a sentence repeats itself."""

    reasons = ("repetition",)

    def __init__(self, config: RepetitionConfig) -> None:
        super().__init__()
        self._config = config

    def judge_sentences(self, sentences: list[str]) -> list[Verdict]:
        """One verdict a sentence, in order."""
        return [self._verdict(_WORD.findall(sentence.lower())) for sentence in sentences]

    def _verdict(self, words: list[str]) -> Verdict:
        share, run = repeated_share(words, self._config.n), longest_run(words)
        repeats = share > self._config.max_share or run > self._config.max_run
        return Verdict("repetition" if repeats else None, {"repeated_share": share, "longest_run": run})
