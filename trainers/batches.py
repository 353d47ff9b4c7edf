"""Pairs as token ids, and the order in which an epoch goes through them."""

import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

from torch.utils.data import Dataset, Sampler
from transformers import PreTrainedTokenizerBase

from builders.randomness import key

from .training_pairs import TextPair

BATCHES_SORTED_TOGETHER = 50  # enough for little padding, few enough to mix the pairs anew in every epoch
IGNORED = -100  # the label that no loss is taken on

Row = dict[str, list[int]]


def encode_pairs(tokenizer: PreTrainedTokenizerBase, pairs: Sequence[TextPair]) -> list[Row]:
    """Token ids of sources and targets; every target ends in the end-of-sequence token."""
    if not pairs:
        return []
    sources = tokenizer([source for source, _ in pairs], verbose=False)["input_ids"]
    targets = tokenizer(text_target=[target for _, target in pairs], verbose=False)["input_ids"]
    end = tokenizer.eos_token_id
    ended = [ids if ids and ids[-1] == end else [*ids, end] for ids in targets]
    return [{"input_ids": source, "labels": target} for source, target in zip(sources, ended, strict=True)]


class LengthGroupedBatches(Sampler[list[int]]):
    """An epoch's batches: rows of like length stand together, update by update, and the updates in random order.

    The trainer's own `group_by_length` goes from the longest to the shortest within 50 batches, a sawtooth in the loss.

    Args:
        lengths: Tokens of each row: of what is padded together, and of what is padded apart from it, 0 if nothing is.
        batch_size: Rows a batch, of all processes together.
        batches_an_update: Batches that make one update.
        seed: Of the order, together with the epoch: what came before an epoch does not change it.
        process: Which of the processes asks.
        processes: Each takes its part of every batch. One for which no row is left in an epoch's last batch takes the
            first by its number behind the last row, under which `Rows` has it without a loss.
    """

    def __init__(
        self,
        lengths: Sequence[tuple[int, int]],
        batch_size: int,
        batches_an_update: int = 1,
        seed: int = 0,
        process: int = 0,
        processes: int = 1,
    ) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.update = batch_size * batches_an_update
        self.seed = seed
        self.process, self.processes = process, processes
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch's order is wanted."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        order = self.order()
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            yield batch[self.process :: self.processes] or [len(self.lengths) + batch[0]]

    def order(self) -> list[int]:
        """The rows in the epoch's order."""
        rng = random.Random(key(self.seed, "epoch", self.epoch))
        order = rng.sample(range(len(self.lengths)), len(self.lengths))
        pool = self.update * BATCHES_SORTED_TOGETHER
        updates: list[list[int]] = []
        for start in range(0, len(order), pool):
            alike = self._alike(order[start : start + pool])
            updates += [alike[i : i + self.update] for i in range(0, len(alike), self.update)]
        rest = [updates.pop()] if len(updates[-1]) < self.update else []  # must stay last, or all after it would shift
        rng.shuffle(updates)
        return [index for update in updates + rest for index in update]

    def _alike(self, rows: list[int]) -> list[int]:
        """Rows in an order in which neighbours are alike in both lengths: by the first, then in parts by the second."""
        by_first = sorted(rows, key=lambda row: self.lengths[row])
        part = self.update * max(1, math.isqrt(len(rows) // self.update))
        parts = [by_first[i : i + part] for i in range(0, len(rows), part)]
        return [row for own in parts for row in sorted(own, key=lambda row: self.lengths[row][::-1])]


class Rows(Dataset[Row]):
    """Rows by number; behind the last they stand once more, without a loss."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> Row:
        if number < len(self.rows):
            return self.rows[number]
        row = self.rows[number - len(self.rows)]
        return row | {"labels": [IGNORED] * len(row["labels"])}
