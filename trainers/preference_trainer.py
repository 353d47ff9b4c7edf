"""What the trainers by preference have in common, which come from TRL: arguments, order of the rows, and silence."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import datasets
from transformers import TrainingArguments

from .preference_config import PreferenceConfig
from .training_loop import GroupedByLength, check_devices, training_arguments

Settings = TypeVar("Settings", bound=TrainingArguments)


def trl_settings(kind: type[Settings], config: PreferenceConfig, folder: Path, seed: int, **own: Any) -> Settings:
    """The arguments of one of TRL's trainers.

    Args:
        kind: Their class, such as `DPOConfig`.
        config: Hyperparameters.
        folder: Of the student.
        seed: Of the training.
        own: Arguments that only this trainer has.

    Raises:
        RunError: This process sees several GPUs.
    """
    shared = training_arguments(config.training, folder, seed) | {"beta": config.beta}
    settings = kind(**shared, per_device_eval_batch_size=config.training.batch_size, **own)
    check_devices(settings)
    return settings


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings of names that will change one day, and no bars for the preparation of rows, which takes a moment."""
    datasets.disable_progress_bars()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


class PreferenceTrainer(GroupedByLength):
    """What comes before one of TRL's trainers among the bases of ours."""

    LENGTH_OF: tuple[str, ...]  # the columns of a row's prompt and answers

    def lengths(self, rows: Any) -> list[tuple[int, int]]:
        """Tokens of each row, its prompt and both answers together."""
        return [(sum(len(row[column]) for column in self.LENGTH_OF), 0) for row in rows]

    def _send_telemetry(self) -> None:
        """Nothing: a training is nobody else's business."""
