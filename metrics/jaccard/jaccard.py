"""The `evaluate` module of the Jaccard similarity: `evaluate.load("metrics/jaccard")`."""

from typing import Any

import datasets
import evaluate

from .references import References, as_lists, check_form
from .shared_words import jaccard

_DESCRIPTION = "Mean Jaccard similarity of the words of predictions and references, on 0-100."

_INPUTS = """
Args:
    predictions: One sentence a row.
    references: A list of sentences a row, at least one; or one sentence a row. Of several the closest counts.
    sources: Not used; so that one call serves all metrics, as `evaluate.combine` makes it.

Returns:
    jaccard: The mean over the rows, in [0, 100].
    scores: The value of each row.
"""

_CITATION = """
@article{jaccard-1912-distribution,
    title = "The Distribution of the Flora in the Alpine Zone",
    author = "Jaccard, Paul",
    journal = "New Phytologist",
    volume = "11",
    number = "2",
    year = "1912",
}
"""


class Jaccard(evaluate.Metric):
    """Mean Jaccard similarity of a list of predictions."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=[
                datasets.Features({"predictions": text, "references": references})
                for references in (datasets.Sequence(text), text)
            ],
        )

    def add_batch(self, *, predictions: Any = None, references: Any = None, **others: Any) -> None:
        """Adds rows, their references all in one form."""
        check_form(references)
        super().add_batch(predictions=predictions, references=references, **others)

    def _compute(self, predictions: list[str], references: References, sources: Any = None) -> dict[str, Any]:
        rows = zip(predictions, as_lists(references), strict=True)
        scores = [max(jaccard(reference, prediction) for reference in several) for prediction, several in rows]
        return {"jaccard": sum(scores) / len(scores), "scores": scores}
