"""The loop that trains the tiny models: AdamW, a warmed-up and then annealed learning rate, averaged weights."""

import copy
import time
from collections.abc import Callable

import torch
from transformers import PreTrainedModel

WARMUP_STEPS = 100


def fit(
    model: PreTrainedModel,
    loss_of_step: Callable[[int], torch.Tensor],
    *,
    steps: int,
    learning_rate: float,
    anneal: float,
    log: Callable[[str], None],
) -> PreTrainedModel:
    """Train a model and return the moving average of its weights.

    Args:
        model: Trained in place.
        loss_of_step: The loss of the batch that belongs to a step.
        steps: Optimizer steps.
        learning_rate: The peak, reached after the warm-up.
        anneal: The last fraction of the steps, over which the learning rate falls to zero.
        log: Takes a line every 200 steps.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    average, smoothed = copy.deepcopy(model).eval(), 0.0
    started = time.process_time()
    model.train()
    for step in range(steps):
        rate = learning_rate * min(1.0, (step + 1) / WARMUP_STEPS, (1 - step / steps) / anneal)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of_step(step)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        _blend(average, model, decay=min(0.995, (step + 1) / (step + 10)))
        smoothed = loss.item() if step == 0 else 0.98 * smoothed + 0.02 * loss.item()
        if (step + 1) % 200 == 0 or step + 1 == steps:
            log(f"step {step + 1}/{steps} loss {smoothed:.4f} cpu {time.process_time() - started:.0f} s")
    return average


@torch.no_grad()
def _blend(average: PreTrainedModel, model: PreTrainedModel, decay: float) -> None:
    for kept, new in zip(average.parameters(), model.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)


def padded(rows: list[list[int]], value: int) -> torch.Tensor:
    """Rows of different lengths as one tensor, padded on the right."""
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])
