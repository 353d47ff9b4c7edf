"""Which of the texts that are being written are done, by decoding only those where a sentence may just have ended."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from builders.decoded_text import decode, token_bytes

_LOOKS = 4  # steps after a full stop in which a next sentence may begin; one missed costs tokens, never a sentence


class FinishedTexts:
    """Looks at the rows of a batch as they grow.

    Args:
        tokenizer: Of the model.
        is_done: Whether a text needs no more tokens.
        endings: Characters that end sentences; asked is shortly after one of them, and after a new line.
        rows: How many texts.
    """

    def __init__(self, tokenizer: Any, is_done: Callable[[str], bool], endings: str, rows: int) -> None:
        self._tokenizer = tokenizer
        self._is_done = is_done
        self._ends = ending_tokens(tokenizer, endings)
        self._looks = np.zeros(rows, dtype=np.int64)

    def among(self, active: np.ndarray, tokens: np.ndarray, written: np.ndarray) -> np.ndarray:
        """Which of the `active` rows are done, after `tokens` were appended to `written`."""
        done = np.zeros(len(active), dtype=bool)
        looked_at = np.flatnonzero(self._looks[active] > 0)
        if len(looked_at):
            texts = decode(self._tokenizer, written[active[looked_at]].tolist())
            done[looked_at] = [self._is_done(text) for text in texts]
        self._looks[active] = np.where(self._ends[tokens], _LOOKS, self._looks[active] - 1)
        return done


@lru_cache(maxsize=8)
def ending_tokens(tokenizer: Any, endings: str) -> np.ndarray:
    """Which tokens of the vocabulary hold an end of a sentence or line, or the last bytes of one.

    A character may be spread over several tokens, so that one which begins with such bytes may complete it.
    """
    ends = [end.encode() for end in {*endings, "\n"}]
    rests = tuple(end[size:] for end in ends for size in range(1, len(end)))
    return np.array([text.startswith(rests) or any(end in text for end in ends) for text in token_bytes(tokenizer)])
