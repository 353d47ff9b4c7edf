"""Batches of rows of like length whose padded size stays within a budget of tokens."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from builders.errors import is_out_of_memory

# Constants, by device: a batch's composition shows in the last bits of its scores. A CPU is fastest with batches that
# fit its cache, a GPU wants to be filled.
_TOKENS_PER_BATCH = {"cpu": 1024, "cuda": 16384}
_LEAST_TOKENS = 64

Result = TypeVar("Result")


class TokenBudget:
    """How many tokens, padding included, a batch may have; halved when memory runs out, for the rest of the process.

    Attributes:
        halvings: How often that happened.
    """

    halvings: int = 0

    def tokens(self, device: str) -> int:
        """The budget on a kind of device, such as "cuda"."""
        return max(_LEAST_TOKENS, _TOKENS_PER_BATCH[device] >> self.halvings)

    def halve(self, device: str) -> bool:
        """Halves the budget; returns False where it is as small as it gets."""
        if self.tokens(device) == _LEAST_TOKENS:
            return False
        self.halvings += 1
        return True

    def counts(self) -> dict[str, int]:
        """How often it was halved, for a journal; nothing where it never was."""
        return {"halved_batches": self.halvings} if self.halvings else {}


BUDGET = TokenBudget()  # of this process


def within_memory(work: Callable[[], Result]) -> Result:
    """What `work` gives, done again from its start with half the tokens a batch whenever memory runs out.

    From its start, so that no part of a result comes from batches of another make-up than the rest.

    Raises:
        RuntimeError: Memory runs out even with the smallest budget, or what `work` itself raises.
    """
    from torch import cuda  # slow to import

    device = "cuda" if cuda.is_available() else "cpu"
    while True:
        try:
            return work()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not BUDGET.halve(device):
                raise
        cuda.empty_cache()  # only here: the error holds the frames that hold the tensors


def token_batches(rows: Sequence[int], lengths: Sequence[int], device: str) -> Iterator[list[int]]:
    """Cuts rows, shortest first, into batches within the budget; a row that is longer is a batch of its own.

    Args:
        rows: Indices into `lengths`.
        lengths: In tokens.
        device: The kind of device that the model is on.
    """
    batch: list[int] = []
    for row in sorted(rows, key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > BUDGET.tokens(device):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
