"""What a training saves on the way, so that one that was killed goes on and ends with the same weights.

A checkpoint is the stock trainer's: weights, optimizer, schedule, random states and log. They are files of this
machine's own making; even so the trainer reads them with `weights_only`, which runs no code that a file may hold.
"""

from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import distributed
from transformers import TrainerCallback

from builders.files import read_json, read_text, remove, write_json

from .best_weights import BestWeights

_BEST = "best.safetensors"
_WHOLE = "whole.json"  # written last: a checkpoint without it was cut short


def last_checkpoint(folder: Path, mark: str) -> Path | None:
    """The newest whole checkpoint of a training; what else lies in the folder is removed.

    Args:
        folder: Of its checkpoints; may be missing.
        mark: The training's fingerprint; a checkpoint of another one is of no use.
    """
    found = sorted(folder.glob("checkpoint-*"), key=_step)
    last = next((place for place in reversed(found) if _mark(place) == mark), None)
    for place in folder.iterdir() if folder.is_dir() else ():
        if place != last:
            remove(place)
    return last


def _step(place: Path) -> int:
    return int(place.name.rpartition("-")[2])


def _mark(place: Path) -> str | None:
    path = place / _WHOLE
    return read_json(read_text(path), str(path))["fingerprint"] if path.is_file() else None


def resume_best(best: BestWeights, checkpoint: Path) -> None:
    """Takes the best weights up to a checkpoint from it, if there were any."""
    if (checkpoint / _BEST).is_file():
        best.weights = load_file(checkpoint / _BEST)


class Checkpoints(TrainerCallback):
    """Saves everything `times` times at even distances, and keeps the last.

    It saves with the first point of the loss curve after a distance is done: a mean over updates on both sides of a
    checkpoint would be lost with a killed process.

    Args:
        times: How often.
        mark: The training's fingerprint.
        best: Whose weights belong to a checkpoint as well.
    """

    def __init__(self, times: int, mark: str, best: BestWeights) -> None:
        self.times, self.mark, self.best = times, mark, best

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Asks for a checkpoint; none is due at the end."""
        steps = (max(0, state.global_step - state.logging_steps), state.global_step)
        parts_done = [step * (self.times + 1) // state.max_steps for step in steps]
        control.should_save = control.should_log and parts_done[0] < parts_done[1] and steps[1] < state.max_steps

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Makes the checkpoint whole and removes the one before it."""
        if distributed.is_initialized():
            distributed.barrier()  # every process saves its own random state
        if not state.is_world_process_zero:
            return
        folder = Path(args.output_dir)
        checkpoint = folder / f"checkpoint-{state.global_step}"
        if self.best.weights:
            save_file(self.best.weights, checkpoint / _BEST)
        write_json(checkpoint / _WHOLE, {"fingerprint": self.mark})
        last_checkpoint(folder, self.mark)
