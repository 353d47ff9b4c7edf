"""Fine-tuning a student on kept pairs by maximum likelihood (paper, Section 3.3), all weights or LoRA."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from builders.config import fingerprint, to_mapping
from builders.errors import RunError
from builders.files import atomic_path, read_text, write_json
from builders.models import model_identity

from .finetuning_config import FineTuningConfig
from .kind import load_student
from .training_pairs import TextPair


def fine_tune(
    base: str,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    out: Path,
    seed: int,
    beside: Mapping[str, Any] | None = None,
) -> Path:
    """Trains `base` on the pairs and leaves the student, its tokenizer and `training.json` in `out`.

    A killed training starts again from the base and ends with the same weights, on the same machine and thread count.

    Args:
        base: An encoder-decoder model or a causal LM, or the folder of a LoRA student, whose adapter is then trained
            further (with `config.lora`) or merged into the weights (without).
        pairs: (source, target), see `training_pairs`.
        validation: Pairs whose loss is logged; may be empty.
        config: Hyperparameters.
        out: The model folder to make: all weights, or a PEFT adapter that names its base.
        seed: Of the adapter's initialisation, dropout and the order of the pairs.
        beside: JSON files to stand beside the weights, content by name, such as what a led student reads.

    Returns:
        `out`.

    Raises:
        RunError: No pairs, a base that cannot be loaded, a loss that is no number, a full disk.
    """
    if not pairs:
        raise RunError(f"no pairs to train {out} on; sample more contexts or loosen the critics")
    validation, beside = validation[: config.validation_pairs], dict(beside or {})
    parts = [model_identity(base), list(pairs), list(validation), config, seed]
    mark = fingerprint(*parts, *([beside] if beside else []))

    def train(partial: Path) -> dict[str, Any]:
        from .training import (
            train_student,
        )  # imports torch and transformers, which --help and recipes must not wait for

        history, steps = train_student(base, pairs, validation, config, partial, seed, label=f"train {out.name}")
        for name, content in beside.items():
            write_json(partial / name, content)
        return {
            "base": base,
            "method": "lora" if config.lora else "full",
            "pairs": len(pairs),
            "settings": {**to_mapping(config), "seed": seed},
            "history": history,
            "steps": steps,
        }

    return trained_once(out, mark, train)


def trained_once(out: Path, mark: str, train: Callable[[Path], dict[str, Any]]) -> Path:
    """The student in `out`, which is left as it is when `mark` is that of what trained it.

    Args:
        out: The model folder to make; it gets its name when it is whole.
        mark: The fingerprint of all that decides the weights.
        train: Fills a folder with the student and says what `training.json` shall hold of it.

    Returns:
        `out`.
    """
    if _trained(out) == mark:
        return out
    started = time.monotonic()
    with atomic_path(out) as partial:
        partial.mkdir()
        record = train(partial)
        seconds = round(time.monotonic() - started, 1)
        write_json(partial / "training.json", {"fingerprint": mark, **record, "seconds": seconds})
    load_student.cache_clear()  # they know the folder as it was before
    model_identity.cache_clear()
    return out


def _trained(out: Path) -> str | None:
    path = out / "training.json"
    return json.loads(read_text(path)).get("fingerprint") if path.is_file() else None
