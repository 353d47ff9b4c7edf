"""Entropy of the n-grams of a set of sentences, in bits."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"\w+")


def ngram_entropy(texts: Sequence[str], order: int) -> float:
    """Shannon entropy of the n-grams of all texts together: minus the sum of p * log2(p), p an n-gram's frequency.

    It grows with the number of texts, so that only sets of about one size compare.

    Args:
        texts: One sentence each; words are its lower-cased runs of letters, digits and underscores, and no n-gram
            crosses from one text to the next.
        order: n, at least 1.

    Returns:
        Bits, from 0.0 (one n-gram alone, or none) to log2 of the number of n-grams (each met once).

    Raises:
        ValueError: The order is below 1.
    """
    if order < 1:
        raise ValueError(f"order must be at least 1, got {order}")
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        words = _WORD.findall(text.lower())
        counts.update(zip(*(words[start:] for start in range(order)), strict=False))
    # Frequencies that many n-grams share are worked out once.
    return entropy_of_counts(Counter(counts.values()))


def entropy_of_counts(multiplicities: Mapping[int, int]) -> float:
    """Shannon entropy, in bits, of things of which only the counts are known.

    Args:
        multiplicities: How many different things have each count; counts are at least 1.

    Returns:
        As of `ngram_entropy`.
    """
    total = sum(count * many for count, many in multiplicities.items())
    return math.fsum(many * count / total * math.log2(total / count) for count, many in multiplicities.items())
