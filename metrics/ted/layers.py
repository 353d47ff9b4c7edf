"""The upper part of a bracketed tree, for the tree edit distance of what stands near the root."""

import re

from .tree_distance import parse_tree

_NODE_OR_CLOSE = re.compile(r"(?P<open>\()?\s*(?P<name>[^\s()]+)|\)")


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
