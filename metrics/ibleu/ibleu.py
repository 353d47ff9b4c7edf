"""The `evaluate` module of iBLEU: `evaluate.load("metrics/ibleu")`."""

from typing import Any

import datasets
import evaluate

from .references import References, as_lists, check_form
from .sentence_bleu import ALPHA, Variant, corpus_bleu, sentence_bleus, signature, weigh

_DESCRIPTION = (
    "iBLEU of paraphrases: BLEU to the reference, less BLEU to the source, on -30 to 70 with the usual alpha."
)

_INPUTS = """
Args:
    predictions: One paraphrase a row.
    references: A list of sentences a row, at least one; or one sentence a row.
    sources: The sentence that each prediction paraphrases.
    alpha: The weight of the reference, 0.7 in the paper; 1.0 is plain BLEU.
    variant: "corpus" for sacrebleu's corpus BLEU, "sentence" for the mean of add-one smoothed sentence scores.

Returns:
    ibleu: The figure.
    bleu: BLEU to the references, on 0-100.
    self_bleu: BLEU to the sources, on 0-100.
    signature: What sacrebleu did, in its own notation.
    scores: The iBLEU of each row; of the variant "sentence" only.
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


class Ibleu(evaluate.Metric):
    """iBLEU of a list of paraphrases."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=[
                datasets.Features({"predictions": text, "references": references, "sources": text})
                for references in (datasets.Sequence(text), text)
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
        sources: list[str],
        alpha: float = ALPHA,
        variant: Variant = "corpus",
    ) -> dict[str, Any]:
        settings, references = signature(variant), as_lists(references)
        if variant == "sentence":
            to_reference, to_source = sentence_bleus(predictions, references), sentence_bleus(predictions, sources)
            rows = {"scores": [weigh(*bleus, alpha) for bleus in zip(to_reference, to_source, strict=True)]}
            bleu, self_bleu = sum(to_reference) / len(to_reference), sum(to_source) / len(to_source)
        else:
            bleu, self_bleu, rows = corpus_bleu(predictions, references), corpus_bleu(predictions, sources), {}
        figures = {"ibleu": weigh(bleu, self_bleu, alpha), "bleu": bleu, "self_bleu": self_bleu}
        return {**figures, "signature": settings, **rows}
