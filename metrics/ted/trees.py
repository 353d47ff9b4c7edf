"""Bracketed constituency trees, read."""

import re
from dataclasses import dataclass
from functools import lru_cache

_PIECE = re.compile(r"\(\s*(?P<label>[^\s()]+)|(?P<word>[^\s()]+)|(?P<close>\))|\(")


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A tree as its nodes in preorder: a subtree is a run of them that begins with its root.

    Args:
        names: The label or word of each node.
        sizes: How many nodes the subtree of each node has, itself among them.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]


@lru_cache(maxsize=2**12)  # a context's sentences are each compared with all the others
def parse_tree(text: str) -> Tree:
    """Reads a bracketed tree in one pass and without recursion, however deep it is.

    Args:
        text: `(label child ...)`, each child such a tree or a word; white space separates and means nothing else.

    Raises:
        ValueError: A bracket does not close or has no label, or there is not exactly one tree.
    """
    names: list[str] = []
    sizes: list[int] = []  # 0 while a node is open
    path: list[int] = []  # the open nodes
    for piece in _PIECE.finditer(text):
        label, word, close = piece.groups()
        bare_bracket = label is word is close is None
        if bare_bracket or (not path and (label is None or names)):
            raise _malformed(text, piece.start())
        if close:
            place = path.pop()
            sizes[place] = len(names) - place
        elif word:
            names.append(word)
            sizes.append(1)
        else:
            path.append(len(names))
            names.append(label)
            sizes.append(0)
    if path or not names:
        raise _malformed(text, len(text))
    return Tree(tuple(names), tuple(sizes))


def _malformed(text: str, position: int) -> ValueError:
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return ValueError(f"malformed tree at character {position}, expected one `(label child ...)`: {shown!r}")
