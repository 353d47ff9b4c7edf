"""Jaccard similarity of the words of two sentences (Jaccard, 1912)."""

import re

_WORD = re.compile(r"\w+")


def jaccard(first: str, second: str) -> float:
    """Words in both sentences over words in either, each different word counted once, on 0-100.

    Args:
        first: A sentence; words are its lower-cased runs of letters, digits and underscores.
        second: The other.

    Returns:
        A value in [0, 100], the same for both orders of the two; 0.0 where neither has a word.
    """
    a, b = set(_WORD.findall(first.lower())), set(_WORD.findall(second.lower()))
    return 100 * len(a & b) / len(a | b) if a or b else 0.0
