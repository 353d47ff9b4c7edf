"""The `evaluate` module of the tree edit distance: `evaluate.load("metrics/ted")`."""

# ruff: noqa: F401

from collections.abc import Sequence
from itertools import islice
from typing import Any

import datasets
import evaluate

# `evaluate` copies the sibling files that are imported here, and those alone; it takes a comment behind an import for a
# file to fetch.
from .kernels import distances
from .layers import part_of_tree
from .packing import pack
from .references import References, as_lists, check_form
from .tree_distance import tree_edit_distances
from .trees import parse_tree

_DESCRIPTION = "Mean edit distance, with unit costs, of the constituency trees of predictions and references."

_INPUTS = """
Args:
    predictions: One bracketed tree a row, such as `(S (NP (NN profit)) (VP (VBD rose)))`.
    references: A list of bracketed trees a row, at least one; or one tree a row. Of several the nearest counts.
    sources: Not used; so that one call serves all metrics, as `evaluate.combine` makes it.
    layers: How many layers from the root down `ted` compares; the whole trees by default.
    leaves: Whether words are nodes like the others; without them syntax alone is compared.

Returns:
    ted: The mean over the rows, in nodes.
    ted_3: The same of the first three layers, whatever `layers` says.
    ted_f: The same of the whole trees, whatever `layers` says.
    scores: What `ted` is the mean of, the distance of each row.
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
            features=[
                datasets.Features({"predictions": tree, "references": references})
                for references in (datasets.Sequence(tree), tree)
            ],
        )

    def add_batch(self, *, predictions: Any = None, references: Any = None, **others: Any) -> None:
        """Adds rows, their references all in one form."""
        check_form(references)
        super().add_batch(predictions=predictions, references=references, **others)

    def _compute(
        self,
        predictions: list[str],
        references: References,
        sources: Any = None,
        layers: int | None = None,
        leaves: bool = True,
    ) -> dict[str, Any]:
        rows = list(zip(predictions, as_lists(references), strict=True))
        scores = {depth: _nearest(rows, depth, leaves) for depth in {None, 3, layers}}
        means = {depth: sum(some) / len(some) for depth, some in scores.items()}
        return {"ted": means[layers], "ted_3": means[3], "ted_f": means[None], "scores": scores[layers]}


def _nearest(rows: Sequence[tuple[str, Sequence[str]]], layers: int | None, leaves: bool) -> list[int]:
    """The distance of each prediction to the nearest of its references."""
    part = part_of_tree(layers, leaves)
    edits = iter(tree_edit_distances([(part(a), part(b)) for a, several in rows for b in several]))
    return [min(islice(edits, len(several))) for _, several in rows]
