"""BLEU from the counts of its rows, so that one pass over the text gives the score of any draw of the rows."""

from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics import BLEU

_ORDERS = 4
# Smoothing would change the counts; the effective order changes none, and silences advice.
_COUNTER = BLEU(smooth_method="none", effective_order=True, force=True)


def bleu_counts(candidate: str, references: Sequence[str]) -> np.ndarray:
    """What one row adds to corpus BLEU.

    Args:
        candidate: A sentence.
        references: At least one, equally good.

    Returns:
        10 counts: matching n-grams of orders 1 to 4, n-grams of these orders, tokens, and tokens of the reference that
        is closest in length.
    """
    score = _COUNTER.sentence_score(candidate, references)
    return np.array([*score.counts, *score.totals, score.sys_len, score.ref_len], dtype=np.float64)


def bleu_of_counts(counts: np.ndarray) -> np.ndarray:
    """Corpus BLEU as `sacrebleu` has it by default, each order without a match counting half of the one before it.

    Args:
        counts: Sums of `bleu_counts` over rows, of any shape that ends with 10.

    Returns:
        Values in [0, 100], of the shape without its last axis; 0 where nothing matches at all.
    """
    matches, totals = counts[..., :_ORDERS], counts[..., _ORDERS : 2 * _ORDERS]
    tokens, reference = counts[..., -2], counts[..., -1]
    logarithms = np.zeros(counts.shape[:-1])
    halves = np.ones(counts.shape[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):  # where an order has no n-grams, the score is 0
        for order in range(_ORDERS):
            missed = matches[..., order] == 0
            halves = np.where(missed, halves * 2, halves)
            logarithms += np.log(np.where(missed, 1 / halves, matches[..., order]) / totals[..., order])
        shortness = np.where(tokens < reference, np.exp(1 - reference / tokens), 1.0)
        score = 100 * shortness * np.exp(logarithms / _ORDERS)
    any_match = (matches.sum(axis=-1) > 0) & (totals.min(axis=-1) > 0)
    return np.where(any_match, score, 0.0)
