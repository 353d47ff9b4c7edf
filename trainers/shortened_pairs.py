"""Pairs whose sides have more tokens than a training takes: cut at a word, counted and reported."""

import sys
from collections.abc import Sequence
from typing import Any

from .shortening import shortened
from .training_pairs import TextPair


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
