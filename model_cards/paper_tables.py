"""What the paper measured of datasets, to be set beside a run's own figures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedDataset:
    """A row of the paper's Table 1.

    Args:
        name: Of the dataset.
        pairs: How many it holds, as the paper rounds it.
        figures: By the names that ours have; the cosine similarity is by SimCSE, on 0-100.
    """

    name: str
    pairs: str
    figures: dict[str, float]


_COLUMNS = ("cosine_similarity", "h2", "h3", "msttr", "jaccard", "ted_3", "ted_f")


def _row(name: str, pairs: str, *figures: float) -> PublishedDataset:
    return PublishedDataset(name, pairs, dict(zip(_COLUMNS, figures, strict=True)))


TABLE_1 = (
    _row("DIMPLE, the paper's own", "4.2M", 87.68, 17.75, 22.46, 53.08, 43.62, 5.02, 29.84),
    _row("ChatGPT-Para", "2.1M", 85.44, 17.67, 21.41, 35.83, 44.56, 4.26, 20.15),
    _row("ParaBank2", "19.7M", 82.50, 17.48, 21.44, 46.16, 43.44, 4.04, 17.41),
    _row("ParaBank1", "57.0M", 81.77, 17.07, 21.66, 45.52, 48.41, 3.59, 14.53),
)


@dataclass(frozen=True)
class RatedSystem:
    """How annotators rated a system, on a scale from 1 to 3."""

    name: str
    ratings: dict[str, float]


@dataclass(frozen=True)
class HumanEvaluation:
    """A human evaluation of the paper.

    Args:
        table: Its number, and what was rated.
        systems: In the paper's order.
    """

    table: str
    systems: tuple[RatedSystem, ...]


def _rated(name: str, questions: tuple[str, str, str], *ratings: float) -> RatedSystem:
    return RatedSystem(name, dict(zip(questions, ratings, strict=True)))


_OF_PARAPHRASES = ("fluent", "faithful", "dissimilar")
_OF_SUMMARIES = ("fluent", "faithful", "concise")

HUMAN_EVALUATIONS = {  # by task
    "paraphrase": HumanEvaluation(
        "Table 3: 200 outputs on MRPC, six annotators, Krippendorff's alpha 0.62",
        (
            _rated("ChatGPT", _OF_PARAPHRASES, 2.80, 2.37, 2.38),
            _rated("T5 ParaBank1", _OF_PARAPHRASES, 2.45, 2.33, 2.09),
            _rated("T5 ParaBank2", _OF_PARAPHRASES, 2.47, 2.50, 2.21),
            _rated("T5 ChatGPT-Para", _OF_PARAPHRASES, 2.64, 2.30, 2.33),
            _rated("Impossible-T5", _OF_PARAPHRASES, 2.74, 2.55, 2.40),
        ),
    ),
    "summary": HumanEvaluation(
        "Table 5, its human columns: outputs on Gigaword",
        (
            _rated("ChatGPT", _OF_SUMMARIES, 2.55, 2.44, 2.32),
            _rated("Referee", _OF_SUMMARIES, 2.45, 2.33, 2.41),
            _rated("T5 ParaBank", _OF_SUMMARIES, 2.21, 2.17, 1.96),
            _rated("Impossible-T5", _OF_SUMMARIES, 2.46, 2.53, 2.49),
        ),
    ),
}
