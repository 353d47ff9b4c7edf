"""The figures of a run as files, for cards, slides and papers: funnel, scores, systems, training, proximity.

The pictures are those of the report, as SVG and, drawn from it, as PNG.
"""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from model_cards.charts import funnel_bar, interval_bar
from model_cards.formatting import count, interval, interval_words, mean
from model_cards.histograms import score_chart, score_height
from model_cards.plane import WIDTH, text
from model_cards.proximity_figure import proximity_figure
from model_cards.records import Evaluation, Figure, Round, System
from model_cards.rendering import write_bytes, write_whole
from model_cards.run_folder import read_json, read_run
from model_cards.score_tables import score_distributions
from model_cards.scores import Distribution
from model_cards.svg_document import MARGIN, TITLE, document, panel, placed
from model_cards.training_curves import training_curves
from model_cards.vocabulary import figure_words, reason_words, round_words

FOLDER = "figures"
FUNNEL, SCORES = "funnel.svg", "scores.svg"  # which the dataset's card shows
PROXIMITY = Path("proximity/proximity.json")

_ROW, _LABEL, _BAR, _NUMBER = 26, 360, 300, 72
_SYSTEM_ROW, _SYSTEM_LABEL, _COLUMN, _COLUMNS = 40, 260, 150, 4
_PNG_SCALE = 2  # pixels of a screen with twice as many
_STYLE = """
.track { fill: #eceef0; }
.kept { fill: #1f6f8b; }
.lost { fill: #e8b98a; }
.student { fill: #1f6f8b; }
.other { fill: #a3adb8; }
.whisker { stroke: #1d2126; stroke-width: 1.5; }
.base { stroke: #8a949e; stroke-width: 1; }
.bound { stroke: #9c2f22; stroke-width: 1.2; stroke-dasharray: 4 3; }
.bound-words { fill: #9c2f22; }
.strip { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
.label { fill: #1d2327; font-size: 12px; }
.number { fill: #1d2327; font-size: 11.5px; }
.own { font-weight: 600; }
"""


def write_figures(run: Path) -> list[Path]:
    """Writes RUN/figures, an SVG and a PNG file a figure; one that a run has nothing for is left out.

    Args:
        run: The run folder.

    Returns:
        The paths of the files.

    Raises:
        CardError: A file cannot be read or written.
    """
    record, proximity = read_run(run), run / PROXIMITY
    drawn = {
        FUNNEL: funnel_figure(record.metrics.rounds),
        SCORES: scores_figure(score_distributions(record)),
        "systems.svg": systems_figure(record.metrics.evaluation),
        "training.svg": training_curves(record, list(record.trainings.values())),
        "proximity.svg": proximity_figure(read_json(proximity)) if proximity.is_file() else None,
    }
    written = []
    for name, figure in drawn.items():
        path = run / FOLDER / name
        for old in (path, path.with_suffix(".png")):  # an earlier recipe may have left one that this has not
            old.unlink(missing_ok=True)
        if figure:
            written.append(write_whole(path, figure))
            pixels = png(figure)
            written += [write_bytes(path.with_suffix(".png"), pixels)] if pixels else []
    return written


def png(figure: str) -> bytes | None:
    """An SVG figure as pixels, in letters of this machine; None where it has no font, and words would be missing."""
    import resvg_py  # slow to load, and only figures need it

    def drawn(document: str) -> bytes:
        return bytes(resvg_py.svg_to_bytes(svg_string=document, zoom=_PNG_SCALE))

    word, none = (document((9, 9), "", "", [text(1, 8, letters)]) for letters in ("n", ""))
    return None if drawn(word) == drawn(none) else drawn(figure)


def funnel_figure(rounds: Sequence[Round]) -> str | None:
    """What each critic left and dropped, one block of bars a round; None where no round has candidates."""
    parts: list[Markup] = []
    top = MARGIN
    for round_ in rounds:
        whole = round_.candidates or 0
        if not whole:
            continue
        parts.append(text(MARGIN, top + 14, round_words(round_.round, round_.origin), kind="title"))
        top += TITLE + 4
        rows = [("candidate pairs", 0, whole, "label")]
        rows += [(reason_words(reason), dropped, left, "label") for reason, dropped, left in round_.funnel]
        rows.append((f"kept, {100 * round_.kept / whole:.1f}% of the candidates", 0, round_.kept, "label own"))
        for words, dropped, left, kind in rows:
            bar = funnel_bar(left, dropped, whole, f"{words}: {left:,} left")
            parts.append(text(MARGIN, top + 14, _short(words, 54), kind=kind))
            parts.append(placed(bar, MARGIN + _LABEL, top + 3, _BAR, 14))
            parts.append(text(MARGIN + _LABEL + _BAR + _NUMBER, top + 14, count(left), "end", f"number {kind}"))
            top += _ROW
        top += MARGIN
    if not parts:
        return None
    return document((2 * MARGIN + _LABEL + _BAR + _NUMBER, top), "Candidate pairs and what critics left", _STYLE, parts)


def scores_figure(distributions: Sequence[Distribution]) -> str | None:
    """The scores' distributions, two side by side; None where the pairs have none."""
    if not distributions:
        return None
    columns, parts = min(2, len(distributions)), []
    top: float = MARGIN
    for first in range(0, len(distributions), columns):
        row = distributions[first : first + columns]
        for place, one in enumerate(row):
            left = MARGIN + place * (WIDTH + MARGIN)
            title = figure_words(one.name).label
            parts.append(panel(title[:1].upper() + title[1:], score_chart(one), left, top, score_height(one)))
        top += TITLE + max(map(score_height, row)) + MARGIN
    width = MARGIN + columns * (WIDTH + MARGIN)
    parts.append(text(MARGIN + 6, top, "Above the line kept pairs, below it dropped ones; each to its own scale."))
    return document((width, top + MARGIN), "Scores of the pairs, by round", _STYLE, parts)


def systems_figure(evaluation: Evaluation | None) -> str | None:
    """The first figures of all systems with their 95% intervals; None where nothing was evaluated."""
    if evaluation is None or not evaluation.figure_names:
        return None
    names = evaluation.figure_names[:_COLUMNS]
    head = MARGIN + TITLE
    lefts = [MARGIN + _SYSTEM_LABEL + place * (_COLUMN + MARGIN) for place in range(len(names))]
    parts = [
        text(left, MARGIN + 12, figure_words(name).label, kind="title") for left, name in zip(lefts, names, strict=True)
    ]
    for place, system in enumerate(evaluation.systems):
        top = head + place * _SYSTEM_ROW
        own = " own" if system is evaluation.last_student else ""
        parts.append(text(MARGIN, top + 22, _short(system.name, 40), kind=f"label{own}"))
        for left, name in zip(lefts, names, strict=True):
            if name in system.figures:
                parts += _measured(system, name, axis_end(name, evaluation.systems), left, top)
    width, height = lefts[-1] + _COLUMN + MARGIN, head + len(evaluation.systems) * _SYSTEM_ROW + TITLE
    note = f"Lines: 95% intervals, n = {count(evaluation.n)}." if evaluation.n else "Lines: 95% intervals."
    parts.append(text(MARGIN, height - 10, note))
    return document((width, height), "Systems side by side", _STYLE, parts)


def axis_end(name: str, systems: Sequence[System]) -> float:
    """The value at the right end of a figure's bars: all of it for shares, else just beyond the largest."""
    if figure_words(name).is_share:
        return 1.0
    ends = [_upper(system.figures[name], name) for system in systems if name in system.figures]
    return max(ends, default=1.0) * 1.05 or 1.0


def _upper(figure: Figure, name: str) -> float:
    ends = interval(figure, name)
    return max(ends[1] if ends else figure.value, 0.0)


def _measured(system: System, name: str, end: float, left: float, top: float) -> list[Markup]:
    figure = system.figures[name]
    bar = interval_bar(
        figure.value, interval(figure, name), end, "student" if system.is_student else "other", system.name
    )
    words = f"{mean(figure, name)}  ({interval_words(figure, name)})" if interval(figure, name) else mean(figure, name)
    return [text(left, top + 13, words, kind="number"), placed(bar, left, top + 18, _COLUMN, 12)]


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
