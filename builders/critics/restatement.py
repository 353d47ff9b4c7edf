"""The restatement critic of summaries: a target that its source follows from says as much, only in fewer words."""

from dataclasses import dataclass
from typing import Any

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.critics.entailment import EntailmentMemo, check_nli_model
from builders.errors import ConfigError
from builders.models import model_identity
from builders.pairs import Pair


@dataclass(frozen=True, kw_only=True)
class RestatementConfig(CriticConfig):
    """When a target leaves nothing out. Not in the paper, whose Appendix C asks only that it is shorter and entailed.

    Args:
        max_entailment: Greatest probability that the target entails the source.
        model: An NLI classifier; by default the semantic equivalence filter's.
    """

    symmetric = False

    max_entailment: float = 0.5
    model: str | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.max_entailment < 1.0:
            raise ConfigError(f"restatement.max_entailment must lie in (0, 1), got {self.max_entailment}")

    @property
    def models(self) -> tuple[str, ...]:
        """The NLI model, if it is one of this critic's own."""
        return (self.model,) if self.model else ()

    def build(self, shared: Shared) -> "Restatement":
        """The critic."""
        return Restatement(self.max_entailment, shared.entailment(self.model))

    def identity(self) -> dict[str, Any]:
        """The settings, a model of its own by its content."""
        return {**super().identity(), "model": model_identity(self.model) if self.model else None}

    def check(self) -> None:
        """Looks for the entailment label of a model of its own."""
        if self.model:
            check_nli_model(self.model)


class Restatement(Critic):
    """Drops targets that entail their source."""

    reasons = ("restatement",)

    def __init__(self, max_entailment: float, entailment: EntailmentMemo) -> None:
        self._max, self._entailment = max_entailment, entailment

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        backward = self._entailment.probabilities([(pair.target, pair.source) for pair in pairs])
        return [Verdict("restatement" if p > self._max else None, {"restatement": p}) for p in backward]
