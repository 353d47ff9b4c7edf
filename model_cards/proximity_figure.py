"""Paraphrastic proximity (paper, Figure 3): equivalent share, and Self-BLEU of equivalent pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from model_cards.charts import Measured, interval_chart
from model_cards.plane import HEIGHT, WIDTH, chart, text, ticks
from model_cards.svg_document import MARGIN, TITLE, document, panel

_HEAD, _LEGEND = 54, 18
_TONES = ("#0f4c81", "#1b9e8f", "#d1711b", "#b0307a", "#6a51a3", "#6b6f15")
_TONES_ON_DARK = ("#6fb1ec", "#4cc9ba", "#f0a05a", "#ec8cc0", "#b5a3e6", "#c6cb5c")
_LONGEST_NAME = 36
_STYLE = """
.whisker { stroke-width: 1.2; }
.oracle.line { stroke-dasharray: 5 4; stroke-width: 1.6; }
.any { stroke: #5b6670; }
.oracle.dot { fill: #ffffff; stroke-width: 1.6; }
"""


class _Axes(NamedTuple):
    """Which of length and temperature runs along the axis, and which tells the lines apart."""

    x: str
    line: str
    x_label: str
    line_label: str


_BY_LENGTH = _Axes("length", "temperature", "context length, sentences", "T")
_BY_TEMPERATURE = _Axes("temperature", "length", "temperature", "sentences:")


@dataclass(frozen=True)
class ProximityCharts:
    """The two charts of a `proximity.json`.

    Args:
        panels: Each chart with its title.
        lines: Name of each line, in the order of their tones.
        judges: Whose judgement the lines show: the critic's solid, the oracle's dashed.
        words: What was measured.
    """

    panels: tuple[tuple[str, Markup], ...]
    lines: tuple[str, ...]
    judges: tuple[str, ...]
    words: str

    @property
    def style(self) -> Markup:
        """Rules that colour the lines on a light ground."""
        return _tone_style(_tones(len(self.lines), _TONES, 38))

    @property
    def style_on_dark(self) -> Markup:
        """The same for a dark one."""
        return _tone_style(_tones(len(self.lines), _TONES_ON_DARK, 72))


def proximity_charts(record: dict[str, Any]) -> ProximityCharts:
    """The charts of a `proximity.json`.

    The one of length and temperature that has more values runs along the axis; each value of the other is a line.
    """
    rows = record["rows"]
    fewer = len({row["length"] for row in rows}) < len({row["temperature"] for row in rows})
    axes = _BY_TEMPERATURE if fewer else _BY_LENGTH
    values = sorted({row[axes.line] for row in rows})
    judges = ("critic", *(["oracle"] if record["oracle"] else []))
    share = _series(rows, axes, values, judges, "share", 100)
    bleu = _series(rows, axes, values, judges, "self_bleu", 1)
    drawn = [
        (
            "Equivalent pairs among distinct pairs, %",
            share,
            _ticks(share, from_zero=True),
            "No context has two sentences",
        ),
        ("Self-BLEU of the equivalent pairs, 0-100", bleu, _ticks(bleu, from_zero=False), "No pairs are equivalent"),
    ]
    panels = tuple(
        (title, interval_chart(series, axes.x_label, marks, title) or _nothing(title, why))
        for title, series, marks, why in drawn
    )
    return ProximityCharts(panels, tuple(f"{axes.line_label} {value:g}" for value in values), judges, _words(record))


def proximity_figure(record: dict[str, Any]) -> str:
    """The figure of a `proximity.json`: a whole SVG document."""
    charts = proximity_charts(record)
    width = 2 * (WIDTH + MARGIN) + MARGIN
    drawn = [
        panel(title, chart, MARGIN + place * (WIDTH + MARGIN), _HEAD)
        for place, (title, chart) in enumerate(charts.panels)
    ]
    legend, bottom = _legend(charts, width, _HEAD + TITLE + HEIGHT + 24)
    heading, left = "Paraphrastic proximity", MARGIN + 6
    head = text(left, 28, heading, kind="head") + text(left, 46, charts.words)
    title = f"{heading}: {charts.words}"
    return document((width, bottom + MARGIN + 8), title, charts.style + _STYLE, [head, *drawn, legend])


def _words(record: dict[str, Any]) -> str:
    settings = record["settings"]
    parts = [f"teacher {_short(record['teacher']['ref'])}", f"critic {_short(record['critic']['ref'])}"]
    cut = "" if settings["cut"] == "first" else ", all ending at one place"
    parts.append(f"{record['counts']['passages']:,} contexts a length{cut}, k = {settings['k']}")
    return "; ".join(parts)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else "..." + name[3 - _LONGEST_NAME :]


def _series(
    rows: list[dict[str, Any]], axes: _Axes, values: Sequence[float], judges: Sequence[str], name: str, scale: float
) -> list[Measured]:
    """One line for each value and judge; where nothing could be averaged, a line has no point."""
    series: list[Measured] = []
    for number, value in enumerate(values):
        for judge in judges:
            points = [
                (row[axes.x], scale * row[judge][name], _scaled(row[judge][f"{name}_error"], scale))
                for row in sorted(rows, key=lambda row: row[axes.x])
                if row[axes.line] == value and row[judge][name] is not None
            ]
            series.append((f"tone-{number} {judge}", f"{axes.line_label} {value:g}, {judge}", points))
    return series


def _scaled(error: float | None, scale: float) -> float | None:
    return None if error is None else scale * error


def _ticks(series: Sequence[Measured], from_zero: bool) -> list[float]:
    ends = [
        mean + sign * 1.96 * (error or 0) for _, _, points in series for _, mean, error in points for sign in (-1, 1)
    ]
    if not ends:
        return [0.0, 1.0]
    return ticks(0.0 if from_zero else max(0.0, min(ends)), max(ends), 5)


def _tones(lines: int, chosen: Sequence[str], lightness: int) -> Sequence[str]:
    """A colour for each line: chosen ones, or of so many the rainbow's, which are in the order of the values."""
    if lines <= len(chosen):
        return chosen
    return [f"hsl({300 * number // (lines - 1)} 75% {lightness}%)" for number in range(lines)]


def _tone_style(tones: Sequence[str]) -> Markup:
    return Markup("\n").join(
        Markup(".tone-{0} {{ stroke: {1}; }} .tone-{0}.dot {{ fill: {1}; }}").format(number, tone)
        for number, tone in enumerate(tones)
    )


def _nothing(title: str, why: str) -> Markup:
    words = f"{why}, so there is nothing to draw."
    return chart([text(WIDTH / 2, HEIGHT / 2, words, "middle")], title)


def _legend(charts: ProximityCharts, width: int, y: int) -> tuple[Markup, int]:
    """The lines' names from `y` down, in as many rows as they take; and where the last row stands."""
    keys = [(f"tone-{number} line", name) for number, name in enumerate(charts.lines)]
    keys += [(f"any {judge} line", judge) for judge in charts.judges]
    x, parts = float(MARGIN + 6), []
    for tone, name in [*keys, (None, "bars: 95% intervals over contexts")]:
        text_at = 0 if tone is None else 28
        taken = text_at + 6.5 * len(name)
        if x + taken > width - MARGIN:
            x, y = float(MARGIN + 6), y + _LEGEND
        if tone is not None:
            line = Markup('<line class="{}" x1="{:.0f}" x2="{:.0f}" y1="{y}" y2="{y}"/>')
            parts.append(line.format(tone, x, x + 22, y=y))
        parts.append(text(x + text_at, y + 4, name))
        x += taken + 18
    return Markup("").join(parts), y
