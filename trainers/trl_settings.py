"""What the trainers of TRL have in common here: arguments like everybody's, one GPU, and no word to anybody."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import datasets
from transformers import TrainingArguments

from builders.errors import RunError

from .finetuning_config import FineTuningConfig
from .training_loop import GroupedByLength, training_arguments

Settings = TypeVar("Settings", bound=TrainingArguments)


def trl_settings(kind: type[Settings], config: FineTuningConfig, folder: Path, seed: int, **own: Any) -> Settings:
    """The arguments of one of TRL's trainers.

    Args:
        kind: Their class, such as `SFTConfig`.
        config: Hyperparameters.
        folder: Of the student.
        seed: Of the training.
        own: Arguments that only this trainer has.

    Raises:
        RunError: This process sees several GPUs.
    """
    with quiet():
        # trl's own default of gradient checkpointing saves memory, which small students have, for time
        settings = kind(**training_arguments(config, folder, seed), gradient_checkpointing=False, **own)
    if settings.n_gpu > 1:
        raise RunError("several GPUs stand open to one process, and trl uses one; set CUDA_VISIBLE_DEVICES=0")
    return settings


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings of names that will change one day, and no bars for the preparation of rows, which takes a moment."""
    datasets.disable_progress_bars()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


class TrlStudentTrainer(GroupedByLength):
    """What comes before one of TRL's trainers among the bases of ours."""

    def _send_telemetry(self) -> None:
        """Nothing: a training is nobody else's business."""
