"""The `evaluate` module of ROUGE-L: `evaluate.load("metrics/rouge_l")`."""

from typing import Any

import datasets
import evaluate

from .overlap import rouge_l

_DESCRIPTION = "Mean ROUGE-L F-measure of predictions and references, equal to `rouge_score` without stemming."

_INPUTS = """
Args:
    predictions: One sentence a row.
    references: One sentence a row.

Returns:
    rouge_l: The mean over the rows, in [0, 1].
    scores: The value of each row.
"""

_CITATION = """
@inproceedings{lin-2004-rouge,
    title = "{ROUGE}: A Package for Automatic Evaluation of Summaries",
    author = "Lin, Chin-Yew",
    booktitle = "Text Summarization Branches Out",
    year = "2004",
    url = "https://aclanthology.org/W04-1013",
}
"""


class RougeL(evaluate.Metric):
    """Mean ROUGE-L of a list of predictions."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, Any]:
        scores = [rouge_l(reference, prediction) for reference, prediction in zip(references, predictions, strict=True)]
        return {"rouge_l": sum(scores) / len(scores), "scores": scores}
