"""Sampling many texts a prompt from stock models (paper, Section 3.1 for the teacher, 3.3 for the student).

A prompt is run once for all its samples, a row leaves the batch when its text is done, and every draw is keyed by
(prompt, sample, step): which other rows finished earlier never changes a draw.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from builders.decoded_text import decode
from builders.errors import RunError
from builders.finished_texts import FinishedTexts
from builders.logits_rules import LogitsRules
from builders.nucleus import draw
from builders.prompt_tokens import end_tokens, positions, prompt_tokens
from builders.randomness import key, uniforms

_NO_TOKEN = -1
_SHRINK = 0.875  # rows are dropped once this share of the batch is left, since dropping a row costs a copy


@dataclass(frozen=True)
class Prompt:
    """A text to go on from, with the key that its random draws depend on."""

    text: str
    key: int


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """How texts are drawn from a model.

    Args:
        num_return: Texts a prompt.
        temperature: 0 is greedy.
        top_p: Nucleus.
        max_new_tokens: Where a text that is not done is cut.
        no_repeat_ngram_size: No n-gram of so many tokens stands twice in prompt and text; 0 allows all.
        banned: Strings that no text holds.
        endings: Characters that may end a text which is done: shortly after one of them, or a new line, that is asked.
    """

    num_return: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    max_new_tokens: int
    no_repeat_ngram_size: int = 0
    banned: tuple[str, ...] = ()
    endings: str = ".?!"

    def __post_init__(self) -> None:
        object.__setattr__(self, "banned", tuple(filter(None, self.banned)))  # every text holds the empty string


def sample_continuations(
    model: Any, tokenizer: Any, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None = None
) -> list[list[str]]:
    """Continuations of each prompt by a decoder-only model; the prompts form one batch.

    Args:
        model: As `load_causal_lm` gives it.
        tokenizer: Its tokenizer.
        prompts: Texts, of which each and what is written fit the model's positions; see `prompt_tokens`.
        decoding: How.
        is_done: Whether a continuation needs no more tokens; asked shortly after each of `decoding.endings` and new
            line. None: only the end-of-text token ends one.

    Returns:
        `num_return` texts a prompt, without the prompt and without special tokens.

    Raises:
        RunError: A prompt is too long.
    """
    from builders.decoding import CausalRows  # torch is slow to import

    encoded = prompt_tokens(tokenizer, [prompt.text for prompt in prompts])
    room = positions(model) - decoding.max_new_tokens
    for prompt, tokens in zip(prompts, encoded, strict=True):
        if len(tokens) > room:
            size = f"has {len(tokens)} tokens, and {decoding.max_new_tokens} more do not fit the {positions(model)}"
            raise RunError(f"prompt {prompt.text[:60]!r} {size} positions of the model; shorten it")
    rows = CausalRows(model, tokenizer, encoded, decoding.max_new_tokens)
    begun = _Begun(model, tokenizer, prompts, encoded)
    return _write(rows, begun, decoding, is_done)


def sample_targets(model: Any, tokenizer: Any, prompts: list[Prompt], decoding: Decoding) -> list[list[str]]:
    """Targets of each source by an encoder-decoder model, up to its end-of-text token; the sources form one batch.

    Args:
        model: As `load_seq2seq` gives it.
        tokenizer: Its tokenizer.
        prompts: Sources.
        decoding: How.

    Returns:
        `num_return` texts a source, without special tokens and surrounding white space.
    """
    from builders.decoding import Seq2SeqRows  # torch is slow to import

    sources = [tokenizer(prompt.text)["input_ids"] for prompt in prompts]
    rows = Seq2SeqRows(model, tokenizer, sources, decoding.max_new_tokens)
    begun = _Begun(model, tokenizer, prompts, [[model.config.decoder_start_token_id]] * len(prompts))
    texts = _write(rows, begun, decoding, None)
    return [[text.strip() for text in samples] for samples in texts]


@dataclass(frozen=True)
class _Begun:
    """What is written with, and for which prompts: `tokens` are what each text stands behind."""

    model: Any
    tokenizer: Any
    prompts: list[Prompt]
    tokens: list[list[int]]


def _write(rows: Any, begun: _Begun, decoding: Decoding, is_done: Callable[[str], bool] | None) -> list[list[str]]:
    """The loop that both kinds of model share."""
    import torch  # slow to import

    samples, max_new_tokens = decoding.num_return, decoding.max_new_tokens
    keys = [key(prompt.key, sample) for prompt in begun.prompts for sample in range(samples)]
    draw_keys = np.array(keys, dtype=np.uint64)
    ends = end_tokens(begun.model, begun.tokenizer)
    known = len(begun.tokenizer)  # what pads the model's vocabulary to a round size is no token of any text
    written = np.full((len(keys), max_new_tokens), _NO_TOKEN, dtype=np.int64)
    batch = np.arange(len(keys))  # the rows in the model's batch, and which of them still write
    writing = np.ones(len(keys), dtype=bool)
    rules = _rules(begun, decoding, ends)
    finished = FinishedTexts(begun.tokenizer, is_done, decoding.endings, len(keys)) if is_done else None
    with torch.inference_mode():
        logits = rows.start(samples)
        logits[:, ends] = -torch.inf  # no text is empty
        for step in range(max_new_tokens):
            rules.apply(logits)
            tokens = draw(logits[:, :known], uniforms(draw_keys[batch], step), decoding.temperature, decoding.top_p)
            writing &= ~np.isin(tokens, ends)
            active = batch[writing]
            written[active, step] = tokens[writing]
            rules.append(tokens)
            if finished is not None and len(active):
                writing[writing] = ~finished.among(active, tokens[writing], written[:, : step + 1])
            if not writing.any() or step + 1 == max_new_tokens:
                break
            if writing.sum() <= _SHRINK * len(batch):
                kept = _close_ranks(writing)
                rows.select(torch.from_numpy(kept).to(logits.device))
                batch, tokens, writing = batch[kept], tokens[kept], writing[kept]
                rules.select(kept)
            logits = rows.step(torch.from_numpy(tokens).to(logits.device))
    texts = decode(begun.tokenizer, [row[row != _NO_TOKEN].tolist() for row in written])
    texts = [_without(decoding.banned, text) for text in texts]
    return [texts[i : i + samples] for i in range(0, len(texts), samples)]


def _rules(begun: _Begun, decoding: Decoding, ends: list[int]) -> LogitsRules:
    tokens = [own for own in begun.tokens for _ in range(decoding.num_return)]
    settings = decoding.max_new_tokens, decoding.no_repeat_ngram_size, decoding.banned
    return LogitsRules(begun.tokenizer, tokens, *settings, ends)


def _without(banned: tuple[str, ...], text: str) -> str:
    """A text up to a banned string: decoding may join, as BioGPT's does, what no token completed."""
    return text[: min((place for string in banned if (place := text.find(string)) >= 0), default=len(text))]


def _close_ranks(writing: np.ndarray) -> np.ndarray:
    """The rows that still write, the last of them in the places of those that do not: few have to be moved."""
    kept = np.arange(writing.sum())
    kept[~writing[: len(kept)]] = len(kept) + np.flatnonzero(writing[len(kept) :])
    return kept
