"""Edit distance of bracketed constituency trees, with unit costs (Zhang and Shasha, 1989).

Written out because the dissimilarity filter asks it of very many pairs, and the packages that give the same numbers,
`apted` and `zss`, take hundreds of times as long.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance.Levenshtein import distance as edits

from .packing import Ints, Packed, Side, pack
from .trees import parse_tree

TextPairs = Sequence[tuple[str, str]]

MOST_CELLS = 2**27  # nodes of a tree times those of the other: two tables of 4 bytes a cell fill 1 GiB
_AT_ONCE = 4096  # pairs whose trees are in memory together


def tree_edit_distance(a: str, b: str) -> int:
    """The least number of inserted, deleted and relabelled nodes that turns one tree into the other.

    Args:
        a: A bracketed tree such as `(S (NP (NN profit)) (VP (VBD rose)))`; words are nodes like any other.
        b: The other tree.

    Returns:
        A count of nodes, 0 for equal trees; the same for both orders of the two.

    Raises:
        ValueError: A tree is malformed, or two trees are too large, see `MOST_CELLS`.
    """
    return tree_edit_distances([(a, b)])[0]


def tree_edit_distances(pairs: TextPairs) -> list[int]:
    """The `tree_edit_distance` of many pairs, faster than one by one: each distinct tree is read once.

    Raises:
        ValueError: A tree is malformed, or two trees are too large, see `MOST_CELLS`.
    """
    from .kernels import distances  # slow to import

    found: list[int] = []
    for places, trees in _packed(pairs):
        _check_sizes(places, trees)
        found += distances(places, trees).tolist()
    return found


def at_least(a: str, b: str, least: int) -> bool:
    """Whether two trees are at least so many edits apart, most often without computing how many.

    Raises:
        ValueError: A tree is malformed, or two trees are too large, see `MOST_CELLS`.
    """
    return each_at_least([(a, b)], least)[0]


def each_at_least(pairs: TextPairs, least: int) -> list[bool]:
    """The same of many pairs, faster than one by one: each distinct tree is read once.

    Bounds come first, the cheapest before the others. An edit of a tree is an edit of its sequence of names too, in
    whichever order one visits the nodes, so the edit distances of the sequences are lower bounds (those of the sizes
    and of the names without their order are lower still, and cost no less to find). What these leave open is for an
    upper bound, and what that leaves for the distance itself.

    Raises:
        ValueError: A tree is malformed, or two trees are too large, see `MOST_CELLS`.
    """
    from .kernels import distances, upper_bounds  # slow to import

    answers: list[bool] = []
    for places, trees in _packed(pairs):
        answer = _sequences_reach(places, trees, least)
        unsure = np.flatnonzero(~answer)
        _check_sizes(places[unsure], trees)
        unsure = unsure[upper_bounds(places[unsure], trees, least) >= least]
        answer[unsure] = distances(places[unsure], trees) >= least
        answers += answer.tolist()
    return answers


def _check_sizes(places: Ints, trees: Packed) -> None:
    """Raises a ValueError where a pair would take more memory than `MOST_CELLS` allows, and minutes."""
    sizes = np.diff(trees.start).astype(np.int64)[places]
    large = sizes[sizes.prod(axis=1) > MOST_CELLS]
    if len(large):
        problem = f"trees of {large[0, 0]:,} and {large[0, 1]:,} nodes are too large to compare"
        raise ValueError(f"{problem}: their product is above {MOST_CELLS:,}; leave out such texts, or split them")


def _sequences_reach(places: Ints, trees: Packed, least: int) -> NDArray[np.bool_]:
    """Whether the names of each two trees are so many edits apart, in postorder or in preorder (here backwards)."""
    cutoff = max(least - 1, 0)  # what is above it need not be known exactly, which saves most of the work
    postorder, preorder = _sequences(trees.start, trees.left), _sequences(trees.start, trees.right)
    return np.array(
        [
            edits(postorder[a], postorder[b], score_cutoff=cutoff) >= least
            or edits(preorder[a], preorder[b], score_cutoff=cutoff) >= least
            for a, b in places.tolist()
        ],
        np.bool_,
    )


def _sequences(start: Ints, side: Side) -> list[list[int]]:
    names = side.names.tolist()
    bounds = start.tolist()
    return [names[begin:end] for begin, end in pairwise(bounds)]


def _packed(pairs: TextPairs) -> Iterator[tuple[Ints, Packed]]:
    """The distinct trees of some pairs after the other, and the places of each pair's among them."""
    for begin in range(0, len(pairs), _AT_ONCE):
        some = pairs[begin : begin + _AT_ONCE]
        place = {text: i for i, text in enumerate(dict.fromkeys(text for pair in some for text in pair))}
        places = np.array([(place[a], place[b]) for a, b in some], np.int32)
        yield places, pack([parse_tree(text) for text in place])
