"""How far figures can be trusted: bootstrap intervals, and a paired test between two systems on the same rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2_000  # for an interval: its ends then move by about a hundredth of its width from seed to seed
SHUFFLES = 10_000  # for a p-value: none is below 1 / (SHUFFLES + 1)
_CELLS = 2**22  # of weights that are held at a time


def _mean_of(sums: np.ndarray, n: int) -> np.ndarray:
    return sums[..., 0] / n


@dataclass(frozen=True)
class Scores:
    """What a figure is made of: what each row adds, and how the sums become the figure.

    Args:
        rows: Shape (n, m); for a mean, m is 1.
        of_sums: From sums over n rows, of any shape that ends with m, to figures of the shape without its last axis.
    """

    rows: np.ndarray
    of_sums: Callable[[np.ndarray, int], np.ndarray] = _mean_of

    @property
    def is_share(self) -> bool:
        """Whether the rows hold truths."""
        return self.rows.dtype == bool

    @property
    def value(self) -> float:
        """The figure of all rows."""
        return float(self.of_sums(self.rows.sum(axis=0), len(self.rows)))


def mean_of(values: Sequence[float] | Sequence[bool] | np.ndarray) -> Scores:
    """The mean over rows; of truths, the share of those that hold."""
    return Scores(np.asarray(values)[:, None])


@dataclass(frozen=True)
class Interval:
    """The 95% percentile interval of a figure under redrawing of its rows (Efron, 1979).

    Args:
        low: Its lower end.
        high: Its upper end.
        standard_error: The standard deviation of the redrawn figures.
    """

    low: float
    high: float
    standard_error: float


@dataclass(frozen=True)
class Difference:
    """How much higher a figure is for one system than for another on the same rows.

    Args:
        value: The difference.
        low: Lower end of its 95% interval, by a paired bootstrap (Koehn, 2004).
        high: The upper end.
        p: Two-sided, by approximate randomisation (Noreen, 1989; Riezler and Maxwell, 2005): how often a difference as
            large comes about when it is drawn, row by row, which output is whose.
    """

    value: float
    low: float
    high: float
    p: float


def intervals(scores: Mapping[str, Scores], seed: int = 0) -> dict[str, Interval]:
    """The interval of each figure, all by the same draws."""
    found = {}
    for names, n in _by_rows(scores):
        redrawn = _redrawn([scores[name] for name in names], n, seed)
        ends = np.percentile(redrawn, [2.5, 97.5], axis=1).T
        for name, (low, high), error in zip(names, ends.tolist(), redrawn.std(axis=1, ddof=1).tolist(), strict=True):
            found[name] = Interval(low, high, error)
    return {name: found[name] for name in scores}


def differences(first: Mapping[str, Scores], second: Mapping[str, Scores], seed: int = 0) -> dict[str, Difference]:
    """What the first system's figures are above the second's, of those that both have.

    Args:
        first: Of one system.
        second: Of another, from the same rows in the same order.
        seed: Of the draws.

    Raises:
        ValueError: A figure is of more rows of one than of the other.
    """
    shared = {name: scores for name, scores in first.items() if name in second}
    if lopsided := [name for name, scores in shared.items() if len(scores.rows) != len(second[name].rows)]:
        raise ValueError(f"paired figures need the same rows, and {lopsided[0]} is of others")
    found = {}
    for names, n in _by_rows(shared):
        ours, theirs = [first[name] for name in names], [second[name] for name in names]
        ends = np.percentile(_redrawn(ours, n, seed) - _redrawn(theirs, n, seed), [2.5, 97.5], axis=1).T
        chances = _p_values(ours, theirs, n, seed)
        for name, (low, high), p in zip(names, ends.tolist(), chances, strict=True):
            found[name] = Difference(first[name].value - second[name].value, low, high, p)
    return {name: found[name] for name in shared}


def _by_rows(scores: Mapping[str, Scores]) -> Iterator[tuple[list[str], int]]:
    """The figures that are made of equally many rows, which the same draws serve."""
    for n in dict.fromkeys(len(each.rows) for each in scores.values()):
        yield [name for name, each in scores.items() if len(each.rows) == n], n


def _figures(scores: list[Scores], sums: np.ndarray, n: int) -> np.ndarray:
    """One row of figures for each of the scores, whose columns stand side by side in the sums."""
    ends = np.cumsum([each.rows.shape[1] for each in scores])[:-1]
    parts = np.split(sums, ends, axis=1)
    return np.stack([each.of_sums(part, n) for each, part in zip(scores, parts, strict=True)])


def _columns(scores: list[Scores]) -> np.ndarray:
    return np.concatenate([each.rows for each in scores], axis=1, dtype=np.float64)


def _redrawn(scores: list[Scores], n: int, seed: int) -> np.ndarray:
    """The figures of DRAWS redrawn sets of rows, shape (figures, DRAWS)."""
    columns = _columns(scores)
    rng, blocks = np.random.default_rng([seed, 0]), []
    for some in _blocks(DRAWS, n):
        drawn = rng.integers(0, n, (some, n)) + n * np.arange(some)[:, None]
        times = np.bincount(drawn.ravel(), minlength=some * n).reshape(some, n)
        blocks.append(_figures(scores, times.astype(np.float64) @ columns, n))
    return np.concatenate(blocks, axis=1)


def _p_values(first: list[Scores], second: list[Scores], n: int, seed: int) -> list[float]:
    ours, theirs = _columns(first), _columns(second)
    observed = _figures(first, ours.sum(axis=0)[None], n) - _figures(second, theirs.sum(axis=0)[None], n)
    total, apart = (ours + theirs).sum(axis=0), ours - theirs
    rng, as_large = np.random.default_rng([seed, 1]), np.zeros(len(first))
    for some in _blocks(SHUFFLES, n):
        swapped = (rng.integers(0, 2, (some, n)) * 2.0 - 1.0) @ apart
        gaps = _figures(first, (total + swapped) / 2, n) - _figures(second, (total - swapped) / 2, n)
        as_large += (np.abs(gaps) >= np.abs(observed) - 1e-12).sum(axis=1)  # rounding must not make a tie a miss
    return [float(p) for p in (as_large + 1) / (SHUFFLES + 1)]


def _blocks(draws: int, n: int) -> Iterator[int]:
    """How many draws to make at a time, so that memory does not grow with the rows."""
    size = max(1, _CELLS // n)
    yield from (min(size, draws - start) for start in range(0, draws, size))
