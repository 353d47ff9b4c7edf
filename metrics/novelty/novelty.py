"""The `evaluate` module of novelty and copy rate: `evaluate.load("metrics/novelty")`."""

from typing import Any

import datasets
import evaluate

from .new_words import is_copy, novelty

_DESCRIPTION = "Share of the predictions' n-grams that their sources have not, and share of copies, on 0-100."

_INPUTS = """
Args:
    predictions: One text a row.
    sources: The text that each prediction was made from.
    order: n; 1, the default, for words.

Returns:
    novelty: The mean over the rows, in [0, 100].
    copy_rate: The share of predictions with the source's words in the source's order, in [0, 100].
    scores: The novelty of each row.
"""

_CITATION = """
@inproceedings{see-etal-2017-get,
    title = "Get To The Point: Summarization with Pointer-Generator Networks",
    author = "See, Abigail and Liu, Peter J. and Manning, Christopher D.",
    booktitle = "Proceedings of the 55th Annual Meeting of the Association for Computational Linguistics (Volume 1: Long Papers)",
    year = "2017",
    url = "https://aclanthology.org/P17-1099",
}
"""  # noqa: E501


class Novelty(evaluate.Metric):
    """Mean novelty of a list of predictions, and how many are copies."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": text, "sources": text}),
        )

    def _compute(self, predictions: list[str], sources: list[str], order: int = 1) -> dict[str, Any]:
        if not predictions:
            raise ValueError("novelty needs at least one row, got none")
        rows = list(zip(sources, predictions, strict=True))
        scores = [novelty(*row, order=order) for row in rows]
        copies = sum(is_copy(*row) for row in rows)
        return {"novelty": sum(scores) / len(rows), "copy_rate": 100 * copies / len(rows), "scores": scores}
