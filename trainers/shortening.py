"""Texts with more tokens than a model may read or write lose their last words."""

import re
import sys
from collections.abc import Sequence
from typing import Any

from .training_pairs import TextPair


def shortened(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> list[str]:
    """The texts, each without its last words where it has more than `max_tokens` tokens.

    A first word that is too long by itself, as where a script puts no spaces between words, loses its end.
    """
    if not texts:
        return []
    settings = {"add_special_tokens": False, "truncation": True, "max_length": max_tokens + 1}
    encoded = tokenizer(list(texts), **settings)["input_ids"]
    return [
        text if len(ids) <= max_tokens else _start(tokenizer, text, ids, max_tokens)
        for text, ids in zip(texts, encoded, strict=True)
    ]


def _start(tokenizer: Any, text: str, tokens: list[int], max_tokens: int) -> str:
    """The longest start of whole words that has at most `max_tokens` of the text's tokens."""

    def fits(words: int) -> bool:
        return len(tokenizer(text[: ends[words - 1]], **settings)["input_ids"]) <= max_tokens

    settings = {"add_special_tokens": False, "truncation": True, "max_length": max_tokens + 1}
    ends = [word.end() for word in re.finditer(r"\S+", text)]
    fitting, too_many = 0, min(len(ends), max_tokens + 1)  # a word has a token at least
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        fitting, too_many = (middle, too_many) if fits(middle) else (fitting, middle)
    if fitting:
        return text[: ends[fitting - 1]].strip()
    # The end of a decoded start may be half a character.
    return str(tokenizer.decode(tokens[:max_tokens])).rstrip("\ufffd").strip()


def shortened_pairs(
    tokenizer: Any, pairs: Sequence[TextPair], longest: tuple[int, int]
) -> tuple[list[TextPair], dict[str, int]]:
    """The pairs with sources and targets of at most so many tokens.

    Args:
        tokenizer: Of the student.
        pairs: (source, target).
        longest: Tokens of a source and of a target, special tokens apart.

    Returns:
        The pairs, and how many of their sources and targets were cut: `cut_sources`, `cut_targets`.
    """
    sides = [shortened(tokenizer, [pair[i] for pair in pairs], longest[i]) for i in (0, 1)]
    cut = [sum(pair[i] != text for pair, text in zip(pairs, sides[i], strict=True)) for i in (0, 1)]
    return list(zip(*sides, strict=True)), {"cut_sources": cut[0], "cut_targets": cut[1]}


def report_cuts(label: str, counts: dict[str, int], pairs: int, longest: tuple[int, int]) -> None:
    """One line on stderr when any text was cut."""
    if any(counts.values()):
        sources, targets = counts["cut_sources"], counts["cut_targets"]
        cut = f"{sources} sources (above {longest[0]} tokens) and {targets} targets (above {longest[1]})"
        print(
            f"{label}: of {pairs} pairs {cut} lose their last words; a greater max_length may keep them",
            file=sys.stderr,
        )
