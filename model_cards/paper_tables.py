"""What the paper measured of datasets, to be set beside a run's own figures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedDataset:
    """A row of the paper's Table 1.

    Args:
        name: Of the dataset.
        pairs: How many it holds, as the paper rounds it.
        figures: By the names that a run's statistics have.
    """

    name: str
    pairs: str
    figures: dict[str, float]


_COLUMNS = ("h2", "h3", "msttr", "jaccard", "ted_3", "ted_f")

TABLE_1 = (  # without its cosine similarity, which a run does not measure, and the two older datasets
    PublishedDataset(
        "DIMPLE, the paper's own", "4.2M", dict(zip(_COLUMNS, (17.75, 22.46, 53.08, 43.62, 5.02, 29.84), strict=True))
    ),
    PublishedDataset(
        "ChatGPT-Para", "2.1M", dict(zip(_COLUMNS, (17.67, 21.41, 35.83, 44.56, 4.26, 20.15), strict=True))
    ),
)
