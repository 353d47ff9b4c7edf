"""What one training is made of, as it is handed to the process or processes that carry it out."""

from dataclasses import dataclass
from pathlib import Path

from .finetuning_config import FineTuningConfig
from .training_pairs import TextPair


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """A training.

    Args:
        base: The model to start from.
        pairs: (source, target).
        validation: Pairs to evaluate on; may be empty.
        plain_sources: The sources of the validation pairs, without a signal that leads the student.
        config: Hyperparameters.
        seed: Of everything random.
        label: For progress and messages.
        mark: The fingerprint of all that decides the weights.
        checkpoints: The folder for what is saved on the way.
        new_tokens: Texts that the student shall read as one token each.
    """

    base: str
    pairs: list[TextPair]
    validation: list[TextPair]
    plain_sources: list[str]
    config: FineTuningConfig
    seed: int
    label: str
    mark: str
    checkpoints: Path
    new_tokens: tuple[str, ...] = ()
