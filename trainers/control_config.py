"""Settings of control, apart from the trainer so that reading a recipe loads no library."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from builders.errors import ConfigError
from builders.parsers.loading import GIVEN, check_parser_name

from .finetuning_config import FineTuningConfig


@dataclass(frozen=True, kw_only=True)
class ControlConfig:
    """What a student is led by, and how that is trained.

    A student of paraphrases is led by a parse of the target, one of summaries by the buckets that the target lies in.

    Args:
        parser: Of the targets and, later, of exemplars, as that of the tree edit distance critic, which is the default.
        layers: How many layers of the parse are shown, from the root down; by default the whole parse.
        compression: Upper bounds of the buckets of a summary's words over those of its source.
        abstraction: Upper bounds of the buckets of the share of a summary's words that its source has not.
        unled: Share of the pairs that are shown without a signal as well, so that the student can still do without.
        train_from: The student that training starts from: the last round's, or the recipe's base.
        training: On the pairs of all rounds.
    """

    parser: str | None = None  # the pairs were judged by that one
    layers: int | None = None  # paper, Section 3.4
    compression: tuple[float, ...] = ()  # ours: the paper leads paraphrases alone
    abstraction: tuple[float, ...] = ()  # ours: the paper leads paraphrases alone
    unled: float = 0.25  # ours: the paper's led student always has an exemplar
    train_from: Literal["last", "base"] = "last"  # not stated in the paper
    training: FineTuningConfig = FineTuningConfig(max_length=256)  # a parse is longer than its sentence

    def __post_init__(self) -> None:
        if self.parser is not None:
            check_parser_name("parser", self.parser)
        if self.parser == GIVEN:
            raise ConfigError("parser cannot be 'given': exemplars are new; name a parser that reads them")
        if self.layers is not None and self.layers < 1:
            raise ConfigError(f"layers must be at least 1, got {self.layers}")
        for name in ("compression", "abstraction"):
            bounds = getattr(self, name)
            if not all(low < high for low, high in pairwise((0.0, *bounds))) or any(bound > 1 for bound in bounds):
                raise ConfigError(f"{name} must be upper bounds that rise within (0, 1], got {list(bounds)}")
        if not 0.0 <= self.unled <= 1.0:
            raise ConfigError(f"unled must lie in [0, 1], got {self.unled}")

    def check_task(self, task: str) -> None:
        """Refuses, with a `ConfigError`, settings that are for the other task."""
        others = ("parser", "layers") if task == "summary" else ("compression", "abstraction")
        for name in others:
            if getattr(self, name):
                raise ConfigError(f"control.{name} leads no {task}; leave it out")
        if task == "summary" and not (self.compression or self.abstraction):
            raise ConfigError("control leads a summary by nothing; set control.compression or control.abstraction")
