"""Paraphrastic proximity as one SVG file (paper, Figure 3): equivalent share, and Self-BLEU of equivalent pairs.

It stands alone, on pages that may be light or dark, so it has its own background and colours.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from model_cards.charts import Measured, interval_chart, ticks

_WIDTH, _HEIGHT, _MARGIN, _HEAD, _TITLE, _LEGEND = 360, 210, 16, 54, 24, 18
_TONES = ("#0f4c81", "#1b9e8f", "#d1711b", "#b0307a", "#6a51a3", "#6b6f15")
_LONGEST_NAME = 36
_STYLE = """
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
.page { fill: #ffffff; stroke: #d5dade; }
text { fill: #5b6670; font-size: 10.5px; }
.head { fill: #1d2327; font-size: 15px; font-weight: 600; }
.title { fill: #1d2327; font-size: 13px; font-weight: 600; }
.grid { stroke: #e3e7ea; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.whisker { stroke-width: 1.2; }
.oracle.line { stroke-dasharray: 5 4; stroke-width: 1.6; }
.any { stroke: #5b6670; }
"""


class _Axes(NamedTuple):
    """Which of length and temperature runs along the axis, and which tells the lines apart."""

    x: str
    line: str
    x_label: str
    line_label: str


_BY_LENGTH = _Axes("length", "temperature", "context length, sentences", "T")
_BY_TEMPERATURE = _Axes("temperature", "length", "temperature", "sentences:")


def proximity_figure(record: dict[str, Any]) -> str:
    """The figure of a `proximity.json`: a whole SVG document.

    The one of length and temperature that has more values runs along the axis; each value of the other is a line, the
    critic's solid and the oracle's dashed.
    """
    rows = record["rows"]
    fewer = len({row["length"] for row in rows}) < len({row["temperature"] for row in rows})
    axes = _BY_TEMPERATURE if fewer else _BY_LENGTH
    values = sorted({row[axes.line] for row in rows})
    judges = ["critic", *(["oracle"] if record["oracle"] else [])]
    share = _series(rows, axes, values, judges, "share", 100)
    bleu = _series(rows, axes, values, judges, "self_bleu", 1)
    panels = [
        (
            "Equivalent pairs among distinct pairs, %",
            share,
            _ticks(share, from_zero=True),
            "No context has two sentences",
        ),
        ("Self-BLEU of the equivalent pairs, 0-100", bleu, _ticks(bleu, from_zero=False), "No pairs are equivalent"),
    ]
    drawn = [
        _panel(title, interval_chart(series, axes.x_label, marks, title) or _nothing(why), place)
        for place, (title, series, marks, why) in enumerate(panels)
    ]
    width = 2 * (_WIDTH + _MARGIN) + _MARGIN
    legend, bottom = _legend(axes, values, judges, width, _HEAD + _TITLE + _HEIGHT + 24)
    height = bottom + _MARGIN + 8
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">\n'
            "<title>{head}: {words}</title>\n<style>{style}</style>\n"
            '<rect class="page" x="0.5" y="0.5" width="{inner_w}" height="{inner_h}" rx="6"/>\n'
            '<text class="head" x="{left}" y="28">{head}</text><text x="{left}" y="46">{words}</text>\n'
            "{panels}\n{legend}\n</svg>\n"
        ).format(
            w=width,
            h=height,
            head="Paraphrastic proximity",
            words=_words(record),
            style=Markup(_STYLE) + _tone_style(len(values)),
            inner_w=width - 1,
            inner_h=height - 1,
            left=_MARGIN + 6,
            panels=Markup("\n").join(drawn),
            legend=legend,
        )
    )


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


def _tone_style(lines: int) -> Markup:
    """A colour for each line: chosen ones, or of so many the rainbow's, which are in the order of the values."""
    tones = (
        _TONES if lines <= len(_TONES) else [f"hsl({300 * number // (lines - 1)} 75% 38%)" for number in range(lines)]
    )
    rules = [
        f".tone-{number} {{ stroke: {tone}; }} .tone-{number}.dot {{ fill: {tone}; }}"
        for number, tone in enumerate(tones)
    ]
    return Markup("\n".join([*rules, ".oracle.dot { fill: #ffffff; stroke-width: 1.6; }", ""]))


def _panel(title: str, chart: Markup, place: int) -> Markup:
    left, top = _MARGIN + place * (_WIDTH + _MARGIN), _HEAD + _TITLE
    return Markup(
        '<text class="title" x="{x}" y="{y}">{title}</text>\n'
        '<svg x="{left}" y="{top}" width="{w}" height="{h}">{chart}</svg>'
    ).format(x=left + 6, y=top - 4, title=title, left=left, top=top, w=_WIDTH, h=_HEIGHT, chart=chart)


def _nothing(why: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="middle">{}, so there is nothing to draw.</text>').format(
        _WIDTH // 2, _HEIGHT // 2, why
    )


def _legend(axes: _Axes, values: Sequence[float], judges: Sequence[str], width: int, y: int) -> tuple[Markup, int]:
    """The lines' names from `y` down, in as many rows as they take; and where the last row stands."""
    keys = [(f"tone-{number} line", f"{axes.line_label} {value:g}") for number, value in enumerate(values)]
    keys += [(f"any {judge} line", judge) for judge in judges]
    x, parts = float(_MARGIN + 6), []
    for tone, name in [*keys, (None, "bars: 95% intervals over contexts")]:
        text_at = 0 if tone is None else 28
        taken = text_at + 6.5 * len(name)
        if x + taken > width - _MARGIN:
            x, y = float(_MARGIN + 6), y + _LEGEND
        if tone is not None:
            line = Markup('<line class="{}" x1="{:.0f}" x2="{:.0f}" y1="{y}" y2="{y}"/>')
            parts.append(line.format(tone, x, x + 22, y=y))
        parts.append(Markup('<text x="{:.0f}" y="{}">{}</text>').format(x + text_at, y + 4, name))
        x += taken + 18
    return Markup("").join(parts), y
