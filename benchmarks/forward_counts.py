"""What a decoder-only model computes, whoever calls it: every position of every row, padding too."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class ForwardCounts:
    """Counts while `counted` watches a model.

    Args:
        prefill: Positions of prompts.
        decode: Positions after them: one a row and step.
        steps: Calls after those of the prompts.
        looked_at: Positions that the new ones could look at, over all rows and steps.
    """

    prefill: int = 0
    decode: int = 0
    steps: int = 0
    looked_at: int = 0

    def add(self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Takes note of a call: a forward pre-hook with keyword arguments."""
        rows, width = kwargs["input_ids"].shape
        cache = kwargs.get("past_key_values")
        past = 0 if cache is None else cache.get_seq_length()
        if past == 0:
            self.prefill += rows * width
            return
        self.decode += rows * width
        self.steps += 1
        self.looked_at += rows * (past + width)


@contextmanager
def counted(model: Any) -> Iterator[ForwardCounts]:
    """Counts what the model computes inside the block."""
    counts = ForwardCounts()
    hook = model.register_forward_pre_hook(counts.add, with_kwargs=True)
    try:
        yield counts
    finally:
        hook.remove()
