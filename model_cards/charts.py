"""Inline SVG for the report: no script, no font, no file beside it.

Bars are placed in percent of their width, so they fit any column and only their text-free shapes stretch.
Colours are classes that the style sheet sets for light and dark.
"""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from model_cards.plane import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH, Plane, chart, text, ticks

_ASIDE = 3.5  # what lines with intervals keep apart at one x

Points = Sequence[tuple[float, float]]
Measured = tuple[str, str, Sequence[tuple[float, float, float | None]]]


def funnel_bar(left: int, dropped: int, whole: int, label: str) -> Markup:
    """What a step leaves, and beside it what it took, as parts of the first step."""
    if whole <= 0:
        return Markup("")
    kept_width, lost_width = 100 * left / whole, 100 * dropped / whole
    return Markup(
        '<svg class="bar" role="img" aria-label="{label}"><title>{label}</title>'
        '<rect class="track" width="100%" height="100%" rx="3"/>'
        '<rect class="lost" x="{kept:.3f}%" width="{lost:.3f}%" height="100%"/>'
        '<rect class="kept" width="{kept:.3f}%" height="100%" rx="2"/>'
        "{sliver}</svg>"
    ).format(
        label=label,
        kept=kept_width,
        lost=lost_width,
        # A few pairs of a million are still some pairs.
        sliver=Markup('<rect class="kept" width="2" height="100%"/>') if left > 0 and kept_width < 1 else "",
    )


def interval_bar(value: float, interval: tuple[float, float] | None, maximum: float, tone: str, label: str) -> Markup:
    """A bar from 0 to the value with its 95% interval.

    Args:
        value: The mean; below 0 only the interval's mark shows.
        interval: Its ends; none is drawn when None.
        maximum: The value at the right end.
        tone: Class that colours the bar.
        label: The same in words.
    """

    def position(at: float) -> float:
        return 100 * min(max(at / maximum, 0.0), 1.0)

    low, high = map(position, interval or (value, value))
    whisker = Markup(
        '<line class="whisker" x1="{low:.2f}%" x2="{high:.2f}%" y1="50%" y2="50%"/>'
        '<line class="whisker" x1="{low:.2f}%" x2="{low:.2f}%" y1="28%" y2="72%"/>'
        '<line class="whisker" x1="{high:.2f}%" x2="{high:.2f}%" y1="28%" y2="72%"/>'
    ).format(low=low, high=high)
    return Markup(
        '<svg class="bar" role="img" aria-label="{label}"><title>{label}</title>'
        '<rect class="track" width="100%" height="100%" rx="3"/>'
        '<rect class="{tone}" width="{middle:.2f}%" height="100%" rx="2"/>{whisker}</svg>'
    ).format(label=label, tone=tone, middle=position(value), whisker=whisker if high > low else "")


def line_chart(series: Sequence[tuple[str, str, Points]], x_label: str, label: str) -> Markup:
    """Lines over a common axis.

    Args:
        series: Class that colours a line, its name, and its points by ascending x; one without points is left out.
        x_label: What the horizontal axis counts.
        label: The chart in words.
    """
    drawn = [(tone, name, points) for tone, name, points in series if points]
    if not drawn:
        return Markup("")
    every = [point for _, _, points in drawn for point in points]
    end = max(x for x, _ in every)
    plane = Plane(0, end, ticks(min(y for _, y in every), max(y for _, y in every), 5))
    # The last label takes the room of a tick or two.
    steps = [tick for tick in ticks(0, end, 5) if tick < 0.75 * end]
    axis = [text(plane.across(tick), HEIGHT - BOTTOM + 15, f"{tick:,g}", "middle") for tick in steps]
    axis.append(text(WIDTH - RIGHT, HEIGHT - BOTTOM + 15, f"{end:,g} {x_label}", "end"))
    lines = [
        _line(tone, name, [(plane.across(x), plane.down(y)) for x, y in points], points) for tone, name, points in drawn
    ]
    return chart([*plane.grid(), *axis, *lines], label)


def interval_chart(series: Sequence[Measured], x_label: str, y_ticks: Sequence[float], label: str) -> Markup:
    """Lines of means with their 95% intervals; those of one x stand side by side.

    Args:
        series: Class that colours a line, its name, and its points by ascending x: x, mean and standard error.
        x_label: What the horizontal axis counts; each x of a point has its own tick.
        y_ticks: Of the vertical axis, which ends with them.
        label: The chart in words.
    """
    places = sorted({x for _, _, points in series for x, _, _ in points})
    if not places:
        return Markup("")
    margin = 0.08 * (places[-1] - places[0]) or 1
    plane = Plane(places[0] - margin, places[-1] + margin, y_ticks)
    axis = [text(plane.across(x), HEIGHT - BOTTOM + 14, f"{x:g}", "middle") for x in places]
    axis.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 3, x_label, "middle"))
    # Many lines stand closer, so that none leaves the plane or reaches the next x.
    gaps = [plane.across(right) - plane.across(left) for left, right in pairwise(places)]
    room = min([2 * (plane.across(places[0]) - LEFT), *(0.6 * gap for gap in gaps)])
    step = min(_ASIDE, room / len(series))
    shapes = []
    for number, (tone, name, points) in enumerate(series):
        aside = step * (number - (len(series) - 1) / 2)
        spots = [(plane.across(x) + aside, plane.down(mean)) for x, mean, _ in points]
        shapes += [
            Markup('<line class="{} whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(
                tone,
                plane.down(min(mean + 1.96 * error, y_ticks[-1])),
                plane.down(max(mean - 1.96 * error, y_ticks[0])),
                x=x,
            )
            for (x, _), (_, mean, error) in zip(spots, points, strict=True)
            if error is not None
        ]
        shapes.append(_line(tone, name, spots, [(x, mean) for x, mean, _ in points], x_label))
    return chart([*plane.grid(), *axis, *shapes], label)


def _line(tone: str, name: str, places: Points, points: Points, counted: str = "step") -> Markup:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    # Few measurements are told apart by their dots; many would hide the line.
    dotted = places if len(places) <= 12 else places[-1:]
    dots = Markup("").join(
        Markup('<circle class="{} dot" cx="{:.1f}" cy="{:.1f}" r="3.5"><title>{}</title></circle>').format(
            tone, x, y, f"{name}, {counted} {step:,g}: {value:.4g}"
        )
        for (x, y), (step, value) in zip(dotted, points[-len(dotted) :], strict=True)
    )
    return Markup('<polyline class="{} line" points="{}"/>{}').format(tone, path, dots)
