"""The `evaluate` module of iBLEU: `evaluate.load("metrics/ibleu")`."""

from typing import Any

import datasets
import evaluate

from .sentence_bleu import ALPHA, Level, ibleu, sentence_ibleu, signature

_DESCRIPTION = (
    "iBLEU of paraphrases: BLEU to the reference, less BLEU to the source, on -30 to 70 with the usual alpha."
)

_INPUTS = """
Args:
    predictions: One paraphrase a row.
    references: One sentence a row, or a list of them.
    sources: The sentence that each prediction paraphrases.
    alpha: The weight of the reference, 0.7 in the paper; 1.0 is plain BLEU.
    level: "corpus" for sacrebleu's corpus BLEU, "sentence" for the mean of add-one smoothed sentence scores.

Returns:
    ibleu: The figure.
    signature: What sacrebleu did, in its own notation.
    scores: The value of each row; at the sentence level only.
"""

_CITATION = """
@inproceedings{sun-zhou-2012-joint,
    title = "Joint Learning of a Dual {SMT} System for Paraphrase Generation",
    author = "Sun, Hong and Zhou, Ming",
    booktitle = "Proceedings of the 50th Annual Meeting of the Association for Computational Linguistics",
    year = "2012",
    url = "https://aclanthology.org/P12-2008",
}
"""


class IBleu(evaluate.Metric):
    """iBLEU of a list of paraphrases."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=[
                datasets.Features({"predictions": text, "references": references, "sources": text})
                for references in (text, datasets.Sequence(text))
            ],
        )

    def _compute(
        self,
        predictions: list[str],
        references: list[str] | list[list[str]],
        sources: list[str],
        alpha: float = ALPHA,
        level: Level = "corpus",
    ) -> dict[str, Any]:
        if level == "sentence":
            rows = zip(sources, predictions, references, strict=True)
            scores = [sentence_ibleu(*row, alpha=alpha) for row in rows]
            return {"ibleu": sum(scores) / len(scores), "signature": signature(level), "scores": scores}
        figure = ibleu(sources, predictions, references, alpha, level)
        return {"ibleu": figure, "signature": signature(level)}
