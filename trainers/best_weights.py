"""Which evaluation of a training was the best, and its weights."""

from typing import Any

import torch
from transformers import TrainerCallback

from .finetuning_config import FineTuningConfig


class BestWeights(TrainerCallback):
    """Keeps a copy of the weights of the best evaluation, and ends a training that no longer gets better.

    What came before is read from the trainer's log, which a checkpoint holds.

    Attributes:
        weights: Trained weights by name, in the machine's memory; none before the first evaluation.
    """

    def __init__(self, config: FineTuningConfig) -> None:
        self.config = config
        self.weights: dict[str, torch.Tensor] = {}

    def on_evaluate(self, args: Any, state: Any, control: Any, model: Any, **kwargs: Any) -> None:
        """Looks at the newest figure."""
        figures = evaluations(state.log_history, self.config.metric)
        best = best_evaluation(figures, self.config.metric)
        if self.config.keep == "best" and best == len(figures) - 1:
            self.weights = {name: value.detach().cpu().clone() for name, value in _trained(model).items()}
        if self.config.patience is not None and len(figures) - 1 - best >= self.config.patience:
            control.should_training_stop = True

    def restore(self, model: Any) -> None:
        """Gives a model the weights that were kept."""
        with torch.no_grad():
            for name, value in _trained(model).items():
                value.copy_(self.weights[name])


def _trained(model: Any) -> dict[str, torch.Tensor]:
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def evaluations(log: list[dict[str, float]], metric: str) -> list[tuple[int, float]]:
    """The step and the figure of every evaluation in a trainer's log."""
    return [(int(entry["step"]), entry[f"eval_{metric}"]) for entry in log if f"eval_{metric}" in entry]


def best_evaluation(figures: list[tuple[int, float]], metric: str) -> int:
    """Which of the evaluations is the best; of equal ones the first."""
    sign = 1 if metric == "loss" else -1
    return min(range(len(figures)), key=lambda number: sign * figures[number][1])
