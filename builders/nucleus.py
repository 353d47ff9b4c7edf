"""Drawing the next token: temperature and nucleus (top-p) sampling with one keyed number a row."""

from typing import Any

import numpy as np

_FIRST_LOOK = (
    64  # most nuclei are smaller; a full sort of a large vocabulary is what sampling on a CPU spends its time on
)


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
    size = min(_FIRST_LOOK, probabilities.shape[-1])
    while True:
        values, tokens = probabilities.topk(size, dim=-1)  # sorted, likeliest first
        masses = values.cpu().numpy().astype(np.float64)
        reached = masses.cumsum(axis=1)
        if size == probabilities.shape[-1] or (reached[:, -1] >= top_p).all():
            break
        size = min(16 * size, probabilities.shape[-1])
    nucleus = np.where(reached - masses < top_p, masses, 0.0).cumsum(axis=1)
    chosen = (nucleus <= (uniform * nucleus[:, -1])[:, None]).sum(axis=1)
    last = (reached - masses < top_p).sum(axis=1) - 1  # rounding must not step outside the nucleus
    return np.take_along_axis(tokens.cpu().numpy(), np.minimum(chosen, last)[:, None], axis=1)[:, 0]
