"""Edit distance of two bracketed constituency trees, with unit costs (Zhang and Shasha, 1989).

Written out because the dissimilarity filter asks it of very many pairs, and the packages that give the same numbers,
`apted` and `zss`, take several times as long.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_PIECE = re.compile(r"\(\s*(?P<label>[^\s()]+)|(?P<word>[^\s()]+)|(?P<close>\))|\(")


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A tree as its nodes in postorder, so that a subtree is a run of them that ends in its root.

    Args:
        names: The label or word of each node.
        first: Where the subtree of each node begins, which is at the leaf that its leftmost path leads to.
        keyroots: The topmost node of each leftmost path, in order.
        forests: The summed size of the keyroots' subtrees; the work of a distance is the product of two of these.
    """

    names: Sequence[str]
    first: Sequence[int]
    keyroots: Sequence[int]
    forests: int


def tree_edit_distance(a: str, b: str) -> int:
    """The least number of inserted, deleted and relabelled nodes that turns one tree into the other.

    Args:
        a: A bracketed tree such as `(S (NP (NN profit)) (VP (VBD rose)))`; words are nodes like any other.
        b: The other tree.

    Returns:
        A count of nodes, 0 for equal trees; the same for both orders of the two.

    Raises:
        ValueError: A tree is malformed.
    """
    # Mirror images are as far apart, and much cheaper where trees branch to the right as they do in English.
    sides = zip(parse_tree(a), parse_tree(b), strict=True)
    return _distance(*min(sides, key=lambda side: side[0].forests * side[1].forests))


@lru_cache(maxsize=2**12)  # a context's sentences are each compared with all the others
def parse_tree(text: str) -> tuple[Tree, Tree]:
    """Reads a bracketed tree in one pass and without recursion, however deep it is.

    Args:
        text: `(label child ...)`, each child such a tree or a word; white space separates and means nothing else.

    Returns:
        The tree and its mirror image.

    Raises:
        ValueError: A bracket does not close or has no label, or there is not exactly one tree.
    """
    preorder: list[str] = []
    sizes: list[int] = []  # of the subtree of each node in preorder; 0 while it is open
    first: list[int] = []
    postorder: list[str] = []
    path: list[tuple[int, int]] = []  # of each open node: its place in preorder, its subtree's beginning in postorder
    for piece in _PIECE.finditer(text):
        label, word, close = piece.groups()
        bare_bracket = label is word is close is None
        if bare_bracket or (not path and (label is None or preorder)):
            raise _malformed(text, piece.start())
        if close is None:
            path.append((len(preorder), len(postorder)))
            preorder.append(label or word)
            sizes.append(0)
        if label is None:
            place, begin = path.pop()
            sizes[place] = len(preorder) - place
            first.append(begin)
            postorder.append(preorder[place])
    if path or not preorder:
        raise _malformed(text, len(text))
    # The mirror image's postorder is the preorder backwards.
    mirrored_first = [len(sizes) - place - size for place, size in enumerate(sizes)]
    return _with_keyroots(postorder, first), _with_keyroots(preorder[::-1], mirrored_first[::-1])


def _with_keyroots(names: list[str], first: list[int]) -> Tree:
    topmost = {leaf: node for node, leaf in enumerate(first)}
    keyroots = sorted(topmost.values())
    return Tree(names, first, keyroots, sum(node - first[node] + 1 for node in keyroots))


def _distance(a: Tree, b: Tree) -> int:
    """Zhang and Shasha's algorithm; `subtrees[x][y]`, once it is known, is the distance of the subtrees of x and y."""
    subtrees = [[0] * len(b.names) for _ in a.names]
    for other in b.keyroots:
        nodes = slice(b.first[other], other + 1)
        names = b.names[nodes]
        before = [first - nodes.start for first in b.first[nodes]]
        for keyroot in a.keyroots:
            _compare_forests(subtrees, a, keyroot, nodes, names, before)
    return subtrees[-1][-1]


def _compare_forests(
    subtrees: list[list[int]], a: Tree, keyroot: int, nodes: slice, names: Sequence[str], before: list[int]
) -> None:
    """Fills in the distances of all subtrees that begin where these two subtrees do.

    Args:
        subtrees: What is known and what is filled in.
        a: The first tree.
        keyroot: The root of a subtree of it.
        nodes: A subtree of the second tree.
        names: The names of its nodes.
        before: How many of its nodes come before the subtree of each.
    """
    start = a.first[keyroot]
    rows = [list(range(len(names) + 1))]  # rows[i][j]: the distance of the first i nodes of the one, j of the other
    for x in range(start, keyroot + 1):
        known = subtrees[x][nodes]
        if a.first[x] == start:
            rows.append(_row_of_trees(rows, a.names[x], known, names, before))
            subtrees[x][nodes] = known
        else:
            rows.append(_row_of_forests(rows[-1], rows[a.first[x] - start], known, before))


# The two loops below are where the time goes, hence plain comparisons in place of `min`.


def _row_of_trees(
    rows: list[list[int]], name: str, known: list[int], names: Sequence[str], before: list[int]
) -> list[int]:
    """The next row where the node added makes one tree of the rows so far; fills in what becomes known."""
    above, empty = rows[-1], rows[0]
    value = len(rows)
    row = [value]
    for y, start in enumerate(before):
        if above[y + 1] < value:
            value = above[y + 1]
        value += 1
        matched = empty[start] + known[y] if start else above[y] + (name != names[y])
        if matched < value:
            value = matched
        if not start:
            known[y] = value
        row.append(value)
    return row


def _row_of_forests(above: list[int], before_x: list[int], known: list[int], before: list[int]) -> list[int]:
    """The next row where the node added makes only the last tree of a forest, whose distances are all known."""
    value = above[0] + 1
    row = [value]
    for start, inner, deleted in zip(before, known, above[1:], strict=True):
        if deleted < value:
            value = deleted
        value += 1
        matched = before_x[start] + inner
        if matched < value:
            value = matched
        row.append(value)
    return row


def _malformed(text: str, position: int) -> ValueError:
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return ValueError(f"malformed tree at character {position}, expected one `(label child ...)`: {shown!r}")
