"""What happens at the updates of a training: progress is shown, and evaluations and checkpoints are asked for."""

import math
from typing import Any

from transformers import TrainerCallback

from builders.errors import RunError
from builders.progress import track


class ShowProgress(TrainerCallback):
    """One bar or a few plain lines in place of the trainer's own reports."""

    def __init__(self, label: str) -> None:
        self.label = label

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Opens the bar, for the updates that are still to be made."""
        left = range(state.global_step, state.max_steps)
        self.steps = iter(track(left, len(left), self.label))
        next(self.steps, None)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Moves it by one update."""
        next(self.steps, None)


class Evaluate(TrainerCallback):
    """Evaluates `times` times at even distances, the last time at the end.

    The trainer's own `eval_steps` is a distance: most often it does not come out even, and "once" cannot be said.
    """

    def __init__(self, times: int) -> None:
        self.times = times

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Asks for it after those updates with which another of the `times` parts is done."""
        parts_done = [step * self.times // state.max_steps for step in (state.global_step - 1, state.global_step)]
        control.should_evaluate = parts_done[0] < parts_done[1]


class RefuseNoNumber(TrainerCallback):
    """Ends a training with the first loss that is no number, of the updates or of the validation pairs.

    Raises:
        RunError: There is one; the loss of the last updates, which no point of the curve shows, is among them.
    """

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **kwargs: Any) -> None:
        """Looks at what has just been logged; at the end the trainer logs the mean of all updates."""
        for name in ("loss", "eval_loss", "train_loss"):
            if not math.isfinite(logs.get(name, 0.0)):
                raise RunError(f"the training loss was no number at step {state.global_step}; lower learning_rate")


def curves(log: list[dict[str, float]]) -> list[dict[str, float]]:
    """The points in a trainer's log: `{"step", "loss"}`, `{"step", "eval_loss"}` and other figures of evaluations."""
    return [
        {"step": entry["step"], name: value}
        for entry in log
        for name, value in entry.items()
        if name in ("loss", "eval_loss", "eval_ibleu", "eval_rouge_l")
    ]
