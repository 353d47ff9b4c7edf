"""From what a user asks of a led student to the signal that it reads: an exemplar's form.

This file ships with every student as it stands and uses nothing of this project.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .inputs import tree_signal

Parser = Callable[[Sequence[str]], Sequence[str]]


def form_signal(exemplar: str, control: Mapping[str, Any], parser: Parser | None) -> str:
    """The form of an exemplar, as a student that is led by form reads it.

    Args:
        exemplar: A bracketed parse, or a sentence.
        control: Of the student; `layers` of the parse are read.
        parser: Parses sentences.

    Raises:
        ValueError: The parse is malformed, or there is no parser for a sentence.
    """
    if exemplar.lstrip().startswith("("):
        if not _is_parse(exemplar):
            remedy = "write one such as (S (NP (NN profit)) (VP (VBD rose)))"
            raise ValueError(f"like is a malformed bracketed parse, {exemplar!r:.80}; {remedy}")
        return tree_signal(exemplar, control.get("layers"))
    if parser is None:
        problem = f"like must be a bracketed parse, since there is no parser here, got {exemplar!r:.80}"
        raise ValueError(f"{problem}; write one such as (S (NP (NN profit)) (VP (VBD rose)))")
    [tree] = parser([exemplar])
    return tree_signal(tree, control.get("layers"))


def _is_parse(text: str) -> bool:
    """Whether a text is one bracketed tree: leaves (LABEL word), and nodes (LABEL node node ...) of any depth."""
    tree = re.sub(r"\s+", " ", text.strip())
    before = ""
    while tree != before:  # the innermost nodes become leaves of their own, until one is left
        before, tree = tree, re.sub(r"\(([^\s()]+) ?(?:[^\s()]+|(?:\x00 ?)+)\)", "\0", tree)
    return tree == "\0"
