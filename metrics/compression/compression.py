"""The `evaluate` module of the compression: `evaluate.load("metrics/compression")`."""

from typing import Any

import datasets
import evaluate

from .length import compression

_DESCRIPTION = "Mean length of predictions in percent of that of their sources, in words."

_INPUTS = """
Args:
    predictions: One text a row.
    sources: The text that each prediction was made from, with at least one word.

Returns:
    compression: The mean over the rows; 100 where predictions are as long as their sources.
    scores: The value of each row.
"""

_CITATION = """
@inproceedings{grusky-etal-2018-newsroom,
    title = "{N}ewsroom: A Dataset of 1.3 Million Summaries with Diverse Extractive Strategies",
    author = "Grusky, Max and Naaman, Mor and Artzi, Yoav",
    booktitle = "Proceedings of the 2018 Conference of the North American Chapter of the Association for Computational Linguistics: Human Language Technologies, Volume 1 (Long Papers)",
    year = "2018",
    url = "https://aclanthology.org/N18-1065",
}
"""  # noqa: E501


class Compression(evaluate.Metric):
    """Mean compression of a list of predictions."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": text, "sources": text}),
        )

    def _compute(self, predictions: list[str], sources: list[str]) -> dict[str, Any]:
        if not predictions:
            raise ValueError("compression needs at least one row, got none")
        scores = []
        for number, row in enumerate(zip(sources, predictions, strict=True)):
            try:
                scores.append(compression(*row))
            except ValueError as error:
                raise ValueError(f"row {number}: {error}") from error
        return {"compression": sum(scores) / len(scores), "scores": scores}
