"""What the paper's Section 4.1 measures of a dataset, without its cosine similarity, which needs an encoder."""

import math
import statistics
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from builders.parsers.loading import Parser
from metrics.jaccard.shared_words import jaccard
from metrics.msttr.segments import msttr
from metrics.ngram_entropy.ngrams import ngram_entropy
from metrics.ted.layers import top_layers
from metrics.ted.tree_distance import tree_edit_distances

PAIRS = 100_000  # most pairs looked at, which keeps datasets of any size within memory and comparable
PARSED_PAIRS = 500  # most pairs whose sentences are parsed and whose trees are compared, which is slow


def dataset_statistics(pairs: pa.Table, parse: Parser | None) -> dict[str, dict[str, Any]]:
    """The figures of a dataset's pairs, each with the number of pairs it was taken from.

    Of more pairs than are looked at, those with the lowest ids are: an id is a hash of the pair, so which they are
    depends on nothing but the pairs themselves.

    Args:
        pairs: Rows of `DIMPLE_SCHEMA` or `DIMSUM_SCHEMA`.
        parse: From sentences to their bracketed trees; without it there is no tree edit distance.

    Returns:
        `{"h2": {"value", "n"}, ...}`: `h2` and `h3`, bits; `msttr` of the targets and `jaccard`, on 0-100; `ted_3` and
        `ted_f`, in edits. A mean over pairs has its `standard_error` too; one that is not defined is left out.
    """
    chosen = pairs.sort_by("id").slice(0, PAIRS)
    sources, targets = chosen["source"].to_pylist(), chosen["target"].to_pylist()
    n = len(targets)
    figures: dict[str, dict[str, Any]] = {}
    if n:
        figures |= {f"h{order}": {"value": ngram_entropy(targets, order), "n": n} for order in (2, 3)}
        if (ratio := msttr(targets)) is not None:
            figures["msttr"] = {"value": ratio, "n": n}
        figures["jaccard"] = _mean([jaccard(*pair) for pair in zip(sources, targets, strict=True)])
    if n and parse:
        sources, targets = sources[:PARSED_PAIRS], targets[:PARSED_PAIRS]
        parsed = parse([*sources, *targets])
        trees = list(zip(parsed[: len(sources)], parsed[len(sources) :], strict=True))
        upper = [(top_layers(source, 3), top_layers(target, 3)) for source, target in trees]
        figures["ted_3"] = _mean(tree_edit_distances(upper))
        figures["ted_f"] = _mean(tree_edit_distances(trees))
    return figures


def _mean(values: Sequence[float]) -> dict[str, Any]:
    """The mean over pairs and its standard error, which one pair alone does not have."""
    figure: dict[str, Any] = {"value": statistics.fmean(values), "n": len(values)}
    if len(values) > 1:
        figure["standard_error"] = statistics.stdev(values) / math.sqrt(len(values))
    return figure
