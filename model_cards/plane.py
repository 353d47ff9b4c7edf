"""The ground that charts are drawn on: a plane of fixed size, its axis steps, grid and texts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 360, 210
LEFT, RIGHT, TOP, BOTTOM = 42, 12, 10, 30


@dataclass(frozen=True)
class Plane:
    """Where values lie in a chart."""

    left: float  # the value at the left end, and so on
    right: float
    y_ticks: Sequence[float]

    def across(self, x: float) -> float:
        """How far right a value lies."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - self.left) / ((self.right - self.left) or 1)

    def down(self, y: float) -> float:
        """How far down a value lies."""
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - y) / ((high - low) or 1)

    def grid(self) -> list[Markup]:
        """A line across for each tick, with its value."""
        return [
            Markup('<line class="grid" x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y=self.down(tick)
            )
            + text(LEFT - 6, self.down(tick) + 4, f"{tick:g}", "end")
            for tick in self.y_ticks
        ]


def chart(parts: Sequence[Markup], label: str, height: float = HEIGHT) -> Markup:
    """What was drawn, as one picture that is told in words."""
    return Markup('<svg class="chart" viewBox="0 0 {} {:g}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, label, Markup("").join(parts)
    )


def text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> Markup:
    """Words at a place; `anchor` says which end of them stands there."""
    named = Markup(' class="{}"').format(kind) if kind else Markup("")
    return Markup('<text{} x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(named, x, y, anchor, words)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round values that span `low` to `high` in roughly `about` steps; two of them at least."""
    least = 1e-300  # a fifth of a smaller range may be 0, which has no logarithm
    span = next(size for size in (high - low, abs(high), 1.0) if size >= least)
    power = 10 ** math.floor(math.log10(span / about))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= 0.99 * span / about)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    digits = 12 - math.floor(math.log10(step))  # 0.1 * 3 is 0.30000000000000004
    return [round(step * index, digits) for index in range(first, max(last, first + 1) + 1)]
