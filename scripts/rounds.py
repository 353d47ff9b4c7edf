"""How many rounds of self-distillation are worth their cost: they stop at the first that brings nothing."""

import math
from dataclasses import dataclass

from builders.journal import Stage


@dataclass(frozen=True)
class Rounds:
    """The rounds that a run has made.

    Args:
        made: The last round with pairs; all of them are in the dataset.
        trained: The last round whose pairs trained a student; 0 is the teacher's.
        stopped: Why no more were made; None where all that were asked for were.
    """

    made: int
    trained: int
    stopped: str | None = None


@dataclass(frozen=True)
class Yield:
    """How many of the sentences that a student was given have a rewriting which the critics kept."""

    answered: int
    sentences: int

    @property
    def share(self) -> float:
        """In [0, 1]; 0 without sentences."""
        return self.answered / self.sentences if self.sentences else 0.0

    @property
    def variance(self) -> float:
        """Of the share, binomial."""
        return self.share * (1 - self.share) / self.sentences if self.sentences else 0.0


def yield_of(pairs: Stage) -> Yield:
    """The yield of a finished round of self-distillation."""
    sources = {row["source"] for row in pairs.read_rows()}
    return Yield(len(sources), pairs.counts()["sentences"])


def brings_nothing(number: int, before: Yield | None, found: Yield) -> str | None:
    """Why a round is the last, if it is.

    A round's pairs show how good the student of the round before is, on sentences that nobody has seen: where its yield
    is lower than that of the student before it, by more than a standard error of the difference, the training between
    them has brought nothing, and the next would go on from there.

    Args:
        number: Of the round.
        before: The yield of the round of self-distillation before, if there was one.
        found: Its own.
    """
    if not found.answered:
        return f"round {number}: the critics kept none of the student's rewritings"
    if before is not None and before.share - found.share > math.sqrt(before.variance + found.variance):
        shares = f"{found.share:.1%} of its sentences have a pair, in the round before {before.share:.1%}"
        return f"round {number}: the student before it has not got better, {shares}"
    return None
