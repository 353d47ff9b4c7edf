"""Try a metric: one text a line in each field."""

import os
from pathlib import Path
from typing import Any

import evaluate
import gradio

NAME = os.environ["SPACE_ID"].rpartition("/")[2]
METRIC = evaluate.load(str(Path(__file__).parent / f"{NAME}.py"))
FEATURES = METRIC.features[0] if isinstance(METRIC.features, list) else METRIC.features


def compute(*fields: str) -> dict[str, Any]:
    """The metric of the rows that the fields hold; of a field with several texts a row, a tab stands between them."""
    columns = {}
    for (name, feature), text in zip(FEATURES.items(), fields, strict=True):
        rows = text.strip("\n").split("\n")
        columns[name] = rows if getattr(feature, "dtype", None) == "string" else [row.split("\t") for row in rows]
    if len({len(rows) for rows in columns.values()}) > 1:
        raise gradio.Error("Each field needs the same number of lines.")
    try:
        return dict(METRIC.compute(**columns))
    except ValueError as error:
        raise gradio.Error(str(error)) from error


demo = gradio.Interface(
    compute,
    [gradio.Textbox(label=name, lines=4) for name in FEATURES],
    gradio.JSON(label="result"),
    title=NAME,
    description=METRIC.info.description,
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
