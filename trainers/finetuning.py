"""Fine-tuning a student on kept pairs by maximum likelihood (paper, Section 3.3), all weights or LoRA."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from builders.config import fingerprint, to_mapping
from builders.errors import ConfigError, RunError
from builders.files import atomic_path, read_text, write_json
from builders.models import model_identity

from .kind import load_student
from .training_pairs import TextPair


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


def fine_tune(
    base: str,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    out: Path,
    seed: int,
) -> Path:
    """Trains `base` on the pairs and leaves the student, its tokenizer and `training.json` in `out`.

    The folder gets its name when it is whole. One that was trained from the same weights, pairs, settings and seed is
    left as it is; a killed training starts again from the base and ends with the same weights, on the same machine and
    thread count.

    Args:
        base: An encoder-decoder model or a causal LM, or the folder of a LoRA student, whose adapter is then trained
            further (with `config.lora`) or merged into the weights (without).
        pairs: (source, target), see `training_pairs`.
        validation: Pairs whose loss is logged; may be empty.
        config: Hyperparameters.
        out: The model folder to make: all weights, or a PEFT adapter that names its base.
        seed: Of the adapter's initialisation, dropout and the order of the pairs.

    Returns:
        `out`.

    Raises:
        RunError: No pairs, a base that cannot be loaded, a loss that is no number, a full disk.
    """
    if not pairs:
        raise RunError(f"no pairs to train {out} on; sample more contexts or loosen the critics")
    validation = validation[: config.validation_pairs]
    mark = fingerprint(model_identity(base), list(pairs), list(validation), config, seed)
    if _trained(out) == mark:
        return out
    from .training import train_student  # imports torch and transformers, which --help and recipes must not wait for

    started = time.monotonic()
    with atomic_path(out) as partial:
        partial.mkdir()
        history, steps = train_student(base, pairs, validation, config, partial, seed, label=f"train {out.name}")
        record = {
            "fingerprint": mark,
            "base": base,
            "method": "lora" if config.lora else "full",
            "pairs": len(pairs),
            "settings": {**to_mapping(config), "seed": seed},
            "history": history,
            "steps": steps,
            "seconds": round(time.monotonic() - started, 1),
        }
        write_json(partial / "training.json", record)
    load_student.cache_clear()  # they know the folder as it was before
    model_identity.cache_clear()
    return out


def _trained(out: Path) -> str | None:
    path = out / "training.json"
    return json.loads(read_text(path)).get("fingerprint") if path.is_file() else None
