"""The distribution of a critic's score over pairs, kept and dropped, by round."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

SCORES = ("entailment_forward", "entailment_backward", "rouge_l", "tree_edit_distance", "compression")
_BARS = 50  # that a chart has room for


@dataclass(frozen=True)
class Threshold:
    """What a critic lets pass: scores from a value on, or up to it."""

    value: float
    is_least: bool

    @property
    def words(self) -> str:
        """The same for a reader."""
        return f"kept {'from' if self.is_least else 'up to'} {self.value:g}"


@dataclass(frozen=True)
class Scored:
    """The pairs of a round that were kept, or that were dropped, by their score.

    Args:
        steps: Pairs by the number of the score's step.
        step: Its size.
        closed_right: Whether a step holds its upper end, not its lower one.
    """

    steps: Mapping[int, int]
    step: float
    closed_right: bool

    @cached_property
    def pairs(self) -> int:
        """How many have the score."""
        return sum(self.steps.values())

    def quantile(self, share: float) -> float:
        """The least score that this share of the pairs does not exceed, to a step."""
        below = 0
        for index in sorted(self.steps):
            below += self.steps[index]
            if below >= share * self.pairs:
                break
        return round((index + self.closed_right) * self.step, 9)

    def bars(self, start: int, width: int, number: int) -> list[int]:
        """Pairs in each of so many bars, `width` steps wide, from step `start` on."""
        bars = [0] * number
        for index, pairs in self.steps.items():
            bars[(index - start) // width] += pairs
        return bars


@dataclass(frozen=True)
class Distribution:
    """One score over all rounds, in bars of one width."""

    name: str
    threshold: Threshold | None
    rounds: tuple[tuple[int, Scored | None, Scored | None], ...]  # number, kept, dropped

    @property
    def every(self) -> list[Scored]:
        """Kept and dropped pairs of all rounds."""
        return [scored for _, *both in self.rounds for scored in both if scored]

    @cached_property
    def ground(self) -> tuple[int, int, int]:
        """The first step, the steps a bar, and the bars: as narrow as room and threshold allow."""
        indices = [index for scored in self.every for index in (min(scored.steps), max(scored.steps))]
        bound = round(self.threshold.value / self.every[0].step) if self.threshold else indices[0]
        # Where nothing dropped is shown, the threshold is an end of what is.
        low, high = min(*indices, bound), max(*indices, bound - 1)
        widths = [factor * 10**power for power in range(12) for factor in (1, 2, 2.5, 5)]
        fitting = [int(width) for width in widths if width == int(width) and (high - low) / width < _BARS - 1]
        width = next((width for width in fitting[:3] if self.threshold and bound % width == 0), fitting[0])
        start = low // width * width
        return start, width, high // width - start // width + 1

    @property
    def ends(self) -> tuple[float, float]:
        """The scores at both ends of the bars."""
        (start, width, number), step = self.ground, self.every[0].step
        return start * step, (start + width * number) * step
