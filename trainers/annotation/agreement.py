"""Krippendorff's alpha: how far annotators agree beyond chance."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Level = Literal["ordinal", "nominal", "interval"]


@dataclass(frozen=True)
class Agreement:
    """What annotators' ratings of the same units say of each other.

    Args:
        alpha: 1 is perfect agreement, 0 that of chance, below 0 worse than chance; None where it is not defined.
        undefined: Why it is not.
        units: Those with two ratings or more; the others say nothing.
        ratings: Of these units.
    """

    alpha: float | None
    undefined: str | None
    units: int
    ratings: int


def krippendorff_alpha(units: Iterable[Sequence[float]], level: Level = "ordinal") -> Agreement:
    """Krippendorff's alpha by coincidences (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", part E).

    Args:
        units: The ratings that each unit has, one an annotator, in any order; missing ones are left out.
        level: Of measurement. Of ordinal ratings the distance depends on how many ratings lie between two.
    """
    paired = [list(ratings) for ratings in units if len(ratings) > 1]
    values = sorted({rating for ratings in paired for rating in ratings})
    size = sum(map(len, paired))
    if not paired:
        return Agreement(None, "nothing has two ratings", 0, 0)
    if len(values) == 1:
        return Agreement(None, f"every rating is {values[0]:g}", len(paired), size)
    place = {value: index for index, value in enumerate(values)}
    coincidences = np.zeros((len(values), len(values)))
    for ratings in paired:
        counts = np.bincount([place[rating] for rating in ratings], minlength=len(values))
        coincidences += (np.outer(counts, counts) - np.diag(counts)) / (len(ratings) - 1)
    totals = coincidences.sum(axis=0)
    distances = _distances(np.array(values, dtype=float), totals, level) ** 2
    observed = (coincidences * distances).sum()
    expected = (np.outer(totals, totals) * distances).sum() / (totals.sum() - 1)
    return Agreement(float(1 - observed / expected), None, len(paired), size)


def by_unit(ratings: Iterable[tuple[Hashable, float]]) -> list[list[float]]:
    """The ratings of each unit."""
    found: dict[Hashable, list[float]] = {}
    for unit, rating in ratings:
        found.setdefault(unit, []).append(rating)
    return list(found.values())


def _distances(values: np.ndarray, totals: np.ndarray, level: Level) -> np.ndarray:
    """The distance of every two values."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    # Ordinal: the ratings up to one and of half its own are its rank.
    ranks: Mapping[str, np.ndarray] = {"ordinal": totals.cumsum() - totals / 2, "interval": values}
    rank = ranks[level]
    return np.abs(rank[:, None] - rank[None, :])
