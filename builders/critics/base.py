"""What a critic is: it keeps a pair, or drops it for a named reason."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from builders.pairs import Pair


@dataclass(frozen=True, slots=True)
class Verdict:
    """A critic's word on one pair: `reason` is None when the pair is kept."""

    reason: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


class Critic(ABC):
    """One criterion of Section 3.2.

    Attributes:
        reasons: Every reason that this critic may give, in the order of the funnel.
        symmetric: Whether (x, y) and (y, x) always get the same verdict.
    """

    reasons: tuple[str, ...]
    symmetric: bool = True

    @abstractmethod
    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
