"""ROUGE-L of two sentences (Lin, 2004), as `rouge_score` computes it without stemming."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import LCSseq


@lru_cache(maxsize=2**12)  # a context's sentences are each compared with all the others
def tokens(text: str) -> tuple[str, ...]:
    """The lower-cased runs of ASCII letters and digits of a text, which is how `rouge_score` tokenises."""
    return tuple(re.findall(r"[a-z0-9]+", text.lower()))


def rouge_l(reference: str, candidate: str) -> float:
    """ROUGE-L F-measure of two sentences, equal to `rouge_score` without stemming.

    Returns:
        A value in [0, 1], the same for both orders of the two; 0.0 when either side has no tokens.
    """
    return rouge_l_tokens(tokens(reference), tokens(candidate))


def rouge_l_tokens(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """ROUGE-L F-measure of two token sequences: the harmonic mean of LCS / |candidate| and LCS / |reference|.

    Returns:
        A value in [0, 1]; 0.0 when the two share no token.
    """
    common = LCSseq.similarity(reference, candidate)
    if common == 0:
        return 0.0
    precision = common / len(candidate)
    recall = common / len(reference)
    return 2 * precision * recall / (precision + recall)
