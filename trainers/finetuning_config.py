"""Settings of a student's training, apart from the trainer so that reading a recipe loads no library."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from builders.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class LoraSettings:
    """Low-rank adaptation in place of training every weight.

    Args:
        rank: Of the update of each adapted matrix.
        alpha: The update is scaled by alpha / rank.
        dropout: On the adapter's input while training.
        target_modules: Names of the adapted matrices. Left out, they are those that PEFT adapts of the architecture,
            which hold queries and values: `q` and `v` of a T5, `c_attn` of a GPT-2, `q_proj` and `v_proj` of a Llama.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    target_modules: tuple[str, ...] | None = None  # Hu et al. 2022, Section 7.1: queries and values

    def __post_init__(self) -> None:
        _require("rank", self.rank, self.rank >= 1, "a whole number from 1")
        _require("alpha", self.alpha, self.alpha >= 1, "a whole number from 1")
        _require("dropout", self.dropout, 0.0 <= self.dropout < 1.0, "a number in [0, 1)")
        _require("target_modules", self.target_modules, self.target_modules != (), "at least one module name, or none")

    def goes_on_from(self, other: "LoraSettings") -> bool:
        """Whether an adapter of these settings can be one of the others that is trained further.

        Modules that only one of them names are compared when the adapter is there.
        """
        named = [modules for modules in (self.target_modules, other.target_modules) if modules is not None]
        same_modules = len(named) < 2 or set(named[0]) == set(named[1])
        return (self.rank, self.alpha) == (other.rank, other.alpha) and same_modules


@dataclass(frozen=True, kw_only=True)
class FineTuningConfig:
    """How a student is trained. The paper states no hyperparameters but the objective.

    Args:
        learning_rate: Its peak.
        epochs: Passes over the pairs.
        max_steps: Updates to make instead of `epochs`, such as for a control with the same compute.
        batch_size: Pairs a forward pass, on each device.
        gradient_accumulation_steps: Forward passes an update. The same batch_size * gradient_accumulation_steps gives
            the same losses.
        warmup_ratio: Share of the updates in which the rate rises from 0.
        schedule: Of the learning rate after that.
        weight_decay: Of AdamW.
        label_smoothing: Probability spread over the whole vocabulary.
        max_length: Tokens a sentence, longer ones are cut; also `max_new_tokens` of the saved generation settings.
        both_directions: Train on each pair and on its reverse; see `training_pairs`. Paraphrase only.
        evaluations: How often the loss on the validation pairs is taken, at even distances.
        validation_pairs: Most validation pairs looked at.
        bf16: Mixed precision. Never fp16, in which T5 gives NaN.
        lora: Train a LoRA adapter instead of all weights.
    """

    learning_rate: float = 3e-4
    epochs: float = 3.0
    max_steps: int | None = None
    batch_size: int = 64
    gradient_accumulation_steps: int = 1
    warmup_ratio: float = 0.05
    schedule: Literal["linear", "cosine", "constant_with_warmup"] = "linear"
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    max_length: int = 128
    both_directions: bool = True
    evaluations: int = 5
    validation_pairs: int = 500
    bf16: bool = False
    lora: LoraSettings | None = field(default=None)

    def __post_init__(self) -> None:
        for name in ("learning_rate", "epochs"):
            _require(name, getattr(self, name), 0 < getattr(self, name) < math.inf, "a finite number above 0")
        for name in ("batch_size", "gradient_accumulation_steps", "evaluations", "validation_pairs"):
            _require(name, getattr(self, name), getattr(self, name) >= 1, "a whole number from 1")
        _require("max_steps", self.max_steps, self.max_steps is None or self.max_steps >= 1, "a whole number from 1")
        _require("max_length", self.max_length, self.max_length >= 2, "a whole number from 2")
        _require("weight_decay", self.weight_decay, 0 <= self.weight_decay < math.inf, "a finite number from 0")
        for name in ("warmup_ratio", "label_smoothing"):
            _require(name, getattr(self, name), 0.0 <= getattr(self, name) < 1.0, "a number in [0, 1)")
        schedules = ("linear", "cosine", "constant_with_warmup")
        _require("schedule", self.schedule, self.schedule in schedules, "one of " + ", ".join(schedules))


def _require(name: str, value: Any, holds: bool, accepted: str) -> None:
    if not holds:
        raise ConfigError(f"{name} must be {accepted}, got {value!r}")
