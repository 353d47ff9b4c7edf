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
