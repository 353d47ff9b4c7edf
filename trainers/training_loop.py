"""What the trainings of both kinds of student have in common: settings, order of the pairs, progress, loss curve."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import Trainer, TrainerCallback

from builders.errors import RunError
from builders.progress import track

from .batches import LengthGroupedSampler
from .finetuning_config import FineTuningConfig

LOSSES_LOGGED = 50  # points on the loss curve, whatever the length of the training
CURVES = {"loss": "loss", "eval_loss": "eval_loss"}  # the trainer's name and ours


def training_arguments(config: FineTuningConfig, folder: Path, seed: int) -> dict[str, Any]:
    """The arguments of `TrainingArguments`, or of a class derived from it."""
    return {
        "output_dir": str(folder),
        "seed": seed,
        "num_train_epochs": config.epochs,
        "max_steps": config.max_steps or -1,
        "per_device_train_batch_size": config.batch_size,
        "per_device_eval_batch_size": config.batch_size,
        "gradient_accumulation_steps": config.gradient_accumulation_steps,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": config.schedule,
        "warmup_steps": config.warmup_ratio,  # below 1 it is a share of the updates
        "weight_decay": config.weight_decay,
        "bf16": config.bf16,
        "logging_steps": 1 / LOSSES_LOGGED,
        "logging_nan_inf_filter": False,  # a diverged training must be seen
        "eval_strategy": "no",  # `Evaluate` asks for it
        "prediction_loss_only": True,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "use_cpu": not torch.cuda.is_available(),  # as builders.models places them
        "dataloader_pin_memory": torch.cuda.is_available(),
    }


class GroupedByLength(Trainer):
    """A trainer whose batches hold rows of like length."""

    LENGTH_OF: tuple[str, ...] = ("input_ids", "labels")

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        rows = self.train_dataset if train_dataset is None else train_dataset
        lengths = [sum(len(row[column]) for column in self.LENGTH_OF) for row in rows]
        update = self.args.train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        return LengthGroupedSampler(lengths, update, self.args.seed)


class ShowProgress(TrainerCallback):
    """One bar or a few plain lines in place of the trainer's own reports."""

    def __init__(self, label: str) -> None:
        self.label = label

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Opens the bar."""
        self.steps = iter(track(range(state.max_steps), state.max_steps, self.label))
        next(self.steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Moves it by one update."""
        next(self.steps, None)


class Evaluate(TrainerCallback):
    """Takes the validation loss `times` times at even distances, the last time at the end.

    The trainer's own `eval_steps` is a distance: most often it does not come out even, and "once" cannot be said.
    """

    def __init__(self, times: int) -> None:
        self.times = times

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Asks for it after those updates with which another of the `times` parts is done."""
        parts_done = [step * self.times // state.max_steps for step in (state.global_step - 1, state.global_step)]
        control.should_evaluate = parts_done[0] < parts_done[1]


def loss_curve(log: list[dict[str, float]], curves: Mapping[str, str] = CURVES) -> list[dict[str, float]]:
    """What a trainer's log says of the training, `{"step", "loss"}` and `{"step", "eval_loss"}`.

    Args:
        log: The trainer's.
        curves: What to take from it, with the names that it shall have.

    Raises:
        RunError: One of the values is no number.
    """
    history = [
        {"step": entry["step"], name: entry[theirs]}
        for entry in log
        for theirs, name in curves.items()
        if theirs in entry
    ]
    for entry in history:
        if not all(math.isfinite(value) for value in entry.values()):
            raise RunError(f"the training loss was no number at step {entry['step']}; lower learning_rate")
    return history
