"""The `evaluate` module of ROUGE-L: `evaluate.load("metrics/rouge_l")`."""

from typing import Any

import datasets
import evaluate

from .overlap import rouge_l
from .references import References, as_lists, check_form

_DESCRIPTION = "Mean ROUGE-L F-measure of predictions and references on 0-100, that of `rouge_score` without stemming."

_INPUTS = """
Args:
    predictions: One sentence a row.
    references: A list of sentences a row, at least one; or one sentence a row. Of several the closest counts.
    sources: Not used; so that one call serves all metrics, as `evaluate.combine` makes it.

Returns:
    rouge_l: The mean over the rows, in [0, 100].
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
        scores = [100 * max(rouge_l(reference, prediction) for reference in several) for prediction, several in rows]
        return {"rouge_l": sum(scores) / len(scores), "scores": scores}
