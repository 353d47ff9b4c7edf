"""Two ways to do the same work, timed side by side: interleaved repeats, medians and ratios."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Work = Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One piece of work and two ways to do it.

    Args:
        name: Of the work.
        n: How much work it is, for the reader.
        reference_name: Of the other way.
        ours: Does the work once and returns its result.
        reference: Does it the other way.
        count: How much a result holds, by unit. Asked outside the timed part: two samplers write different texts.
        check: Compares the two results; says how far they agree, or raises when they must be equal and are not.
    """

    name: str
    n: str
    reference_name: str
    ours: Work
    reference: Work
    count: Callable[[Any], Mapping[str, int]]
    check: Callable[[Any, Any], str]


@dataclass(frozen=True)
class Rate:
    """One unit of a comparison: medians over the repeats, and the ratio of ours to the reference.

    Args:
        unit: Of the rates, such as "pairs/s".
        ours: Median rate.
        reference: Median rate.
        ratio: Median of the repeats' ratios; each is of two runs that followed one another.
        lowest: Ratio of any repeat.
        highest: Ratio of any repeat.
    """

    unit: str
    ours: float
    reference: float
    ratio: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Measurement:
    """A comparison that was run."""

    name: str
    n: str
    reference_name: str
    repeats: int
    agreement: str
    rates: tuple[Rate, ...]


def measure(comparison: Comparison, repeats: int) -> Measurement:
    """Times both ways `repeats` times in turn, after one run of each that is checked and not timed.

    The two take turns at going first, so that a machine that grows slower or faster favours neither.
    """
    ways: list[Work] = [comparison.ours, comparison.reference]
    agreement = comparison.check(*(way() for way in ways))
    rates: list[list[dict[str, float]]] = [[], []]
    for repeat in range(repeats):
        for which in (0, 1) if repeat % 2 == 0 else (1, 0):
            started = time.perf_counter()
            result = ways[which]()
            seconds = time.perf_counter() - started
            rates[which].append({unit: count / seconds for unit, count in comparison.count(result).items()})
    return Measurement(
        comparison.name,
        comparison.n,
        comparison.reference_name,
        repeats,
        agreement,
        tuple(_rate(unit, *rates) for unit in rates[0][0]),
    )


def _rate(unit: str, ours: list[dict[str, float]], reference: list[dict[str, float]]) -> Rate:
    pairs = [(one[unit], other[unit]) for one, other in zip(ours, reference, strict=True)]
    ratios = [one / other for one, other in pairs]
    return Rate(
        unit=f"{unit}/s",
        ours=statistics.median(one for one, _ in pairs),
        reference=statistics.median(other for _, other in pairs),
        ratio=statistics.median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
    )
