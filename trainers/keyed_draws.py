"""Draws of `generate` that depend on seed, text, sample and step alone, and not on the rest of the batch.

This file ships with every student as it stands and uses nothing of this project.
"""

import hashlib

import torch
from transformers import LogitsProcessor

# Most nuclei are smaller; sorting a large vocabulary whole is what drawing on a CPU would spend its time on.
_FIRST_LOOK = 64


class KeyedDraws(LogitsProcessor):
    """Leaves every row the one token on which its number falls, by inverse CDF over the sorted nucleus.

    `generate` then takes that token for the likeliest. The number 0 falls on the likeliest token itself, so that a row
    of zeros is a greedy one.

    Args:
        numbers: Tensor [rows, steps] in [0, 1).
        begun: How many tokens the rows hold before the first step.
        temperature: Above 0.
        top_p: The nucleus is the smallest set of likeliest tokens whose probabilities reach this sum.
    """

    def __init__(self, numbers: torch.Tensor, begun: int, temperature: float, top_p: float) -> None:
        self.numbers, self.begun, self.temperature, self.top_p = numbers, begun, temperature, top_p

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores [rows, vocabulary] with all but the drawn tokens at minus infinity."""
        probabilities = (scores.float() / self.temperature).softmax(dim=-1)
        masses, tokens = probabilities.topk(min(_FIRST_LOOK, probabilities.shape[-1]), dim=-1)
        if bool((masses.sum(dim=-1) < self.top_p).any()):
            masses, tokens = probabilities.sort(dim=-1, descending=True)
        reached = masses.cumsum(dim=-1)
        inside = reached - masses < self.top_p
        nucleus = (masses * inside).cumsum(dim=-1)
        aim = self.numbers[:, input_ids.shape[1] - self.begun, None] * nucleus[:, -1:]
        place = (nucleus <= aim).sum(dim=-1).minimum(inside.sum(dim=-1) - 1)  # rounding must not leave the nucleus
        return torch.full_like(scores, -torch.inf).scatter(1, tokens.gather(1, place[:, None]), 0.0)


def greedy_and_samples(seed: int, text: str, samples: int, steps: int) -> torch.Tensor:
    """Numbers for one greedy row and `samples` random ones, [1 + samples, steps]."""
    rows = [torch.zeros(steps)]
    for sample in range(samples):
        digest = hashlib.blake2b(f"{seed} {sample} {text}".encode(), digest_size=8).digest()
        own = torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)
        rows.append(torch.rand(steps, generator=own))
    return torch.stack(rows)
