"""The `evaluate` module of BERT-iBLEU: `evaluate.load("metrics/bert_ibleu")`."""

# ruff: noqa: F401

from typing import Any

import datasets
import evaluate

# `evaluate` copies the sibling files that are imported here, and those alone.
from .bert_score import MODEL, bert_scorer
from .encoder import Encoder
from .weighted_mean import BETA, bert_ibleu_rows, self_bleu, signature

_DESCRIPTION = (
    "BERT-iBLEU of paraphrases, on 0-100: the harmonic mean of BERTScore to the source and of one less Self-BLEU."
)

_INPUTS = """
Args:
    predictions: One paraphrase a row.
    sources: The sentence that each prediction paraphrases.
    model: Of the BERTScore: a folder or a Hub id; default roberta-large.
    layer: Whose states are compared; by default the published one (17 of roberta-large), else the last.
    beta: The weight of the BERTScore, 4 in the paper.

Returns:
    bert_ibleu: The mean over the rows, in [0, 100]; a copy scores 0.
    bert_score: The mean BERTScore-F1 to the sources, times 100.
    self_bleu: The mean sentence BLEU to the sources, in [0, 100].
    signature: Model and settings.
    scores: The BERT-iBLEU of each row.
"""

_CITATION = """
@inproceedings{niu-etal-2021-unsupervised,
    title = "Unsupervised Paraphrasing with Pretrained Language Models",
    author = "Niu, Tong and Yavuz, Semih and Zhou, Yingbo and Keskar, Nitish Shirish and Wang, Huan and Xiong, Caiming",
    booktitle = "Proceedings of the 2021 Conference on Empirical Methods in Natural Language Processing",
    year = "2021",
    url = "https://aclanthology.org/2021.emnlp-main.417",
}
@inproceedings{zhang-etal-2020-bertscore,
    title = "{BERTS}core: Evaluating Text Generation with {BERT}",
    author = "Zhang, Tianyi and Kishore, Varsha and Wu, Felix and Weinberger, Kilian Q. and Artzi, Yoav",
    booktitle = "International Conference on Learning Representations",
    year = "2020",
    url = "https://openreview.net/forum?id=SkeHuCVFDr",
}
"""


class BertIbleu(evaluate.Metric):
    """BERT-iBLEU of a list of paraphrases."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": text, "sources": text}),
        )

    def _compute(
        self,
        predictions: list[str],
        sources: list[str],
        model: str = MODEL,
        layer: int | None = None,
        beta: float = BETA,
    ) -> dict[str, Any]:
        if not predictions:
            raise ValueError("bert_ibleu needs at least one row, got none")
        scorer = bert_scorer(model, layer)
        similarities = [f1 for _, _, f1 in scorer.scores(predictions, sources)]
        scores = bert_ibleu_rows(sources, predictions, similarities, beta)
        bleus = [self_bleu(*row) for row in zip(sources, predictions, strict=True)]
        return {
            "bert_ibleu": sum(scores) / len(scores),
            "bert_score": 100 * sum(similarities) / len(similarities),
            "self_bleu": sum(bleus) / len(bleus),
            "signature": f"{scorer.signature}|beta:{beta:g}|{signature()}",
            "scores": scores,
        }
