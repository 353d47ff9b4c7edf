"""How good a student's outputs are, each figure with its n and its interval, and how true a dataset's pairs."""

import math
import random
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from .oracle import Oracle, is_faithful
from .resampling import Interval, Scores, intervals
from .training_pairs import Task


class Figure(TypedDict):
    """A figure of n rows with its standard error and 95% interval; a share is the mean of zeros and ones."""

    value: float
    n: int
    standard_error: float
    low: float
    high: float


class Audit(TypedDict):
    """The share of true pairs by the oracle, and the same with targets shuffled among the sources."""

    pairs: int
    precision: float
    standard_error: float
    shuffled_precision: float


def figures_of(scores: Mapping[str, Scores]) -> dict[str, Figure]:
    """The figures with their standard errors and 95% intervals.

    Shares have the interval of Wilson (1927), which is no point where a share is 0 or 1; all others are bootstrapped.
    """
    drawn = intervals(scores)
    return {name: _figure(each, drawn[name]) for name, each in scores.items()}


def _figure(scores: Scores, drawn: Interval) -> Figure:
    n = len(scores.rows)
    error, low, high = drawn.standard_error, drawn.low, drawn.high
    if scores.is_share:
        from scipy.stats import binomtest  # slow to import

        hits = binomtest(int(scores.rows.sum()), n)
        error = math.sqrt(hits.statistic * (1 - hits.statistic) / n)
        low, high = map(float, hits.proportion_ci(method="wilson"))
    elif scores.rows.shape[1] == 1:
        error = float(scores.rows.std(ddof=1)) / math.sqrt(n)
    return Figure(value=scores.value, n=n, standard_error=error, low=low, high=high)


def audit_pairs(rows: Iterable[Mapping[str, Any]], oracle: Oracle, task: Task) -> Audit | None:
    """How many of the kept pairs are true: equivalent, or for summaries entailed. None when there are no pairs.

    The shuffled figure shows that the oracle can say no: it would be high if it, or the pool, were trivial.
    """
    pairs = [(row["source"], row["target"]) for row in rows]
    if not pairs:
        return None
    targets = [target for _, target in pairs]
    random.Random(0).shuffle(targets)
    precision = sum(is_faithful(oracle, *pair, task) for pair in pairs) / len(pairs)
    shuffled = sum(
        is_faithful(oracle, source, target, task) for (source, _), target in zip(pairs, targets, strict=True)
    )
    return Audit(
        pairs=len(pairs),
        precision=precision,
        standard_error=math.sqrt(precision * (1 - precision) / len(pairs)),
        shuffled_precision=shuffled / len(pairs),
    )
