"""DIMPLE, the dataset of paraphrases (paper, Section 3.3)."""

from dataclasses import dataclass

from builders.pairs import DIMPLE_SCHEMA
from builders.pairs_builder import PairsBuilder, PairsConfig


@dataclass
class DimpleConfig(PairsConfig):
    """A configuration is a domain, such as `news`, or one beside it.

    Those are `<domain>-preference`, its preference rows, and `<domain>-control`, its pairs with parses of the targets.
    """


class Dimple(PairsBuilder):
    """Paraphrase pairs with their context and the critics' scores.

    `Dimple(config_name="microworld_news", rounds=["RUN/pairs/round-0"], cache_dir="RUN/cache")` makes a builder;
    `.download_and_prepare()` and `.as_dataset()` work as for any other. Round 0 was written by the teacher, later
    rounds by a student.

    Under datasets 3.x this file is a loading script too: `load_dataset("builders/dimple.py", "microworld_news",
    rounds=["RUN/pairs/round-0"], trust_remote_code=True)`, where this package can be imported.
    """

    BUILDER_CONFIG_CLASS = DimpleConfig
    SCHEMA = DIMPLE_SCHEMA
    DESCRIPTION = "Paraphrases distilled from a language model's own samples and filtered by critics."
