"""From what a user asks of a led student to the signal that it reads: an exemplar's form, or a summary's buckets.

This file ships with every student as it stands and uses nothing of this project.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .inputs import bucket, summary_signal, tree_signal

Parser = Callable[[Sequence[str]], Sequence[str]]
_REMEDY = "write one such as (S (NP (NN profit)) (VP (VBD rose)))"
# Nodes whose children are leaves or nodes that were found already, which the mark stands for.
_FOUND = "\0"
_NODE = re.compile(rf"\([^\s()]+ (?:[^\s()]+|{_FOUND}(?: {_FOUND})*)\)")


def form_signal(exemplar: str, control: Mapping[str, Any], parser: Parser | None) -> str:
    """The form of an exemplar, as a student that is led by form reads it.

    Args:
        exemplar: A bracketed parse, or a sentence.
        control: What the student's `control.json` holds.
        parser: From sentences to bracketed parses.

    Raises:
        ValueError: The parse is malformed, or there is no parser for a sentence.
    """
    tree = bracketed_parse(exemplar)
    if tree is not None:
        return tree_signal(tree, control.get("layers"))
    if exemplar.lstrip().startswith("("):
        raise ValueError(f"like is a malformed bracketed parse, {exemplar!r:.80}; {_REMEDY}")
    if parser is None:
        problem = f"like must be a bracketed parse, since there is no parser here, got {exemplar!r:.80}"
        raise ValueError(f"{problem}; {_REMEDY}")
    [parsed] = parser([exemplar])
    return tree_signal(parsed, control.get("layers"))


def bracketed_parse(text: str) -> str | None:
    """A text that is one bracketed parse, with single spaces; None for any other, such as a sentence."""
    tree = re.sub(r"(?<=[^\s(])\(", " (", re.sub(r"\s+(?=\))", "", " ".join(text.split())))
    return tree if _is_parse(tree) else None


def bucket_signal(asked: Mapping[str, float | None], control: Mapping[str, Any] | None) -> str | None:
    """The buckets that summaries shall lie in, as a student that is led by them reads them.

    Args:
        asked: Ratios by their names, "compression" and "abstraction"; None does not ask.
        control: What the student's `control.json` holds; None where it has none.

    Returns:
        None where nothing is asked.

    Raises:
        ValueError: The student is not led by what is asked, or has no bucket for it.
    """
    found: dict[str, float] = {}
    for name, ratio in asked.items():
        if ratio is None:
            continue
        bounds = (control or {}).get(name)
        if not bounds:
            raise ValueError(f"{name} is {ratio:g}, and this student is not led by it; leave it out")
        upper = bucket(ratio, bounds)
        if upper is None:
            raise ValueError(f"{name} must be at most {max(bounds):g} for this student, got {ratio:g}")
        found[name] = upper
    return summary_signal(**found) if found else None


def _is_parse(tree: str) -> bool:
    """Whether a text is one bracketed tree: leaves (LABEL word), and nodes (LABEL node node ...) of any depth."""
    before = ""
    while tree != before:  # the innermost nodes are found first
        before, tree = tree, _NODE.sub(_FOUND, tree)
    return tree == _FOUND
