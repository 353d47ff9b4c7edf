"""The `evaluate` module of the n-gram entropy: `evaluate.load("metrics/ngram_entropy")`."""

from typing import Any

import datasets
import evaluate

from .ngrams import ngram_entropy

_DESCRIPTION = "Entropy, in bits, of the n-grams of all predictions together."

_INPUTS = """
Args:
    predictions: One sentence a row.
    order: n; the paper gives 2 (H2) and 3 (H3). Default 2.

Returns:
    ngram_entropy: In bits.
"""

_CITATION = """
@article{shannon-1948-mathematical,
    title = "A Mathematical Theory of Communication",
    author = "Shannon, Claude E.",
    journal = "The Bell System Technical Journal",
    volume = "27",
    number = "3",
    year = "1948",
}
"""


class NgramEntropy(evaluate.Metric):
    """Entropy of the n-grams of a list of predictions."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": datasets.Value("string")}),
        )

    def _compute(self, predictions: list[str], order: int = 2) -> dict[str, Any]:
        return {"ngram_entropy": ngram_entropy(predictions, order)}
