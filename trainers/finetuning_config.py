"""Settings of a student's training, apart from the trainer so that reading a recipe loads no library."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin, get_type_hints

from builders.config import to_mapping
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


@dataclass(frozen=True, kw_only=True)
class FineTuningConfig:
    """How a student is trained. The paper states no hyperparameters but the objective.

    Args:
        learning_rate: Its peak.
        epochs: Passes over the pairs.
        max_steps: Updates to make instead of `epochs`, such as for a control with the same compute.
        batch_size: Pairs a forward pass, of all processes together.
        gradient_accumulation_steps: Forward passes an update. The same batch_size * gradient_accumulation_steps gives
            the same losses.
        warmup_ratio: Share of the updates in which the rate rises from 0.
        schedule: Of the learning rate after that.
        weight_decay: Of AdamW.
        label_smoothing: Probability spread over the whole vocabulary.
        max_length: Tokens a sentence; a longer one loses its last words, and is counted in `training.json`. Also
            `max_new_tokens` of the saved generation settings.
        both_directions: Train on each pair and on its reverse; see `training_pairs`. Paraphrase only.
        evaluations: How often the loss on the validation pairs is taken, at even distances; label smoothing is no part
            of it.
        validation_pairs: Most validation pairs looked at.
        metric: What an evaluation goes by: the loss, or iBLEU or ROUGE-L of what the student writes to the validation
            sources, greedily; the loss is taken in any case.
        patience: Evaluations in a row without a better figure after which the training stops; none trains to the end.
        keep: The weights after the last update, or those of the best evaluation.
        checkpoints: How often everything is saved on the way, at even distances, for a killed training to go on from;
            cannot change a result. Each takes about three times the size of the weights.
        precision: What the model computes in; its weights are fp32 in any case. fp16 needs a CUDA GPU, and a T5 has
            NaN in it.
        activation_checkpointing: Save memory for a third more time: activations are computed again in the backward
            pass. Changes the last bits of a T5's gradients at most.
        packing: Lay several pairs one behind the other in rows of up to twice `max_length` tokens, and count rows as
            `batch_size`. A pair does not see the others of its row. Decoder-only students only.
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
    metric: Literal["loss", "ibleu", "rouge_l"] = "loss"
    patience: int | None = None
    keep: Literal["last", "best"] = "last"
    checkpoints: int = 0
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    activation_checkpointing: bool = False
    packing: bool = False
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
        _require("patience", self.patience, self.patience is None or self.patience >= 1, "a whole number from 1")
        _require("checkpoints", self.checkpoints, self.checkpoints >= 0, "a whole number from 0")
        for name, kind in get_type_hints(type(self)).items():
            if get_origin(kind) is Literal:
                choices = get_args(kind)
                _require(name, getattr(self, name), getattr(self, name) in choices, "one of " + ", ".join(choices))

    @property
    def needs_validation(self) -> bool:
        """Whether the training goes by what its evaluations say."""
        return self.patience is not None or self.keep == "best"

    def deciding(self) -> dict[str, Any]:
        """The settings that can change a result, for a fingerprint."""
        return {name: value for name, value in to_mapping(self).items() if name != "checkpoints"}


def _require(name: str, value: Any, holds: bool, accepted: str) -> None:
    if not holds:
        raise ConfigError(f"{name} must be {accepted}, got {value!r}")
