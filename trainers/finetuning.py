"""Fine-tuning a student on kept pairs by maximum likelihood (paper, Section 3.3), all weights or LoRA."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from builders.config import fingerprint, to_mapping
from builders.errors import RunError
from builders.files import atomic_path, read_text, remove, write_json
from builders.models import model_identity

from .finetuning_config import FineTuningConfig
from .kind import load_student
from .processes import check_not_launched, train_in_processes
from .training_checks import check_training
from .training_job import TrainingJob
from .training_pairs import TextPair


def fine_tune(
    base: str,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    out: Path,
    seed: int,
    beside: Mapping[str, Any] | None = None,
    plain_sources: Sequence[str] | None = None,
    processes: int = 1,
    new_tokens: Sequence[str] = (),
) -> Path:
    """Trains `base` on the pairs and leaves the student, its tokenizer and `training.json` in `out`.

    A killed training starts again from the base, or from its last checkpoint, and ends with the same weights, on the
    same machine and thread count.

    Args:
        base: An encoder-decoder model or a causal LM, or the folder of a LoRA student, whose adapter is then trained
            further (with `config.lora`) or merged into the weights (without).
        pairs: (source, target), see `training_pairs`.
        validation: Pairs to evaluate on; may be empty.
        config: Hyperparameters.
        out: The model folder to make: all weights, or a PEFT adapter that names its base.
        seed: Of the adapter's initialisation, dropout and the order of the pairs.
        beside: JSON files to stand beside the weights, content by name, such as what a led student reads.
        plain_sources: The sources of the validation pairs without the signal that leads the student, for iBLEU; left
            out, there is none.
        processes: Train in so many processes, each on a device of its own and with its part of every batch.
        new_tokens: Texts that the student shall read as one token each; an adapter is trained without.

    Returns:
        `out`.

    Raises:
        ConfigError: Settings that the base cannot take.
        RunError: No pairs, a base that cannot be loaded, a loss that is no number, a full disk.
    """
    if not pairs:
        raise RunError(f"no pairs to train {out} on; sample more contexts or loosen the critics")
    if config.needs_validation and not validation:
        problem = f"keep: {config.keep} with patience: {config.patience} needs validation pairs, and {out} has none"
        raise RunError(f"{problem}; sample more contexts, or set keep: last and patience: null")
    validation, beside = validation[: config.validation_pairs], dict(beside or {})
    plain = list((plain_sources or [source for source, _ in validation])[: len(validation)])
    parts = [model_identity(base), list(pairs), list(validation), config.deciding(), seed]
    # Of several processes each draws its own dropout.
    rare = {"beside": beside, "plain_sources": plain_sources, "processes": processes if processes > 1 else None}
    rare |= {"new_tokens": list(new_tokens)}
    mark = fingerprint(*parts, *(({name: value}) for name, value in rare.items() if value))
    job = TrainingJob(
        base=base,
        pairs=list(pairs),
        validation=list(validation),
        plain_sources=plain,
        new_tokens=tuple(new_tokens),
        config=config,
        seed=seed,
        label=f"train {out.name}",
        mark=mark,
        checkpoints=checkpoints_folder(out),
    )

    def train(partial: Path) -> dict[str, Any]:
        from .training import (
            train_student,  # imports torch and transformers, which --help and recipes must not wait for
        )

        check_not_launched()
        check_training(base, config)
        record = train_student(job, partial) if processes == 1 else train_in_processes(job, partial, processes)
        for name, content in beside.items():
            write_json(partial / name, content)
        return {
            "base": base,
            "method": "lora" if config.lora else "full",
            "pairs": len(pairs),
            "settings": {**to_mapping(config), "seed": seed},
            **({"processes": processes} if processes > 1 else {}),
            **record,
        }

    return trained_once(out, mark, train)


def checkpoints_folder(out: Path) -> Path:
    """Where the training of a model folder saves what it needs to go on after it was killed."""
    return out.with_name(f".{out.name}.checkpoints")


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
        remove(checkpoints_folder(out))  # of a training that was killed when all but this was done
        return out
    started = time.monotonic()
    with atomic_path(out) as partial:
        partial.mkdir()
        record = train(partial)
        seconds = round(time.monotonic() - started, 1)
        write_json(partial / "training.json", {"fingerprint": mark, **record, "seconds": seconds})
    remove(checkpoints_folder(out))
    load_student.cache_clear()  # they know the folder as it was before
    model_identity.cache_clear()
    return out


def _trained(out: Path) -> str | None:
    path = out / "training.json"
    return json.loads(read_text(path)).get("fingerprint") if path.is_file() else None
