"""The contexts of each length that one passage gives, to compare lengths on the same ground."""

import re
import string
from collections.abc import Iterable, Sequence

from builders.contexts import Context, make_context
from builders.domain import DomainConfig
from builders.proximity_config import Cut
from builders.sentences import Sentences


def contexts_of_each_length(
    passages: Iterable[Context], lengths: Sequence[int], cut: Cut, domain: DomainConfig
) -> tuple[dict[str, tuple[Context, int]], int]:
    """Cuts each passage to every length.

    Args:
        passages: Each at least as long as the longest length, or left out.
        lengths: In sentences, ascending.
        cut: "first" takes a passage's first sentences, as pair generation does. "last" takes those before one and the
            same place, behind what the domain begins a passage with, so that only the length changes.
        domain: Where sentences end, and what its passages begin with.

    Returns:
        The contexts by their ids, each with its length; and how many passages were long enough.
    """
    sentences = Sentences(domain.sentences)
    openings = _opening_pattern(domain)
    made, found = {}, 0
    for passage in passages:
        parts = sentences.split(passage.context)[: lengths[-1]]
        if len(parts) < lengths[-1]:
            continue
        found += 1
        opening = openings.match(parts[0])
        for length in lengths:
            text = " ".join(parts[:length] if cut == "first" else parts[-length:])
            if cut == "last" and length < len(parts) and opening:
                text = f"{opening.group()} {text}"
            context = make_context(domain.name, text, passage.context)
            made[context.context_id] = (context, length)
    return made, found


def _opening_pattern(domain: DomainConfig) -> re.Pattern[str]:
    """Matches what a passage of the domain begins with."""
    templates = [
        "".join(
            re.escape(literal) + (_one_of(domain.values[name]) if name is not None else "")
            for literal, name, _, _ in string.Formatter().parse(template)
        )
        for template in domain.prefixes
    ]
    return re.compile("|".join(sorted(templates, key=len, reverse=True)) or "(?!)")


def _one_of(values: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(values, key=len, reverse=True)))})"
