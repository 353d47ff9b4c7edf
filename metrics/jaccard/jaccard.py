"""The `evaluate` module of the Jaccard similarity: `evaluate.load("metrics/jaccard")`."""

from typing import Any

import datasets
import evaluate

from .shared_words import jaccard

_DESCRIPTION = "Mean Jaccard similarity of the words of predictions and references, on 0-100."

_INPUTS = """
Args:
    predictions: One sentence a row.
    references: One sentence a row.

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
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, Any]:
        scores = [jaccard(*pair) for pair in zip(predictions, references, strict=True)]
        return {"jaccard": sum(scores) / len(scores), "scores": scores}
