"""Training a student by preference: what the critics accepted for a sentence against what they refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from builders.config import fingerprint, to_mapping
from builders.errors import ConfigError, RunError
from builders.models import load_seq2seq, model_identity

from .finetuning import trained_once
from .finetuning_config import FineTuningConfig
from .kind import student_loader
from .preference_config import PreferenceConfig
from .training_checks import check_training
from .training_pairs import PreferenceRow


def prefer(
    base: str,
    rows: Sequence[PreferenceRow],
    validation: Sequence[PreferenceRow],
    config: PreferenceConfig,
    out: Path,
    seed: int,
) -> Path:
    """Trains the student `base` on preference rows and leaves a student like any other, with `training.json`, in `out`.

    Args:
        base: A student that can do the task already: the folder of a model or of a LoRA student, whose adapter is
            trained further (with `training.lora`) or merged into the weights (without).
        rows: What to learn from.
        validation: Rows whose loss and rewards are logged; may be empty.
        config: Method and hyperparameters.
        out: The model folder to make.
        seed: Of the adapter's initialisation and the order of the rows.

    Returns:
        `out`.

    Raises:
        ConfigError: The method is not for a student of this kind.
        RunError: No rows, a base that cannot be loaded, a loss that is no number, a full disk.
    """
    if not rows:
        raise RunError(f"no preference rows to train {out} on; sample more sentences a context")
    check_preference(base, config)
    validation = validation[: config.training.validation_pairs]
    mark = fingerprint("preference", model_identity(base), list(rows), list(validation), config, seed)

    def train(partial: Path) -> dict[str, Any]:
        from .preference_training import train_by_preference  # imports torch and transformers, slow

        record = train_by_preference(base, rows, validation, config, partial, seed, f"prefer {out.name}")
        settings = to_mapping(config)
        settings["training"].pop("both_directions")  # which a row has not
        return {
            "base": base,
            "method": config.method,
            "rows": len(rows),
            "settings": {**settings, "seed": seed},
            **record,
        }

    return trained_once(out, mark, train)


def check_preference(base: str, config: PreferenceConfig, before: FineTuningConfig | None = None) -> None:
    """Refuses settings that do not fit the base, or this machine, by the base's configuration alone.

    Args:
        base: The student, or the model that the first of several trainings starts from.
        config: Of the training by preference.
        before: Of the training whose student this one starts from, where it is not the first.

    Raises:
        ConfigError: The method is for the other kind of student, or the training's settings do not fit, see
            `check_training`.
        RunError: There is no such base.
    """
    kinds = {"orpo": "encoder-decoder", "dpo": "decoder-only"}
    method = "orpo" if student_loader(base) is load_seq2seq.__wrapped__ else "dpo"
    if method != config.method:
        problem = f"method {config.method} is for {kinds[config.method]} models, and '{base}' is {kinds[method]}"
        raise ConfigError(f"{problem}; set method: {method}")
    check_training(base, config.training, before)
