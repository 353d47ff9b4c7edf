"""The tree edit distance and a bound of it, compiled; importing this imports numba, which is slow."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from .packing import Ints, Packed, Side

_ROOM = np.int32  # of every array here, so that each function is compiled for one signature and kept on disk once


def _compiled(function: Callable[..., Any]) -> Any:
    """Compiles when first called, and keeps the machine code on disk where there is a place for it."""
    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:  # neither the folder of this file nor the user's cache folder can be written
        return numba.njit(function)


@_compiled
def distances(pairs: Ints, trees: Packed) -> Ints:
    """The distance of each two trees, by Zhang and Shasha's algorithm (1989).

    Args:
        pairs: Two places in `trees` a row.
        trees: As `pack` gives them.
    """
    found = np.empty(len(pairs), _ROOM)
    room = _most_cells(pairs, trees.start)
    subtrees, forests = np.empty(room, _ROOM), np.empty(room, _ROOM)
    for i in range(len(pairs)):
        found[i] = _distance(pairs[i, 0], pairs[i, 1], trees, subtrees, forests)
    return found


@_compiled
def upper_bounds(pairs: Ints, trees: Packed, least: int) -> Ints:
    """The constrained distance of each two trees, or a larger bound where that is not below `least`.

    Args:
        pairs: Two places in `trees` a row.
        trees: As `pack` gives them.
        least: Distances that are not below it may come out larger, which saves most of the work.
    """
    found = np.empty(len(pairs), _ROOM)
    room = _most_cells(pairs, trees.start)
    subtrees, forests = np.empty(room, _ROOM), np.empty(room, _ROOM)
    for i in range(len(pairs)):
        found[i] = _constrained(pairs[i, 0], pairs[i, 1], trees.start, trees.left, least, subtrees, forests)
    return found


@_compiled
def _most_cells(pairs: Ints, start: Ints) -> int:
    most = 1
    for i in range(len(pairs)):
        a, b = pairs[i, 0], pairs[i, 1]
        most = max(most, (start[a + 1] - start[a] + 1) * (start[b + 1] - start[b] + 1))
    return most


@_compiled
def _distance(a: int, b: int, trees: Packed, subtrees: Ints, forests: Ints) -> int:
    """The distance of two trees or, where that is cheaper, of their mirror images.

    Args:
        a: The place of a tree.
        b: The place of the other.
        trees: All of them.
        subtrees: Room for the distances of every two subtrees.
        forests: Room for those of every two forests below two keyroots.
    """
    side = trees.left
    if trees.right.work[a] * trees.right.work[b] < side.work[a] * side.work[b]:
        side = trees.right
    m, n = trees.start[a], trees.start[b]
    names_a, first_a = side.names[m : trees.start[a + 1]], side.first[m : trees.start[a + 1]]
    names_b, first_b = side.names[n : trees.start[b + 1]], side.first[n : trees.start[b + 1]]
    known = subtrees[: len(names_a) * len(names_b)].reshape(len(names_a), len(names_b))
    for x in range(len(names_a)):
        if side.keyroot[m + x]:
            for y in range(len(names_b)):
                if side.keyroot[n + y]:
                    _compare_forests(names_a, first_a, x, names_b, first_b, y, known, forests)
    return known[-1, -1]


@_compiled
def _compare_forests(
    names_a: Ints, first_a: Ints, root_a: int, names_b: Ints, first_b: Ints, root_b: int, known: Ints, forests: Ints
) -> None:
    """Fills in the distances of all subtrees that begin where these two, of keyroots, do."""
    start_a, start_b = first_a[root_a], first_b[root_b]
    height, width = root_a - start_a + 2, root_b - start_b + 2
    table = forests[: height * width].reshape(height, width)  # of the first i nodes of the one, j of the other
    for j in range(width):
        table[0, j] = j
    for i in range(1, height):
        x = start_a + i - 1
        above, row, known_x = table[i - 1], table[i], known[x, start_b : root_b + 1]
        before = table[first_a[x] - start_a]  # what stands left of x
        x_is_tree = first_a[x] == start_a
        row[0] = value = i
        for j in range(width - 1):
            before_y = first_b[start_b + j] - start_b
            value = min(value, above[j + 1]) + 1
            if x_is_tree and before_y == 0:
                value = min(value, above[j] + (names_a[x] != names_b[start_b + j]))
                known_x[j] = value
            else:
                value = min(value, before[before_y] + known_x[j])
            row[j + 1] = value


@_compiled
def _constrained(a: int, b: int, start: Ints, side: Side, least: int, subtrees: Ints, forests: Ints) -> int:
    """The distance when separate subtrees must stay separate (Zhang, 1995), if it is below `least`.

    Subtrees that no mapping of so few edits can match, for what stands left of them or their sizes, are not compared
    but taken to be replaced as a whole: that too is a way to turn one into the other.

    Args:
        a: The place of a tree.
        b: The place of the other.
        start: Where each tree begins.
        side: All of them.
        least: Distances that are not below it may come out larger.
        subtrees: Room for the distances of every two subtrees.
        forests: Room for those of what is below every two nodes.
    """
    names_a, first_a = side.names[start[a] : start[a + 1]], side.first[start[a] : start[a + 1]]
    names_b, first_b = side.names[start[b] : start[b + 1]], side.first[start[b] : start[b + 1]]
    trees = subtrees[: len(names_a) * len(names_b)].reshape(len(names_a), len(names_b))
    below = forests[: len(names_a) * len(names_b)].reshape(len(names_a), len(names_b))
    above, row = np.empty(len(names_b) + 1, _ROOM), np.empty(len(names_b) + 1, _ROOM)
    for x in range(len(names_a)):
        size_a = x - first_a[x] + 1
        for y in range(len(names_b)):
            size_b = y - first_b[y] + 1
            forest, tree = size_a + size_b - 2, size_a + size_b  # all deleted and inserted
            if abs(first_a[x] - first_b[y]) < least and abs(size_a - size_b) < least:
                if size_a > 1 and size_b > 1:
                    forest = _align_children(first_a, x, first_b, y, trees, above, row)
                child = x - 1
                while child >= first_a[x]:  # from the last one on: the other tree, or forest, is matched within it
                    rest = size_a - (child - first_a[child] + 1)
                    forest = min(forest, below[child, y] + rest)
                    tree = min(tree, trees[child, y] + rest)
                    child = first_a[child] - 1
                child = y - 1
                while child >= first_b[y]:
                    rest = size_b - (child - first_b[child] + 1)
                    forest = min(forest, below[x, child] + rest)
                    tree = min(tree, trees[x, child] + rest)
                    child = first_b[child] - 1
                tree = min(tree, forest + (names_a[x] != names_b[y]))
            below[x, y], trees[x, y] = forest, tree
    return trees[-1, -1]


@_compiled
def _align_children(first_a: Ints, x: int, first_b: Ints, y: int, trees: Ints, above: Ints, row: Ints) -> int:
    """The least cost of turning the children of x, in their order, into those of y; read from the last to the first."""
    above[0], width = 0, 0
    other = y - 1
    while other >= first_b[y]:
        width += 1
        above[width] = above[width - 1] + other - first_b[other] + 1
        other = first_b[other] - 1
    child = x - 1
    while child >= first_a[x]:
        size = child - first_a[child] + 1
        row[0] = above[0] + size
        other = y - 1
        for j in range(1, width + 1):
            kept = above[j - 1] + trees[child, other]
            row[j] = min(kept, above[j] + size, row[j - 1] + other - first_b[other] + 1)
            other = first_b[other] - 1
        for j in range(width + 1):
            above[j] = row[j]
        child = first_a[child] - 1
    return above[width]
