"""Pairs as token ids, and the order in which an epoch goes through them."""

import random
from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler
from transformers import PreTrainedTokenizerBase

from .training_pairs import TextPair

BATCHES_SORTED_TOGETHER = 50  # enough for little padding, few enough to mix the pairs anew in every epoch


def encode_pairs(
    tokenizer: PreTrainedTokenizerBase, pairs: Sequence[TextPair], max_length: int
) -> list[dict[str, list[int]]]:
    """Token ids of sources and targets, cut to `max_length`; every target ends in the end-of-sequence token."""
    if not pairs:
        return []
    sources = tokenizer([source for source, _ in pairs], truncation=True, max_length=max_length)["input_ids"]
    targets = tokenizer(text_target=[target for _, target in pairs], truncation=True, max_length=max_length)[
        "input_ids"
    ]
    end = tokenizer.eos_token_id
    ended = [ids if ids and ids[-1] == end else [*ids[: max_length - 1], end] for ids in targets]
    return [{"input_ids": source, "labels": target} for source, target in zip(sources, ended, strict=True)]


class LengthGroupedSampler(Sampler[int]):
    """Pairs of like length stand together, update by update, and the updates in random order.

    The trainer's own `group_by_length` goes from the longest to the shortest within 50 batches, a sawtooth in the loss.

    Args:
        lengths: Tokens of each pair.
        update: Pairs an update.
        seed: Of the order; every epoch continues the same stream.
    """

    def __init__(self, lengths: Sequence[int], update: int, seed: int) -> None:
        self.lengths = lengths
        self.update = update
        self.random = random.Random(seed)

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        order = self.random.sample(range(len(self.lengths)), len(self.lengths))
        pool = self.update * BATCHES_SORTED_TOGETHER
        updates: list[list[int]] = []
        for start in range(0, len(order), pool):
            alike = sorted(order[start : start + pool], key=self.lengths.__getitem__)
            updates += [alike[i : i + self.update] for i in range(0, len(alike), self.update)]
        rest = [updates.pop()] if len(updates[-1]) < self.update else []  # must stay last, or all after it would shift
        self.random.shuffle(updates)
        return (index for update in updates + rest for index in update)
