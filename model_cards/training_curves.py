"""The loss curves of a student as one SVG file that stands beside its card.

Model pages show it as an image: no style sheet of theirs reaches it, and they may be light or dark. So it has its own
background and colours, which read alike on both.
"""

from collections.abc import Sequence

from markupsafe import Markup

from model_cards.charts import line_chart
from model_cards.run_folder import Run, Training

FILE_NAME = "training_curves.svg"

_WIDTH, _HEIGHT, _MARGIN, _TITLE, _LEGEND = 360, 210, 16, 24, 26
_STYLE = """
svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
.page { fill: #ffffff; stroke: #d5dade; }
text { fill: #5b6670; font-size: 10.5px; }
.title { fill: #1d2327; font-size: 13px; font-weight: 600; }
.grid { stroke: #e3e7ea; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.train.line { stroke: #7b8791; }
.train.dot { fill: #7b8791; }
.valid.line { stroke: #0f6e8c; }
.valid.dot { fill: #0f6e8c; }
"""


def training_curves(run: Run, lineage: Sequence[Training]) -> str | None:
    """Training and validation loss by step, one chart for each training that led to a student, side by side.

    Returns:
        A whole SVG document; None where no training kept its losses.
    """
    drawn = [training for training in lineage if training.losses or training.eval_losses]
    if not drawn:
        return None
    width = len(drawn) * (_WIDTH + _MARGIN) + _MARGIN
    height = _MARGIN + _TITLE + _HEIGHT + _LEGEND
    charts = [
        _chart(run.title_of(training), training, _MARGIN + place * (_WIDTH + _MARGIN))
        for place, training in enumerate(drawn)
    ]
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">\n'
            "<title>Loss by step of {names}</title>\n<style>{style}</style>\n"
            '<rect class="page" x="0.5" y="0.5" width="{inner_w}" height="{inner_h}" rx="6"/>\n{charts}\n</svg>\n'
        ).format(
            w=width,
            h=height,
            names=", ".join(run.title_of(training) for training in drawn),
            style=Markup(_STYLE),
            inner_w=width - 1,
            inner_h=height - 1,
            charts=Markup("\n").join(charts),
        )
    )


def _chart(title: str, training: Training, left: int) -> Markup:
    lines = [("train", "training loss", training.losses), ("valid", "validation loss", training.eval_losses)]
    shown = [(tone, name, points[-1][1]) for tone, name, points in lines if points]
    top = _MARGIN + _TITLE
    keys = [
        Markup(
            '<line class="{tone} line" x1="{x}" x2="{end}" y1="{y}" y2="{y}"/>'
            '<text x="{text}" y="{base}">{label}</text>'
        ).format(
            tone=tone,
            x=left + 6 + place * _WIDTH // 2,
            end=left + 22 + place * _WIDTH // 2,
            text=left + 28 + place * _WIDTH // 2,
            y=top + _HEIGHT + 6,
            base=top + _HEIGHT + 10,
            label=f"{name}, last {last:.3f}",
        )
        for place, (tone, name, last) in enumerate(shown)
    ]
    return Markup(
        '<text class="title" x="{x}" y="{y}">{title}</text>\n'
        '<svg x="{left}" y="{top}" width="{w}" height="{h}">{chart}</svg>\n{keys}'
    ).format(
        x=left + 6,
        y=_MARGIN + 12,
        title=title,
        left=left,
        top=top,
        w=_WIDTH,
        h=_HEIGHT,
        chart=line_chart(lines, "steps", f"Loss by step of {title}"),
        keys=Markup("").join(keys),
    )
