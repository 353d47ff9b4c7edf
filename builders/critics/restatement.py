"""The restatement critic of summaries: a target that its source follows from says as much, only in fewer words."""

from dataclasses import dataclass

from builders.critics.base import BorrowingConfig, Critic, Shared, Verdict
from builders.critics.entailment import EntailmentMemo
from builders.errors import ConfigError
from builders.pairs import Pair


@dataclass(frozen=True, kw_only=True)
class RestatementConfig(BorrowingConfig):
    """When a target leaves nothing out. Not in the paper, whose Appendix C asks only that it is shorter and entailed.

    Args:
        max_entailment: Greatest probability that the target entails the source.
        model: An NLI classifier; by default the semantic equivalence filter's.
    """

    symmetric = False

    max_entailment: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.max_entailment < 1.0:
            raise ConfigError(f"restatement.max_entailment must lie in (0, 1), got {self.max_entailment}")

    def build(self, shared: Shared) -> "Restatement":
        """The critic."""
        return Restatement(self.max_entailment, shared.entailment(self.model))


class Restatement(Critic):
    """Drops targets that entail their source."""

    reasons = ("restatement",)

    def __init__(self, max_entailment: float, entailment: EntailmentMemo) -> None:
        self._max, self._entailment = max_entailment, entailment

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        backward = self._entailment.probabilities([(pair.target, pair.source) for pair in pairs])
        return [Verdict("restatement" if p > self._max else None, {"restatement": p}) for p in backward]
