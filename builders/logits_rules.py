"""Which tokens may not come next: those that would repeat an n-gram, or complete a banned string.

Both are asked before temperature and nucleus, as in `generate` of transformers.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from builders.decoded_text import token_bytes

_NO_TOKEN = -1


class LogitsRules:
    """The rules for a batch of rows that are being written.

    Args:
        tokenizer: Of the model.
        prompts: The tokens that each row goes on from.
        max_new_tokens: How long a row may get behind its prompt.
        no_repeat_ngram_size: No n-gram of so many tokens stands twice in a row, prompt included; 0 allows all.
        banned: Strings that no text holds.
        ends: Tokens that end a text; they stand in for all others when those are forbidden.
    """

    def __init__(
        self,
        tokenizer: Any,
        prompts: list[list[int]],
        max_new_tokens: int,
        no_repeat_ngram_size: int,
        banned: tuple[str, ...],
        ends: list[int],
    ) -> None:
        self._known = len(tokenizer)
        self._ends = ends
        self._rules: list[_Ngrams | _Strings] = []
        if no_repeat_ngram_size:
            self._rules.append(_Ngrams(prompts, max_new_tokens, no_repeat_ngram_size))
        if banned:
            self._rules.append(_Strings(_banned_tokens(tokenizer, banned), len(prompts)))

    def apply(self, logits: Any) -> None:
        """Sets the logits [rows, vocabulary] of forbidden tokens to minus infinity, in place."""
        import torch  # slow to import

        forbidden = 0
        for rule in self._rules:
            rows, tokens = (torch.from_numpy(each).to(logits.device) for each in rule.forbidden())
            outright = torch.from_numpy(rule.outright).to(logits.device)
            logits[rows, tokens] = -torch.inf
            logits[:, outright] = -torch.inf
            forbidden += len(tokens) + len(outright)
        if self._ends and forbidden + len(self._ends) >= self._known:
            stuck = (logits[:, : self._known].amax(dim=-1) == -torch.inf).nonzero()[:, 0]
            logits[stuck, self._ends[0]] = 0.0

    def append(self, tokens: np.ndarray) -> None:
        """Takes note of the token that every row goes on with."""
        for rule in self._rules:
            rule.append(tokens)

    def select(self, rows: np.ndarray) -> None:
        """Keeps only these rows of the batch."""
        for rule in self._rules:
            rule.select(rows)


class _Ngrams:
    """Tokens behind an earlier place where a row holds its own last n - 1 tokens."""

    outright = np.zeros(0, dtype=np.int64)  # alone, no token repeats anything

    def __init__(self, prompts: list[list[int]], max_new_tokens: int, size: int) -> None:
        self._size = size
        self._end = max(map(len, prompts))
        self._history = np.full((len(prompts), self._end + max_new_tokens), _NO_TOKEN, dtype=np.int32)
        for row, prompt in zip(self._history, prompts, strict=True):
            row[self._end - len(prompt) : self._end] = prompt

    def forbidden(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and tokens, side by side."""
        history, end, size = self._history, self._end, self._size
        if end < size:
            return np.zeros((2, 0), dtype=np.int64)[0], np.zeros(0, dtype=np.int64)
        if size == 1:
            rows, places = np.nonzero(history[:, :end] != _NO_TOKEN)
        else:
            rows, places = np.nonzero(history[:, size - 2 : end - 1] == history[:, end - 1 : end])
            places += size - 1
        for back in range(2, size):
            # What pads a short row equals nothing here: further left there is only more of it.
            same = history[rows, places - back] == history[rows, end - back]
            rows, places = rows[same], places[same]
        return rows, history[rows, places].astype(np.int64)

    def append(self, tokens: np.ndarray) -> None:
        self._history[:, self._end] = tokens
        self._end += 1

    def select(self, rows: np.ndarray) -> None:
        self._history = self._history[rows]


class _Strings:
    """Tokens that would complete a banned string, by what of one each row's text ends with."""

    def __init__(self, banned: "_BannedTokens", rows: int) -> None:
        self._banned = banned
        self._states = np.zeros(rows, dtype=np.int64)
        self.outright = banned.outright

    def forbidden(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and tokens, side by side."""
        begun = np.flatnonzero(self._states)
        tokens = [self._banned.completing(int(self._states[row])) for row in begun]
        counts = [len(own) for own in tokens]
        return np.repeat(begun, counts), np.concatenate([*tokens, np.zeros(0, dtype=np.int64)])

    def append(self, tokens: np.ndarray) -> None:
        states = self._banned.from_nothing[tokens]
        for row in np.flatnonzero(self._states):
            states[row] = self._banned.after(int(self._states[row]), int(tokens[row]))
        self._states = states

    def select(self, rows: np.ndarray) -> None:
        self._states = self._states[rows]


class _BannedTokens:
    """What banned strings mean for a vocabulary, in bytes, since a character may be spread over several tokens.

    Attributes:
        outright: Tokens that hold a banned string.
        from_nothing: The state that each token leads to: the number of the longest beginning of a banned string that
            the token ends with, 0 for none.
    """

    def __init__(self, tokens: list[bytes], banned: tuple[bytes, ...]) -> None:
        self._tokens = tokens
        self._banned = banned
        begun = {text[:length] for text in banned for length in range(1, len(text))}
        self._states = [b"", *sorted(begun, key=lambda start: (-len(start), start))]  # longest first
        held = [any(text in token for text in banned) for token in tokens]
        self.outright = np.flatnonzero(held)
        starts = tuple(begun)
        ending = [token.endswith(starts) for token in tokens]
        states = [self._state(token) if ends else 0 for token, ends in zip(tokens, ending, strict=True)]
        self.from_nothing = np.array(states)
        self._completing: dict[int, np.ndarray] = {}

    def _state(self, text: bytes) -> int:
        return next((number for number, start in enumerate(self._states) if number and text.endswith(start)), 0)

    def after(self, state: int, token: int) -> int:
        """The state that a token leads to from another state."""
        return self._state(self._states[state] + self._tokens[token])

    def completing(self, state: int) -> np.ndarray:
        """The tokens that complete a banned string which a text in this state has begun."""
        if state not in self._completing:
            begun = self._states[state]
            rests = [
                text[size:] for text in self._banned for size in range(1, len(text)) if begun.endswith(text[:size])
            ]
            self._completing[state] = np.flatnonzero([token.startswith(tuple(rests)) for token in self._tokens])
        return self._completing[state]


@lru_cache(maxsize=8)
def _banned_tokens(tokenizer: Any, banned: tuple[str, ...]) -> _BannedTokens:
    return _BannedTokens(token_bytes(tokenizer), tuple(text.encode() for text in banned))
