"""The loss curves of students as one SVG file, which stands beside a student's card."""

from collections.abc import Sequence

from markupsafe import Markup

from model_cards.charts import line_chart
from model_cards.plane import HEIGHT, WIDTH, text
from model_cards.run_folder import Run, Training
from model_cards.svg_document import MARGIN, TITLE, document, panel

FILE_NAME = "training_curves.svg"

_LEGEND, _ACROSS = 26, 3
_STYLE = """
.train.line { stroke: #7b8791; }
.train.dot { fill: #7b8791; }
.valid.line { stroke: #1f6f8b; }
.valid.dot { fill: #1f6f8b; }
"""


def training_curves(run: Run, trainings: Sequence[Training]) -> str | None:
    """Training and validation loss by step, one chart for each training, three side by side.

    Returns:
        A whole SVG document; None where no training kept its losses.
    """
    drawn = [training for training in trainings if training.losses or training.eval_losses]
    if not drawn:
        return None
    across, down = WIDTH + MARGIN, MARGIN + TITLE + HEIGHT + _LEGEND
    columns = min(len(drawn), _ACROSS)
    charts = [
        _chart(run.title_of(training), training, MARGIN + place % columns * across, MARGIN + place // columns * down)
        for place, training in enumerate(drawn)
    ]
    names = ", ".join(run.title_of(training) for training in drawn)
    rows = -(-len(drawn) // columns)
    return document((columns * across + MARGIN, rows * down + MARGIN / 2), f"Loss by step of {names}", _STYLE, charts)


def _chart(title: str, training: Training, left: int, top: int) -> Markup:
    lines = [("train", "training loss", training.losses), ("valid", "validation loss", training.eval_losses)]
    shown = [(tone, f"{name}, last {points[-1][1]:.3f}") for tone, name, points in lines if points]
    y = top + TITLE + HEIGHT + 6
    keys = []
    for place, (tone, words) in enumerate(shown):
        x = left + 6 + place * WIDTH // 2
        line = Markup('<line class="{} line" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(tone, x, x + 16, y=y)
        keys.append(line + text(x + 22, y + 4, words))
    chart = line_chart(lines, "steps", f"Loss by step of {title}")
    return panel(title, chart, left, top) + Markup("").join(keys)
