"""The loop that trains the tiny models: a warmed-up and then annealed learning rate, averaged weights.

Muon (Jordan et al., 2024) moves the matrices of the layers and AdamW everything else. Next to AdamW alone it took a
language model of this size half the steps to learn who did what to whom. Matrix products run in bfloat16, which
halves the time on a processor that has it.
"""

import time
from collections.abc import Callable

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

WARMUP_STEPS = 100
MATRIX_RATE = 3.5  # Muon's learning rate for each unit of AdamW's


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
        learning_rate: The peak of AdamW's, reached after the warm-up; Muon's is `MATRIX_RATE` times that.
        anneal: The last fraction of the steps, over which the learning rate falls to zero.
        log: Takes a line every 200 steps.
    """
    layers = {module.weight for module in model.base_model.modules() if isinstance(module, nn.Linear | Conv1D)}
    layers -= {module.weight for module in model.modules() if isinstance(module, nn.Embedding)}  # tied to an output
    muon = torch.optim.Muon(
        [weight for weight in model.parameters() if weight in layers],
        weight_decay=0.01,
        adjust_lr_fn="match_rms_adamw",
    )
    adamw = torch.optim.AdamW(
        [weight for weight in model.parameters() if weight not in layers], betas=(0.9, 0.98), weight_decay=0.01
    )
    average, smoothed = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.995)), 0.0
    started = time.process_time()
    model.train()
    for step in range(steps):
        rate = learning_rate * min(1.0, (step + 1) / WARMUP_STEPS, (1 - step / steps) / anneal)
        adamw.param_groups[0]["lr"], muon.param_groups[0]["lr"] = rate, MATRIX_RATE * rate
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of_step(step)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adamw.step()
        muon.step()
        average.update_parameters(model)
        smoothed = loss.item() if step == 0 else 0.98 * smoothed + 0.02 * loss.item()
        if (step + 1) % 200 == 0 or step + 1 == steps:
            log(f"step {step + 1}/{steps} loss {smoothed:.4f} cpu {time.process_time() - started:.0f} s")
    return average.module.eval()


def padded(rows: list[list[int]], value: int) -> torch.Tensor:
    """Rows of different lengths as one tensor, padded on the right."""
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])
