"""`impossible inspect`: one context of a run, laid out for the terminal."""

import argparse
import json
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from builders.errors import UsageError
from builders.inspection import Inspection, JudgedPair, inspect
from model_cards.vocabulary import reason_words

_WIDTH = 110
_MATRIX = 26  # sentences that a table of this width has room for
_SHOWN = 5  # pairs of one reason, unless all are asked for
_LISTED = 15  # pairs of a component, likewise
_EDGES = 100  # entailments where there is no matrix, likewise
_SHORT = {
    "entailment_forward": "forward",
    "entailment_backward": "backward",
    "rouge_l": "ROUGE-L",
    "tree_edit_distance": "tree edits",
}


def inspect_context(options: argparse.Namespace) -> None:
    """Prints the context that the options name."""
    if options.round < 0:
        raise UsageError(f"--round must be at least 0, got {options.round}")
    found = inspect(Path(options.run), options.context_id, options.round)
    if options.json:
        print(json.dumps(_record(found), indent=2, ensure_ascii=False))
        return
    for line in _lines(found, options.all):
        print(line)


def _record(found: Inspection) -> dict[str, Any]:
    return {
        **found.context,
        "round": found.round_number,
        "sampled": found.sampled,
        "sentences": found.sentences,
        "min_entailment": found.min_entailment,
        "entailment": [
            {"premise": a, "hypothesis": b, "probability": p} for (a, b), p in sorted(found.entailment.items())
        ],
        "knows_rejects": found.knows_rejects,
        "pairs": [vars(pair) for pair in found.pairs],
    }


def _lines(found: Inspection, everything: bool) -> Iterator[str]:
    context = found.context
    yield f"Context {context['context_id']}, passage {context['passage_id']}, {context['domain']}, " + (
        f"round {found.round_number}"
    )
    yield from textwrap.wrap(context["context"], _WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    of = f" of {found.sampled} sampled" if found.sampled is not None else " in the pairs below"
    yield f"Sentences: {len(found.sentences)} distinct{of}"
    for number, sentence in enumerate(found.sentences, start=1):
        yield from textwrap.wrap(sentence, _WIDTH, initial_indent=f"{number:4}  ", subsequent_indent=" " * 6)
    if found.entailment:
        yield ""
        yield from _entailment_lines(found, everything)
    yield from _component_lines(found, everything)
    yield from _pair_lines(found, everything)


def _entailment_lines(found: Inspection, everything: bool) -> Iterator[str]:
    size, least = len(found.sentences), found.min_entailment or 0.5
    asked = f"{len(found.entailment)} of {size * (size - 1)} asked"
    if size > _MATRIX:
        edges = [(places, p) for places, p in sorted(found.entailment.items()) if p >= least or everything]
        which = "all that were asked" if everything else f"those from {least:g} up"
        yield f"Entailment by the NLI model ({asked}), {which}: a > b when sentence a entails sentence b"
        yield from _listed([f"{a + 1} > {b + 1} {p:.2f}" for (a, b), p in edges], "  ", None if everything else _EDGES)
        return
    yield f"Entailment by the NLI model ({asked}): the row entails the column with this probability in per cent,"
    yield f"* from {100 * least:g} up, . not asked"
    yield "      " + "".join(f"{number:>4}" for number in range(1, size + 1))
    for a in range(size):
        yield f"{a + 1:4}  " + "".join(_cell(found, a, b, least) for b in range(size)).rstrip()


def _cell(found: Inspection, a: int, b: int, least: float) -> str:
    p = found.entailment.get((a, b))
    if p is None:
        return "  - " if a == b else "  . "
    # Never rounded up to the threshold, or it would look as if it had passed.
    return f"{int(100 * p):>3}" + ("*" if p >= least else " ")


def _component_lines(found: Inspection, everything: bool) -> Iterator[str]:
    components: dict[int, list[JudgedPair]] = {}
    for pair in found.pairs:
        if pair.component is not None:
            components.setdefault(pair.component, []).append(pair)
    if not components:
        return
    yield ""
    yield "Diversity filter: pairs of one component (how many there are) say the same; + kept"
    for number, pairs in sorted(components.items()):
        words = [f"{pair.source + 1} -> {pair.target + 1}{'' if pair.reason else ' +'}" for pair in pairs]
        yield from _listed(words, f"  component {number + 1} ({len(pairs)}): ", None if everything else _LISTED)


def _listed(words: list[str], start: str, most: int | None) -> list[str]:
    """Words in lines, none broken at a space of its own."""
    more = f",  and {len(words) - most} more; --all shows them" if most is not None and len(words) > most else ""
    text = ",  ".join(word.replace(" ", "\xa0") for word in words[:most]) + more
    lines = textwrap.wrap(text, _WIDTH, initial_indent=start, subsequent_indent="    ")
    return [line.replace("\xa0", " ") for line in lines]


def _pair_lines(found: Inspection, everything: bool) -> Iterator[str]:
    yield ""
    kept = [pair for pair in found.pairs if pair.reason is None]
    yield f"Kept: {len(kept)}" + (f" of {len(found.pairs)} candidate pairs" if found.knows_rejects else "")
    yield from map(_pair_line, kept)
    if not found.knows_rejects:
        yield "Dropped pairs were not kept; run with --keep-rejects to have them here"
    dropped = [pair for pair in found.pairs if pair.reason is not None]
    for reason, group in groupby(dropped, key=lambda pair: pair.reason or ""):
        pairs = list(group)
        yield ""
        yield f"Dropped, {reason_words(reason)}: {len(pairs)}"
        shown = pairs if everything else pairs[:_SHOWN]
        yield from map(_pair_line, shown)
        if len(shown) < len(pairs):
            yield f"  and {len(pairs) - len(shown)} more; --all shows them"


def _pair_line(pair: JudgedPair) -> str:
    scores = ", ".join(
        f"{_SHORT.get(name, name.replace('_', ' '))} {_number(value)}"
        for name, value in pair.scores.items()
        if value is not None
    )
    component = f", component {pair.component + 1}" if pair.component is not None else ""
    doubt = "  (by the run's own table; asked anew, the critics differ)" if pair.disputed else ""
    return f"{pair.source + 1:4} -> {pair.target + 1:<3} {scores}{component}{doubt}"


def _number(value: float) -> str:
    return f"{value:g}" if float(value).is_integer() and abs(value) > 1 else f"{value:.3f}"
