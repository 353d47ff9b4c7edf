"""What labels say of the semantic critic: its precision and recall at any threshold, with intervals."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from builders.errors import RunError

LEAST_LABELS = 20  # ours: half of them yes, the share of yes may be 29% or 71%

_DRAWS = 2000
_JEFFREYS = 0.5
_LOW, _HIGH = 2.5, 97.5  # per cent: a 95% interval
_THRESHOLDS = tuple(round(0.01 * step, 2) for step in range(1, 100))

Interval = dict[str, float]
Point = dict[str, Any]


class Calibration:
    """The labelled pairs of a draw.

    A pair stands for as many candidates as its stratum, cut in two by the threshold, has for each label. The true share
    of such a cell is drawn from its posterior, Beta(yes + a, no + a), which is no point where all labels of a cell are
    alike. Jeffreys' prior of a = 1/2 (Brown, Cai and DasGupta 2001) is shared by the cells of one side of the
    threshold, or many cells would pull towards one half together. The sizes of the cells come from resampled contexts,
    unless every candidate of the run was scored.

    Args:
        record: Of `draw`.
        labels: By id; those of a part of the pairs will do, as their order was shuffled.

    Raises:
        RunError: They are too few, or none of them is of a stratum that has pairs.
    """

    def __init__(self, record: Mapping[str, Any], labels: Mapping[str, bool]) -> None:
        labelled = [pair for pair in record["pairs"] if pair["id"] in labels]
        self._strata = len(record["cuts"]) + 1
        self._label_scores = np.array([pair["score"] for pair in labelled])
        self._label_strata = np.array([pair["stratum"] for pair in labelled], dtype=int)
        self._yes = np.array([labels[pair["id"]] for pair in labelled], dtype=float)
        self._scores = np.array(record["scores"])
        self._score_strata = np.searchsorted(record["cuts"], self._scores, side="right")
        self._contexts = np.array(record["contexts"], dtype=int)
        self._seed = int(record["seed"])
        self._check_labels(record, labels)
        self._weights = self._context_weights(is_census=record["share_drawn"] >= 1)

    def _check_labels(self, record: Mapping[str, Any], labels: Mapping[str, bool]) -> None:
        """Whatever is said of pairs among which none has a label would be made up."""
        if (found := len(self._yes)) < LEAST_LABELS:
            raise RunError(f"{found} of the drawn pairs have a label, and at least {LEAST_LABELS} must; label more")
        missing = [h for h, stratum in enumerate(self.strata()) if stratum["pairs"] and not stratum["labelled"]]
        if missing:
            edges = [0.0, *record["cuts"], 1.0]
            ranges = ", ".join(f"{edges[h]:.3g} to {edges[h + 1]:.3g}" for h in missing)
            first = {pair["stratum"]: pair["id"] for pair in reversed(record["pairs"])}
            such = ", ".join(f"'{first[h]}'" for h in missing if h in first)
            raise RunError(f"none of the pairs with scores from {ranges} has a label; label more pairs, such as {such}")

    def _context_weights(self, is_census: bool) -> np.ndarray:
        """How often each context occurs in each draw."""
        count = int(self._contexts.max()) + 1
        if is_census:
            return np.ones((1, count))
        rng = np.random.default_rng([self._seed, count])
        return rng.multinomial(count, np.full(count, 1 / count), size=_DRAWS).astype(float)

    def at(self, threshold: float) -> Point:
        """Precision and recall of accepting scores from a threshold up.

        Returns:
            `threshold`; `precision` and `recall`, each None where there is nothing to take it of, else `value`, `low`
            and `high` (95%); `accepted`, the share of candidates; `labels`, how many of the accepted ones have a label.
        """
        cells = 2 * self._strata  # of each stratum what is below, and what is not
        sizes = np.zeros((self._weights.shape[1], cells))
        np.add.at(sizes, (self._contexts, 2 * self._score_strata + (self._scores >= threshold)), 1)
        label_cells = 2 * self._label_strata + (self._label_scores >= threshold)
        yes, asked = self._counted(label_cells, self._yes, cells), self._counted(label_cells, None, cells)
        shares = (yes + (asked == 0) / 2) / np.maximum(asked, 1)
        rng = np.random.default_rng(self._seed)  # the same draws at every threshold, or the curve would tremble
        whole = sizes.sum(axis=0)
        prior = np.empty(cells)
        for side in (0, 1):
            prior[side::2] = _JEFFREYS / max(1, int(np.count_nonzero(whole[side::2])))
        drawn = rng.beta(yes + prior, asked - yes + prior, size=(_DRAWS, cells))
        precision, recall = _precision_and_recall(whole, shares)
        precisions, recalls = _precision_and_recall(self._weights @ sizes, drawn)
        return {
            "threshold": threshold,
            "precision": _interval(precision, precisions),
            "recall": _interval(recall, recalls),
            "accepted": float(whole[1::2].sum() / whole.sum()),
            "labels": int(np.sum(self._label_scores >= threshold)),
        }

    def _counted(self, cells: np.ndarray, values: np.ndarray | None, size: int) -> np.ndarray:
        """Labels by cell; a cell without any takes those of the other half of its stratum."""
        counts = np.bincount(cells, weights=values, minlength=size).astype(float)
        asked = np.bincount(cells, minlength=size)
        halves = counts.reshape(-1, 2)
        return np.where(asked == 0, np.repeat(halves.sum(axis=1), 2), counts)

    @property
    def lowest_labelled(self) -> float:
        """The lowest score of a pair that has a label."""
        return float(self._label_scores.min())

    def strata(self) -> list[dict[str, int]]:
        """Of each stratum, lowest scores first: its `pairs`, how many are `labelled`, and how many of those `yes`."""
        return [
            {
                "pairs": int(np.sum(self._score_strata == h)),
                "labelled": int(np.sum(self._label_strata == h)),
                "yes": int(self._yes[self._label_strata == h].sum()),
            }
            for h in range(self._strata)
        ]


def report(calibration: Calibration, threshold: float, wanted: float) -> dict[str, Any]:
    """The critic at its threshold, at others, and the threshold for a wanted precision.

    Args:
        calibration: The labelled pairs.
        threshold: The recipe's.
        wanted: A precision.

    Returns:
        `at_threshold`; `curve`, a point for each hundredth; `lowest`, the point of the lowest threshold whose precision
        is as wanted; `assured`, the same where the lower bound of its interval is; None where there is no such one.
        Neither lies below the lowest score that has a label, or above the highest.
    """
    curve = [calibration.at(value) for value in _THRESHOLDS]
    usable = [
        point
        for point in curve
        if point["precision"] and point["labels"] and point["threshold"] >= calibration.lowest_labelled
    ]
    return {
        "at_threshold": calibration.at(threshold),
        "wanted_precision": wanted,
        "lowest": next((point for point in usable if point["precision"]["value"] >= wanted), None),
        "assured": next((point for point in usable if point["precision"]["low"] >= wanted), None),
        "curve": curve,
    }


def _precision_and_recall(sizes: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Over cells in the last axis, of which every second one is accepted; NaN where there is nothing to divide by."""
    true = sizes * shares
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = true[..., 1::2].sum(axis=-1) / sizes[..., 1::2].sum(axis=-1)
        recall = true[..., 1::2].sum(axis=-1) / true.sum(axis=-1)
    return precision, recall


def _interval(value: np.ndarray, draws: np.ndarray) -> Interval | None:
    if not np.isfinite(value):
        return None
    low, high = np.nanpercentile(draws, [_LOW, _HIGH])
    return {"value": float(value), "low": float(min(low, value)), "high": float(max(high, value))}
