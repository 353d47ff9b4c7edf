"""DIMSUM, the dataset of sentence summaries (paper, Appendix C)."""

from dataclasses import dataclass

from builders.pairs import DIMSUM_SCHEMA
from builders.pairs_builder import PairsBuilder, PairsConfig


@dataclass
class DimsumConfig(PairsConfig):
    """A configuration is a domain, such as `news`, or `<domain>-preference`, its preference rows."""


class Dimsum(PairsBuilder):
    """Pairs of a sentence and its summary, with their context, entailment and compression.

    `Dimsum(config_name="microworld_news", rounds=["RUN/pairs/round-0"], cache_dir="RUN/cache")` makes a builder, and
    this file is a loading script of datasets 3.x, both as for `Dimple`.
    """

    BUILDER_CONFIG_CLASS = DimsumConfig
    SCHEMA = DIMSUM_SCHEMA
    DESCRIPTION = "Sentence summaries distilled from a language model's own samples and filtered by critics."
