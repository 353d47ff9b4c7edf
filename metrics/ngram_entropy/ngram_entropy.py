"""The `evaluate` module of the n-gram entropy: `evaluate.load("metrics/ngram_entropy")`."""

from typing import Any

import datasets
import evaluate

from .ngrams import ngram_entropy

_DESCRIPTION = "Entropy, in bits, of the n-grams of all predictions together."

_INPUTS = """
Args:
    predictions: One sentence a row.
    sources: Not used; so that one call serves all metrics, as `evaluate.combine` makes it.
    order: n of `ngram_entropy`; default 2.

Returns:
    ngram_entropy: In bits.
    h2: The same of bigrams, whatever `order` says.
    h3: The same of trigrams, whatever `order` says.
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

    def _compute(self, predictions: list[str], sources: Any = None, order: int = 2) -> dict[str, Any]:
        if not predictions:
            raise ValueError("ngram_entropy needs at least one row, got none")
        entropies = {n: ngram_entropy(predictions, n) for n in {2, 3, order}}
        return {"ngram_entropy": entropies[order], "h2": entropies[2], "h3": entropies[3]}
