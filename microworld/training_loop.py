"""The loop that trains the tiny models: a warmed-up and then annealed learning rate, averaged weights.

Matrix products run in bfloat16, which halves the time on a processor that has it, and a batch holds rows of like
length, which leaves little of it to padding.
"""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

Example = TypeVar("Example")

WARMUP_STEPS = 100
POOL = 16  # batches drawn together and cut by length, so that little of a batch is padding


def fit(
    model: PreTrainedModel,
    loss_of_step: Callable[[int], torch.Tensor],
    *,
    steps: int,
    learning_rate: float,
    anneal: float,
    log: Callable[[str], None],
    muon_rate: float | None = None,
) -> PreTrainedModel:
    """Train a model and return the moving average of its weights.

    Args:
        model: Trained in place.
        loss_of_step: The loss of the batch that belongs to a step.
        steps: Optimizer steps.
        learning_rate: The peak of AdamW's, reached after the warm-up.
        anneal: The last fraction of the steps, over which the learning rate falls to zero.
        log: Takes a line every 200 steps.
        muon_rate: The peak of Muon's (Jordan et al., 2024), which then moves the matrices of the layers.
    """
    matrices = _matrices(model) if muon_rate else set()
    others = [weight for weight in model.parameters() if weight not in matrices]
    peaks: dict[torch.optim.Optimizer, float] = {
        torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.01, fused=True): learning_rate
    }
    if muon_rate:
        ordered = [weight for weight in model.parameters() if weight in matrices]
        peaks[torch.optim.Muon(ordered, weight_decay=0.01, adjust_lr_fn="match_rms_adamw")] = muon_rate
    average, smoothed = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.995)), 0.0
    started = time.process_time()
    model.train()
    for step in range(steps):
        share = min(1.0, (step + 1) / WARMUP_STEPS, (1 - step / steps) / anneal)
        for optimizer, peak in peaks.items():
            optimizer.param_groups[0]["lr"] = share * peak
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of_step(step)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in peaks:
            optimizer.step()
        average.update_parameters(model)
        smoothed = loss.item() if step == 0 else 0.98 * smoothed + 0.02 * loss.item()
        if (step + 1) % 200 == 0 or step + 1 == steps:
            log(f"step {step + 1}/{steps} loss {smoothed:.4f} cpu {time.process_time() - started:.0f} s")
    return average.module.eval()


def _matrices(model: PreTrainedModel) -> set[nn.Parameter]:
    """The weights of the layers, without those of an output layer that is tied to the embeddings."""
    layers = {module.weight for module in model.base_model.modules() if isinstance(module, nn.Linear | Conv1D)}
    return layers - {module.weight for module in model.modules() if isinstance(module, nn.Embedding)}


def batches_by_length(
    draw: Callable[[], Example], length: Callable[[Example], Any], size: int, rng: random.Random
) -> Iterator[list[Example]]:
    """Batches without end of examples as they are drawn, those of like length together.

    Args:
        draw: Makes an example.
        length: What examples are sorted by; words do, they need not be tokens.
        size: Examples in a batch.
        rng: Shuffles the batches of a pool.
    """
    while True:
        pool = sorted((draw() for _ in range(POOL * size)), key=length)
        batches = [pool[at : at + size] for at in range(0, len(pool), size)]
        rng.shuffle(batches)
        yield from batches


def words(text: str) -> int:
    """The length of a text in words."""
    return text.count(" ") + 1


def padded(rows: list[list[int]], value: int) -> torch.Tensor:
    """Rows of different lengths as one tensor, padded on the right."""
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])
