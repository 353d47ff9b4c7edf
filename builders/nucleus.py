"""Drawing the next token: temperature and nucleus (top-p) sampling with one keyed number a row."""

from typing import Any

import numpy as np

# Most nuclei are smaller; a full sort of a large vocabulary is what sampling on a CPU spends its time on.
_FIRST_LOOK = 64


def draw(logits: Any, uniform: np.ndarray, temperature: float, top_p: float) -> np.ndarray:
    """The next token of every row by inverse CDF over its sorted nucleus.

    Args:
        logits: Tensor [rows, vocabulary].
        uniform: float64 [rows] in [0, 1).
        temperature: 0 takes the likeliest token.
        top_p: The nucleus is the smallest set of likeliest tokens whose probabilities reach this sum.

    Returns:
        int64 [rows].
    """
    if temperature == 0:
        return logits.argmax(dim=-1).cpu().numpy()
    probabilities = (logits.float() / temperature).softmax(dim=-1)
    drawn = np.zeros(len(uniform), dtype=np.int64)
    rows, size = np.arange(len(uniform)), min(_FIRST_LOOK, probabilities.shape[-1])
    while len(rows):  # those whose nucleus may be larger than what was looked at
        values, tokens = probabilities.topk(size, dim=-1)  # sorted, likeliest first
        masses = values.cpu().numpy().astype(np.float64)
        places = _invert(masses, uniform[rows], top_p)
        whole = (masses.sum(axis=1) >= top_p) | (size == probabilities.shape[-1])
        drawn[rows] = np.take_along_axis(tokens.cpu().numpy(), places[:, None], axis=1)[:, 0]
        rows, size = rows[~whole], min(16 * size, probabilities.shape[-1])
        if len(rows):
            probabilities = probabilities[np.flatnonzero(~whole).tolist()]
    return drawn


def _invert(masses: np.ndarray, uniform: np.ndarray, top_p: float) -> np.ndarray:
    """The place that each row's number falls on in its nucleus; `masses` are sorted, largest first."""
    reached = masses.cumsum(axis=1)
    inside = reached - masses < top_p
    nucleus = np.where(inside, masses, 0.0).cumsum(axis=1)
    chosen = (nucleus <= (uniform * nucleus[:, -1])[:, None]).sum(axis=1)
    return np.minimum(chosen, inside.sum(axis=1) - 1)  # rounding must not step outside the nucleus
