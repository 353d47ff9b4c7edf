"""How well outputs keep to what was asked for: the form of an exemplar, or a bucket of lengths."""

from collections.abc import Sequence

from builders.critics.compression import compression_ratio
from builders.parsers.loading import Parser
from metrics.ted.layers import without_leaves
from metrics.ted.tree_distance import tree_edit_distances

from .evaluation import Figure, mean, share
from .inputs import bucket, led, tree_signal


def requests_like(
    sources: Sequence[str], exemplars: Sequence[str], parser: Parser, layers: int | None = None
) -> list[str]:
    """What a student led by trees reads to say each source in the form of its exemplar."""
    signals = [tree_signal(tree, layers) for tree in parser(exemplars)]
    return [led(signal, source) for signal, source in zip(signals, sources, strict=True)]


def conformity(outputs: Sequence[str], exemplars: Sequence[str], parser: Parser) -> Figure:
    """TED-F between outputs and exemplars (paper, Section 4.1 and Table 4): the mean over whole trees, low is good.

    The trees are compared without their words, which the two do not share.
    """
    trees = [without_leaves(tree) for tree in parser([*outputs, *exemplars])]
    return mean(tree_edit_distances(list(zip(trees[: len(outputs)], trees[len(outputs) :], strict=True))))


def in_bucket(sources: Sequence[str], outputs: Sequence[str], asked: float, bounds: Sequence[float]) -> Figure:
    """The share of outputs whose compression lies in the bucket with the upper bound `asked`."""
    ratios = [compression_ratio(source, output) for source, output in zip(sources, outputs, strict=True)]
    return share([bucket(ratio, bounds) == asked for ratio in ratios])
