"""The tree edit distance where a failure is the user's one line."""

from collections.abc import Sequence

from builders.errors import RunError
from metrics.ted.tree_distance import each_at_least, tree_edit_distances

TreePairs = Sequence[tuple[str, str]]


def tree_distances(pairs: TreePairs) -> list[int]:
    """`tree_edit_distances` of parsed texts.

    Raises:
        RunError: Two trees are too large to compare.
    """
    try:
        return tree_edit_distances(pairs)
    except ValueError as error:
        raise RunError(f"tree edit distance: {error}") from error


def each_distance_at_least(pairs: TreePairs, least: int) -> list[bool]:
    """`each_at_least` of parsed texts.

    Raises:
        RunError: Two trees are too large to compare.
    """
    try:
        return each_at_least(pairs, least)
    except ValueError as error:
        raise RunError(f"tree edit distance: {error}") from error
