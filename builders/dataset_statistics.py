"""What the paper's Table 1 has of a dataset (Section 4.1); its cosine similarity is in `sentence_embeddings.py`."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from builders.ngram_counts import NgramCounts
from builders.pair_scan import EITHER, SHARED, SOURCE_WORDS, TARGET_WORDS, PairScan, TextPair
from builders.parsers.loading import Parser
from builders.tree_distances import tree_distances
from metrics.msttr.segments import SEGMENT
from metrics.ted.layers import top_layers

PAIRS = 100_000  # most pairs that a card's figures are taken from, so that the cards of unequal releases compare
PARSED_PAIRS = 500  # most pairs whose sentences are parsed for a card, which is slow

Figures = dict[str, dict[str, Any]]


def dataset_statistics(pairs: pa.Table, parse: Parser | None) -> Figures:
    """The figures that a release's card has of its pairs, as `impossible describe` takes them.

    Of more pairs than are looked at, those are that have the lowest hashes.

    Args:
        pairs: Rows of `DIMPLE_SCHEMA` or `DIMSUM_SCHEMA`.
        parse: From sentences to their bracketed trees; without it there is no tree edit distance.

    Returns:
        Of `scan_figures` `h2`, `h3`, `msttr` and `jaccard`, and what `tree_figures` has.
    """
    scan = PairScan(PARSED_PAIRS)
    for batch in pairs.select(["source", "target"]).to_batches(max_chunksize=1000):
        scan.add(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    n = min(scan.pairs, PAIRS)
    figures = {name: figure for name, figure in scan_figures(scan, n).items() if name in _OF_CARDS}
    return figures | (tree_figures(scan.sample(n), parse) if parse else {})


_OF_CARDS = ("h2", "h3", "msttr", "jaccard")


def scan_figures(scan: PairScan, n: int) -> Figures:
    """The figures of a dataset that need neither a parser nor an encoder, each with its number of pairs.

    Args:
        scan: The dataset.
        n: How many of its pairs count: those with the lowest hashes, in the order of their hashes.

    Returns:
        `{"h2": {"value", "n"}, ...}`: `h2` and `h3`, bits; `msttr` of the targets and `jaccard`, on 0-100;
        `source_words` and `target_words`, and `compression`, these over those. A mean over pairs has its
        `standard_error` too; one that is not defined is left out. `repeated` is the share of pairs that are equal to
        one before them.
    """
    repeated = 0
    orders = {order: NgramCounts(order) for order in (2, 3)}
    segments = _Segments()
    ratios: dict[str, Counter[tuple[int, int]]] = {name: Counter() for name in _RATIOS}
    for rows in scan.rows.in_order(n):
        for counts in orders.values():
            counts.add(rows.words, rows.lengths)
        segments.add(rows.words)
        repeated += int((rows.keys[1:] == rows.keys[:-1]).sum())
        for name, (above, below) in _RATIOS.items():
            ratios[name].update(_counted(rows.numbers, above, below))
    if not ratios["jaccard"]:
        return {}
    figures: Figures = {f"h{order}": {"value": counts.entropy(), "n": n} for order, counts in orders.items()}
    if (ratio := segments.ratio()) is not None:
        figures["msttr"] = {"value": ratio, "n": n}
    figures["repeated"] = {"value": repeated / n, "n": n}
    scales = {"jaccard": 100}
    return figures | {name: _mean_of_ratios(found, scales.get(name, 1)) for name, found in ratios.items()}


_RATIOS: dict[str, tuple[int, int | None]] = {  # columns
    "jaccard": (SHARED, EITHER),
    "source_words": (SOURCE_WORDS, None),
    "target_words": (TARGET_WORDS, None),
    "compression": (TARGET_WORDS, SOURCE_WORDS),
}


def tree_figures(pairs: Sequence[TextPair], parse: Parser) -> Figures:
    """How far apart the syntax of the two texts of a pair is: `ted_3` and `ted_f`, in edits; nothing of no pairs."""
    if not pairs:
        return {}
    sources, targets = zip(*pairs, strict=True)
    parsed = parse([*sources, *targets])
    trees = list(zip(parsed[: len(pairs)], parsed[len(pairs) :], strict=True))
    upper = [(top_layers(source, 3), top_layers(target, 3)) for source, target in trees]
    return {"ted_3": mean_figure(tree_distances(upper)), "ted_f": mean_figure(tree_distances(trees))}


def mean_figure(values: Sequence[float]) -> dict[str, Any]:
    """The mean over pairs, their number and its standard error, which one pair alone does not have."""
    return _weighted_mean(Counter(values))


def _counted(numbers: np.ndarray, above: int, below: int | None) -> dict[tuple[int, int], int]:
    """How many rows have each two numbers; without a second column it is 1."""
    first = numbers[:, above].astype(np.uint64)
    second = numbers[:, below].astype(np.uint64) if below is not None else np.ones(len(first), np.uint64)
    found, counts = np.unique(first << np.uint64(32) | second, return_counts=True)
    return {
        (value >> 32, value & 0xFFFFFFFF): count for value, count in zip(found.tolist(), counts.tolist(), strict=True)
    }


def _mean_of_ratios(counts: Mapping[tuple[int, int], int], scale: int) -> dict[str, Any]:
    """The mean of scaled ratios; 0 over 0 is 0."""
    values: Counter[float] = Counter()
    for (above, below), count in counts.items():
        values[scale * above / below if below else 0.0] += count
    return _weighted_mean(values)


def _weighted_mean(counts: Mapping[float, int]) -> dict[str, Any]:
    n = sum(counts.values())
    # Exact, so that the order of the pairs cannot show in the last digit.
    mean = sum(Fraction(value) * count for value, count in counts.items()) / n
    figure: dict[str, Any] = {"value": float(mean), "n": n}
    if n > 1:
        squares = math.fsum(count * (value - float(mean)) ** 2 for value, count in counts.items())
        figure["standard_error"] = math.sqrt(squares / (n - 1) / n)
    return figure


class _Segments:
    """`msttr` of texts that come some at a time, their words as numbers."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.uint32)
        self._different = self._segments = 0

    def add(self, words: np.ndarray) -> None:
        waiting = np.concatenate([self._rest, words])
        segments = len(waiting) // SEGMENT
        ordered = np.sort(waiting[: segments * SEGMENT].reshape(segments, SEGMENT), axis=1)
        self._different += segments + int((ordered[:, 1:] != ordered[:, :-1]).sum())
        self._segments += segments
        self._rest = waiting[segments * SEGMENT :]

    def ratio(self) -> float | None:
        """Of all whole segments so far; None where there is none."""
        return 100 * self._different / (SEGMENT * self._segments) if self._segments else None
