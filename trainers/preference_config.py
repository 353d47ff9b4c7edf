"""Settings of training by preference, apart from the trainers so that reading a recipe loads no library."""

import math
from dataclasses import dataclass
from typing import Literal

from builders.errors import ConfigError

from .finetuning_config import FineTuningConfig

_NOT_BY_PREFERENCE = ("label_smoothing", "metric", "patience", "keep", "checkpoints", "packing")


@dataclass(frozen=True, kw_only=True)
class PreferenceConfig:
    """How a student learns from preference rows: a rewriting that the critics accepted against one that they refused.

    Args:
        method: "orpo" (Hong et al. 2024) for an encoder-decoder student, "dpo" (Rafailov et al. 2023) for a
            decoder-only one.
        beta: The weight of the odds ratio beside the likelihood of the accepted text (`orpo`, the paper's lambda), or
            how closely the student is held to what it was (`dpo`).
        since: The first round whose rows are trained on; 1 leaves out the teacher's, which no student has written.
        training: Hyperparameters. A batch holds `batch_size` rows, and so twice as many answers; `both_directions` says
            nothing here, since what was refused was refused for its own prompt.
    """

    method: Literal["orpo", "dpo"]
    beta: float = 0.1  # Rafailov et al. 2023, Appendix B; for ORPO the default of TRL
    since: int = 0  # all that is released
    training: FineTuningConfig

    def __post_init__(self) -> None:
        if self.method not in ("orpo", "dpo"):
            raise ConfigError(f"method must be one of orpo, dpo, got {self.method!r}")
        if not 0 < self.beta < math.inf:
            raise ConfigError(f"beta must be a finite number above 0, got {self.beta!r}")
        if self.since < 0:
            raise ConfigError(f"since must be a whole number from 0, got {self.since}")
        plain = FineTuningConfig()
        for name in _NOT_BY_PREFERENCE:
            if (value := getattr(self.training, name)) != getattr(plain, name):
                raise ConfigError(f"training.{name} is nothing that {self.method} has, got {value!r}; leave it out")
