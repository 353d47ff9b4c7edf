"""Part of a bracketed tree, for the tree edit distance of what stands near the root or of syntax without its words."""

import re
from collections.abc import Callable

from .trees import parse_tree

_NODE_OR_CLOSE = re.compile(r"(?P<open>\()?\s*(?P<name>[^\s()]+)|\)")


def part_of_tree(layers: int | None, leaves: bool) -> Callable[[str], str]:
    """What of each tree is compared, as a function from a bracketed tree to a smaller one.

    Args:
        layers: As in `top_layers`; None keeps all.
        leaves: Whether words stay, see `without_leaves`.
    """

    def part(text: str) -> str:
        text = text if leaves else without_leaves(text)
        return text if layers is None else top_layers(text, layers)

    return part


def without_leaves(text: str) -> str:
    """A bracketed tree without its words, so that labels alone are compared.

    Args:
        text: The tree; a word is what stands in no bracket of its own.

    Returns:
        The smaller tree, bracketed too.

    Raises:
        ValueError: The tree is malformed.
    """
    parse_tree(text)
    pieces = (piece for piece in _NODE_OR_CLOSE.finditer(text) if piece["open"] or not piece["name"])
    return "".join(f" ({piece['name']}" if piece["open"] else ")" for piece in pieces).strip()


def top_layers(text: str, layers: int) -> str:
    """A bracketed tree without the nodes below its first layers.

    Args:
        text: The tree; its root is the first layer, and words are nodes of the layer they stand in.
        layers: How many to keep, at least 1.

    Returns:
        The shorter tree, bracketed too.

    Raises:
        ValueError: The tree is malformed, or layers is below 1.
    """
    if layers < 1:
        raise ValueError(f"layers must be at least 1, got {layers}")
    parse_tree(text)  # raises when it is malformed
    kept: list[str] = []
    depth = 0  # of the node that is open
    for piece in _NODE_OR_CLOSE.finditer(text):
        if piece["open"]:
            depth += 1
            kept += [f" ({piece['name']}"] if depth <= layers else []
        elif piece["name"]:
            kept += [f" {piece['name']}"] if depth < layers else []
        else:
            kept += [")"] if depth <= layers else []
            depth -= 1
    return "".join(kept).strip()
