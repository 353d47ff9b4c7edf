"""The `evaluate` module of the tree edit distance: `evaluate.load("metrics/ted")`."""

# ruff: noqa: F401

from typing import Any

import datasets
import evaluate

# `evaluate` copies the sibling files that are imported here, and those alone; it takes a comment behind an import for a
# file to fetch.
from .kernels import distances
from .layers import part_of_tree
from .packing import pack
from .tree_distance import tree_edit_distances
from .trees import parse_tree

_DESCRIPTION = "Mean edit distance, with unit costs, of the constituency trees of predictions and references."

_INPUTS = """
Args:
    predictions: One bracketed tree a row, such as `(S (NP (NN profit)) (VP (VBD rose)))`.
    references: One bracketed tree a row.
    layers: How many layers from the root down are compared; the whole trees by default (TED-F), 3 for TED-3.
    leaves: Whether words are nodes like the others; without them syntax alone is compared.

Returns:
    ted: The mean over the rows, in nodes.
    scores: The distance of each row.
"""

_CITATION = """
@article{zhang-shasha-1989-editing,
    title = "Simple Fast Algorithms for the Editing Distance between Trees and Related Problems",
    author = "Zhang, Kaizhong and Shasha, Dennis",
    journal = "SIAM Journal on Computing",
    volume = "18",
    number = "6",
    year = "1989",
}
"""


class Ted(evaluate.Metric):
    """Mean tree edit distance of a list of predicted trees."""

    def _info(self) -> evaluate.MetricInfo:
        tree = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": tree, "references": tree}),
        )

    def _compute(
        self, predictions: list[str], references: list[str], layers: int | None = None, leaves: bool = True
    ) -> dict[str, Any]:
        part = part_of_tree(layers, leaves)
        pairs = [(part(a), part(b)) for a, b in zip(predictions, references, strict=True)]
        scores = tree_edit_distances(pairs)
        return {"ted": sum(scores) / len(scores), "scores": scores}
