"""The `evaluate` module of Self-BLEU: `evaluate.load("metrics/self_bleu")`."""

from typing import Any

import datasets
import evaluate

from .copied_words import Variant, corpus_self_bleu, sentence_self_bleus, signature

_DESCRIPTION = "BLEU of predictions to their own sources, on 0-100: 100 for copies."

_INPUTS = """
Args:
    predictions: One sentence a row.
    sources: The sentence that each prediction was made from.
    variant: "corpus" for sacrebleu's corpus BLEU, "sentence" for the mean of add-one smoothed sentence scores.

Returns:
    self_bleu: The figure, in [0, 100].
    signature: What sacrebleu did, in its own notation.
    scores: The value of each row; of the variant "sentence" only.
"""

_CITATION = """
@inproceedings{papineni-etal-2002-bleu,
    title = "{B}leu: a Method for Automatic Evaluation of Machine Translation",
    author = "Papineni, Kishore and Roukos, Salim and Ward, Todd and Zhu, Wei-Jing",
    booktitle = "Proceedings of the 40th Annual Meeting of the Association for Computational Linguistics",
    year = "2002",
    url = "https://aclanthology.org/P02-1040",
}
"""


class SelfBleu(evaluate.Metric):
    """BLEU of a list of predictions to their sources."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": text, "sources": text}),
        )

    def _compute(self, predictions: list[str], sources: list[str], variant: Variant = "corpus") -> dict[str, Any]:
        if not predictions:
            raise ValueError("self_bleu needs at least one row, got none")
        settings = signature(variant)
        if variant == "corpus":
            return {"self_bleu": corpus_self_bleu(sources, predictions), "signature": settings}
        scores = sentence_self_bleus(sources, predictions)
        return {"self_bleu": sum(scores) / len(scores), "signature": settings, "scores": scores}
