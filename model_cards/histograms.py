"""The distribution of a score as one picture: a strip a round, kept pairs above its line and dropped ones below."""

from collections.abc import Sequence

from markupsafe import Markup

from model_cards.plane import WIDTH, chart, text, ticks
from model_cards.scores import Distribution, Scored
from model_cards.vocabulary import figure_words

_SIDE, _HEAD, _WORDS, _UP, _DOWN, _GAP, _FOOT = 12, 22, 16, 44, 30, 10, 18


def score_chart(distribution: Distribution) -> Markup:
    """Bars by score, as high as they hold pairs; each side of a strip is scaled to its own highest bar.

    Kept and dropped pairs differ by orders of magnitude, so on one scale only one of the two would be seen.
    """
    strips: list[Markup] = []
    words: list[Markup] = []
    top: float = _HEAD
    for number, kept, dropped in distribution.rounds:
        line = top + _WORDS + _UP
        for scored, kind, height in ((kept, "kept", -_UP), (dropped, "lost", _DOWN)):
            if scored:
                strips.append(_shape(distribution, scored, kind, line, height))
        strips.append(_line("base", _SIDE, WIDTH - _SIDE, line, line))
        words.append(text(_SIDE + 5, top + 10, _strip_words(number, kept, dropped), kind="strip"))
        top = line + (_DOWN if dropped else 0) + _GAP
    parts = [*strips, *_threshold(distribution, top), *words, *_axis(distribution, top)]
    return chart(parts, _label(distribution), top + _FOOT)


def score_height(distribution: Distribution) -> float:
    """How high the picture is."""
    strips = [_WORDS + _UP + (_DOWN if dropped else 0) + _GAP for _, _, dropped in distribution.rounds]
    return _HEAD + sum(strips) + _FOOT


def _across(distribution: Distribution, value: float) -> float:
    low, high = distribution.ends
    return _SIDE + (WIDTH - 2 * _SIDE) * (value - low) / (high - low)


def _shape(distribution: Distribution, scored: Scored, kind: str, line: float, height: float) -> Markup:
    """The outline of the bars, from the line there and back."""
    bars = scored.bars(*distribution.ground)
    most, (low, high) = max(bars), distribution.ends
    edges = [_across(distribution, low + (high - low) * place / len(bars)) for place in range(len(bars) + 1)]
    way = [f"M{edges[0]:.1f},{line:.1f}"]
    for pairs, edge in zip(bars, edges[1:], strict=True):
        # Few of many are still some.
        length = 0.0 if pairs == 0 else height * max(pairs / most, 0.02)
        way.append(f"V{line + length:.1f}H{edge:.1f}")
    return Markup('<path class="{}" d="{}V{:.1f}Z"/>').format(kind, "".join(way), line)


def _axis(distribution: Distribution, top: float) -> list[Markup]:
    low, high = distribution.ends
    steps = [tick for tick in ticks(low, high, 5) if low - 1e-9 <= tick <= high + 1e-9]
    places = [(tick, _across(distribution, tick)) for tick in steps]
    return [text(min(max(x, _SIDE + 4), WIDTH - _SIDE - 6), top + 12, f"{tick:g}", "middle") for tick, x in places]


def _threshold(distribution: Distribution, bottom: float) -> list[Markup]:
    threshold = distribution.threshold
    if threshold is None:
        return []
    x = _across(distribution, threshold.value)
    anchor = "start" if x < WIDTH / 3 else "end" if x > 2 * WIDTH / 3 else "middle"
    return [_line("bound", x, x, _HEAD - 6, bottom - 4), text(x, 11, threshold.words, anchor, "bound-words")]


def _line(kind: str, x1: float, x2: float, y1: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(kind, x1, x2, y1, y2)


def _strip_words(number: int, kept: Scored | None, dropped: Scored | None) -> str:
    parts = [f"{kept.pairs:,} kept"] if kept else []
    parts += [f"{dropped.pairs:,} scored and dropped"] if dropped else []
    return f"round {number}: {', '.join(parts) or 'no pairs'}"


def _label(distribution: Distribution) -> str:
    sides: Sequence[str] = [
        f"round {number}, {scored.pairs:,} {kind} pairs, median {scored.quantile(0.5):g}"
        for number, *both in distribution.rounds
        for scored, kind in zip(both, ("kept", "dropped"), strict=True)
        if scored
    ]
    bound = f"; {distribution.threshold.words}" if distribution.threshold else ""
    return f"{figure_words(distribution.name).label} of the pairs: {'; '.join(sides)}{bound}"
