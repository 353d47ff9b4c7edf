"""The `evaluate` module of faithfulness: `evaluate.load("metrics/faithfulness")`."""

from typing import Any, Literal

import datasets
import evaluate

from .entailment import MODEL, entailment_model

_DESCRIPTION = "Share of predictions that an NLI model finds to say the same as their sources, on 0-100."

_INPUTS = """
Args:
    predictions: One text a row.
    sources: The text that each prediction was made from.
    model: An NLI model, as a folder or a Hub id; default the paper's, alisawuffles/roberta-large-wanli.
    threshold: The probability from which one text entails another, 0.75 in the paper.
    direction: "both" for paraphrases; "forward" for summaries, which need only follow from their sources.

Returns:
    faithfulness: The share of rows with entailment both ways, or forward where that is asked for, in [0, 100].
    forward: The share of predictions that follow from their sources.
    backward: The share of sources that follow from the predictions; None where "forward" is asked for.
    entailment_forward: The probability of each row, in [0, 1].
    entailment_backward: The same from prediction to source; None where "forward" is asked for.
"""

_CITATION = """
@inproceedings{liu-etal-2022-wanli,
    title = "{WANLI}: Worker and {AI} Collaboration for Natural Language Inference Dataset Creation",
    author = "Liu, Alisa and Swayamdipta, Swabha and Smith, Noah A. and Choi, Yejin",
    booktitle = "Findings of the Association for Computational Linguistics: EMNLP 2022",
    year = "2022",
    url = "https://aclanthology.org/2022.findings-emnlp.508",
}
"""


class Faithfulness(evaluate.Metric):
    """How often predictions and sources entail one another."""

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
        threshold: float = 0.75,  # paper, Section 3.2
        direction: Literal["both", "forward"] = "both",
    ) -> dict[str, Any]:
        if not predictions:
            raise ValueError("faithfulness needs at least one row, got none")
        if not 0.0 < threshold <= 1.0:
            raise ValueError(f"threshold must lie in (0, 1], got {threshold}")
        if direction not in ("both", "forward"):
            raise ValueError(f'direction must be "both" or "forward", got {direction!r}')
        nli = entailment_model(model)
        forward = nli.probabilities(list(zip(sources, predictions, strict=True)))
        backward = nli.probabilities(list(zip(predictions, sources, strict=True))) if direction == "both" else None
        both = forward if backward is None else list(map(min, forward, backward))
        return {
            "faithfulness": _share(both, threshold),
            "forward": _share(forward, threshold),
            "backward": None if backward is None else _share(backward, threshold),
            "entailment_forward": forward,
            "entailment_backward": backward,
        }


def _share(probabilities: list[float], threshold: float) -> float:
    return 100 * sum(probability >= threshold for probability in probabilities) / len(probabilities)
