"""Many trees as a few arrays of whole numbers, which is what the compiled distance walks."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .trees import Tree

Ints = NDArray[np.int32]


class Side(NamedTuple):
    """Trees in postorder, one after the other, so that a subtree is a run of nodes that ends in its root.

    Args:
        names: The number of each node's name; equal names have equal numbers.
        first: Where the subtree of each node begins, counted from the first node of its tree.
        keyroot: Whether a node is the topmost of its leftmost path.
        work: A tree's keyroots' subtree sizes, summed; the work of a distance is the product of two of these.
    """

    names: Ints
    first: Ints
    keyroot: NDArray[np.bool_]
    work: NDArray[np.int64]


class Packed(NamedTuple):
    """Trees and their mirror images, which are as far apart and often much cheaper to compare.

    Args:
        start: Where each tree begins in the arrays of both sides; one more at the end.
        left: The trees.
        right: Their mirror images.
    """

    start: Ints
    left: Side
    right: Side


def pack(trees: Sequence[Tree]) -> Packed:
    """The trees as arrays, at least one."""
    numbers: dict[str, int] = {}
    names = np.array([numbers.setdefault(name, len(numbers)) for tree in trees for name in tree.names], np.int32)
    size = np.array([nodes for tree in trees for nodes in tree.sizes], np.int32)
    start = np.cumsum([0, *(len(tree.names) for tree in trees)], dtype=np.int32)
    preorder, length = np.arange(len(size)), np.diff(start)
    tree_start, tree_end = np.repeat(start[:-1], length), np.repeat(start[1:], length)
    # Nodes before one in postorder are those before it in preorder and below it, but not above it.
    opened = np.zeros(len(size) + 1, np.int32)
    np.add.at(opened, preorder + 1, 1)
    np.add.at(opened, preorder + size, -1)
    depth = np.cumsum(opened[:-1])
    left = _side(names, size, preorder + size - 1 - depth, tree_start, start)
    right = _side(names, size, tree_start + tree_end - 1 - preorder, tree_start, start)
    return Packed(start, left, right)


def _side(names: Ints, size: Ints, postorder: NDArray[np.int64], tree_start: Ints, start: Ints) -> Side:
    """The side whose postorder has each node, given in preorder, at the place named."""
    order = np.empty(len(size), np.int64)
    order[postorder] = np.arange(len(size))
    sizes = size[order]
    first = (np.arange(len(size)) - sizes + 1 - tree_start).astype(np.int32)
    # The topmost node of a leftmost path is the last that begins where the path does.
    keyroot = np.zeros(len(size), np.bool_)
    begin = (first + tree_start)[::-1]
    keyroot[len(size) - 1 - np.unique(begin, return_index=True)[1]] = True
    work = np.add.reduceat(np.where(keyroot, sizes, 0).astype(np.int64), start[:-1])
    return Side(names[order], first, keyroot, work)
