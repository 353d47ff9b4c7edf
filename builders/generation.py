"""Sampling many texts a prompt from stock models (paper, Section 3.1 for the teacher, 3.3 for the student).

A prompt is run once for all its samples, a row leaves the batch when its text is done, and every draw is keyed by
(prompt, sample, step): which other rows finished earlier never changes a draw.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from builders.decoded_text import decode
from builders.nucleus import draw
from builders.randomness import key, uniforms

_LOOKS = 4  # steps after a full stop in which a next sentence may begin; one missed costs tokens, never a sentence
_SHRINK = 0.875  # rows are dropped once this share of the batch is left, since dropping a row costs a copy


@dataclass(frozen=True)
class Prompt:
    """A text to go on from, with the key that its random draws depend on."""

    text: str
    key: int


def positions(model: Any) -> int:
    """How many tokens a decoder-only model can look at; past counting where only its memory is the limit (BLOOM)."""
    names = ("max_position_embeddings", "max_seq_len")  # the second is MPT's
    return next((limit for name in names if (limit := getattr(model.config, name, None))), sys.maxsize)


def sample_continuations(
    model: Any,
    tokenizer: Any,
    prompts: list[Prompt],
    *,
    num_return: int,
    temperature: float,
    top_p: float,
    max_new_tokens: int,
    is_done: Callable[[str], bool] | None,
) -> list[list[str]]:
    """Continuations of each prompt by a decoder-only model; the prompts form one batch.

    Args:
        model: As `load_causal_lm` gives it.
        tokenizer: Its tokenizer.
        prompts: Texts; an empty one starts from the beginning-of-text token. The start of one too long is left out.
        num_return: Samples a prompt.
        temperature: 0 is greedy.
        top_p: Nucleus.
        max_new_tokens: Where a continuation is cut if it is not done; below `positions(model)`.
        is_done: Whether a continuation needs no more tokens; asked shortly after each . ? ! and new line. None: only
            the end-of-text token ends one.

    Returns:
        `num_return` texts a prompt, without the prompt and without special tokens.
    """
    from builders.decoding import CausalRows  # torch is slow to import

    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    room = positions(model) - max_new_tokens
    encoded = [(tokenizer(prompt.text)["input_ids"] or [start])[-room:] for prompt in prompts]
    rows = CausalRows(model, tokenizer, encoded, max_new_tokens)
    keys = [key(prompt.key, sample) for prompt in prompts for sample in range(num_return)]
    watch = _Watch(tokenizer, is_done) if is_done else None
    texts = _write(rows, tokenizer, keys, num_return, temperature, top_p, max_new_tokens, watch)
    return [texts[i : i + num_return] for i in range(0, len(texts), num_return)]


def sample_targets(
    model: Any,
    tokenizer: Any,
    prompts: list[Prompt],
    *,
    num_return: int,
    temperature: float,
    top_p: float,
    max_new_tokens: int,
) -> list[list[str]]:
    """Targets of each source by an encoder-decoder model, up to its end-of-text token; the sources form one batch.

    Args:
        model: As `load_seq2seq` gives it.
        tokenizer: Its tokenizer.
        prompts: Sources.
        num_return: Samples a source.
        temperature: 0 is greedy.
        top_p: Nucleus.
        max_new_tokens: Where a target is cut.

    Returns:
        `num_return` texts a source, without special tokens and surrounding white space.
    """
    from builders.decoding import Seq2SeqRows  # torch is slow to import

    sources = [tokenizer(prompt.text)["input_ids"] for prompt in prompts]
    rows = Seq2SeqRows(model, tokenizer, sources, max_new_tokens)
    keys = [key(prompt.key, sample) for prompt in prompts for sample in range(num_return)]
    texts = _write(rows, tokenizer, keys, num_return, temperature, top_p, max_new_tokens, None)
    return [[text.strip() for text in texts[i : i + num_return]] for i in range(0, len(texts), num_return)]


class _Watch:
    """Finds the rows whose text is done, decoding only those where a sentence may just have ended."""

    def __init__(self, tokenizer: Any, is_done: Callable[[str], bool]) -> None:
        self._tokenizer = tokenizer
        self._is_done = is_done
        self._ends = _ending_tokens(tokenizer)

    def start(self, rows: int) -> None:
        self._looks = np.zeros(rows, dtype=np.int64)

    def done(self, active: np.ndarray, tokens: np.ndarray, written: np.ndarray) -> np.ndarray:
        """Which of the `active` rows are done, after `tokens` were appended to `written`."""
        done = np.zeros(len(active), dtype=bool)
        looked_at = np.flatnonzero(self._looks[active] > 0)
        if len(looked_at):
            texts = decode(self._tokenizer, written[active[looked_at]].tolist())
            done[looked_at] = [self._is_done(text) for text in texts]
        self._looks[active] = np.where(self._ends[tokens], _LOOKS, self._looks[active] - 1)
        return done


def _write(
    rows: Any,
    tokenizer: Any,
    keys: list[int],
    samples: int,
    temperature: float,
    top_p: float,
    max_new_tokens: int,
    watch: _Watch | None,
) -> list[str]:
    """The loop that both kinds of model share; one text a key."""
    import torch  # slow to import

    draw_keys = np.array(keys, dtype=np.uint64)
    end = tokenizer.eos_token_id
    known = len(tokenizer)  # what pads the model's vocabulary to a round size is no token of any text
    written = np.full((len(keys), max_new_tokens), end, dtype=np.int64)
    batch = np.arange(len(keys))  # the rows in the model's batch, and which of them still write
    writing = np.ones(len(keys), dtype=bool)
    if watch is not None:
        watch.start(len(keys))
    with torch.inference_mode():
        logits = rows.start(samples)
        logits[:, end] = -torch.inf  # no text is empty
        for step in range(max_new_tokens):
            tokens = draw(logits[:, :known], uniforms(draw_keys[batch], step), temperature, top_p)
            writing &= tokens != end
            active = batch[writing]
            written[active, step] = tokens[writing]
            if watch is not None and len(active):
                writing[writing] = ~watch.done(active, tokens[writing], written[:, : step + 1])
            if not writing.any() or step + 1 == max_new_tokens:
                break
            if writing.sum() <= _SHRINK * len(batch):
                kept = _close_ranks(writing)
                rows.select(torch.from_numpy(kept).to(logits.device))
                batch, tokens, writing = batch[kept], tokens[kept], writing[kept]
            logits = rows.step(torch.from_numpy(tokens).to(logits.device))
    # A row holds the end token only behind its text, where decoding skips it.
    return decode(tokenizer, written.tolist())


def _close_ranks(writing: np.ndarray) -> np.ndarray:
    """The rows that still write, the last of them in the places of those that do not: few have to be moved."""
    kept = np.arange(writing.sum())
    kept[~writing[: len(kept)]] = len(kept) + np.flatnonzero(writing[len(kept) :])
    return kept


@lru_cache(maxsize=8)
def _ending_tokens(tokenizer: Any) -> np.ndarray:
    """Which tokens of the vocabulary hold an end of a sentence or line."""
    texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
    return np.array([any(end in text for end in ".?!\n") for text in texts])
