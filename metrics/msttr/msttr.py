"""The `evaluate` module of the mean segmental type-token ratio: `evaluate.load("metrics/msttr")`."""

from typing import Any

import datasets
import evaluate

from .segments import SEGMENT, msttr

_DESCRIPTION = "Mean segmental type-token ratio of all predictions read one after the other, on 0-100."

_INPUTS = """
Args:
    predictions: One sentence a row.
    sources: Not used; so that one call serves all metrics, as `evaluate.combine` makes it.
    segment: Words a segment; default 100.

Returns:
    msttr: The mean over the segments, in (0, 100]; None where the predictions do not fill one.
"""

_CITATION = """
@article{johnson-1944-studies,
    title = "Studies in Language Behavior: {I}. A Program of Research",
    author = "Johnson, Wendell",
    journal = "Psychological Monographs",
    volume = "56",
    number = "2",
    year = "1944",
}
"""


class Msttr(evaluate.Metric):
    """Mean segmental type-token ratio of a list of predictions."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": datasets.Value("string")}),
        )

    def _compute(self, predictions: list[str], sources: Any = None, segment: int = SEGMENT) -> dict[str, Any]:
        if not predictions:
            raise ValueError("msttr needs at least one row, got none")
        return {"msttr": msttr(predictions, segment)}
