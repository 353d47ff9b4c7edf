"""The semantic equivalence filter: entailment both ways, or forward only for summaries (paper, Section 3.2, App. C)."""

from dataclasses import dataclass
from typing import Any, Literal

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.critics.entailment import EntailmentMemo, check_nli_model
from builders.errors import ConfigError
from builders.models import model_identity
from builders.pairs import Pair


@dataclass(frozen=True, kw_only=True)
class SemanticEquivalenceConfig(CriticConfig):
    """When two sentences mean the same.

    Args:
        model: An NLI classifier.
        min_entailment: Least probability of entailment.
        direction: "both", or "forward" (the source entails the target) for summaries.
    """

    model: str = "alisawuffles/roberta-large-wanli"  # paper A.2
    min_entailment: float = 0.75  # paper A.2
    direction: Literal["both", "forward"] = "both"

    def __post_init__(self) -> None:
        if not 0.0 < self.min_entailment < 1.0:
            raise ConfigError(f"semantic_equivalence.min_entailment must lie in (0, 1), got {self.min_entailment}")

    @property
    def symmetric(self) -> bool:  # type: ignore[override]  # it depends on the direction
        """Whether entailment is asked both ways."""
        return self.direction == "both"

    @property
    def models(self) -> tuple[str, ...]:
        """The NLI model."""
        return (self.model,)

    def build(self, shared: Shared) -> "SemanticEquivalence":
        """The critic."""
        return SemanticEquivalence(self, shared.entailment(self.model))

    def identity(self) -> dict[str, Any]:
        """The settings, the model by its content."""
        return {**super().identity(), "model": model_identity(self.model)}

    def check(self) -> None:
        """Looks for the model's entailment label."""
        check_nli_model(self.model)


class SemanticEquivalence(Critic):
    """Drops pairs that are not entailed; the second direction is asked only for what passed the first."""

    def __init__(self, config: SemanticEquivalenceConfig, entailment: EntailmentMemo) -> None:
        self._config = config
        self._entailment = entailment
        self._calls = self._equivalent = 0
        self.reasons = ("entailment_forward", *(["entailment_backward"] if config.symmetric else []))

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        before = self._entailment.calls
        asked = [self._asked_first(pair) for pair in pairs]
        forward = self._entailment.probabilities(asked)
        passed = [direction for direction, p in zip(asked, forward, strict=True) if p >= self._config.min_entailment]
        if self._config.symmetric:
            self._entailment.probabilities([(hypothesis, premise) for premise, hypothesis in passed])
        verdicts = [self._verdict(pair) for pair in pairs]
        self._calls += self._entailment.calls - before
        self._equivalent += sum(verdict.reason is None for verdict in verdicts)
        return verdicts

    def counts(self) -> dict[str, int]:
        """How many pairs it found to be equivalent, and its NLI calls."""
        return {"equivalent": self._equivalent, "nli_calls_semantic_equivalence": self._calls}

    def _asked_first(self, pair: Pair) -> tuple[str, str]:
        """(premise, hypothesis), the same for both orders of a pair.

        A sentence that says more is seldom entailed by one that says less, and a no saves the other question.
        """
        if not self._config.symmetric:
            return pair.source, pair.target
        premise, hypothesis = sorted((pair.source, pair.target), key=lambda text: (len(text), text))
        return premise, hypothesis

    def _verdict(self, pair: Pair) -> Verdict:
        """By what is known of the pair; a direction that was not asked is one whose reverse failed."""
        known = {"entailment_forward": self._entailment.known(pair.source, pair.target)}
        if self._config.symmetric:
            known["entailment_backward"] = self._entailment.known(pair.target, pair.source)
        scores = {name: p for name, p in known.items() if p is not None}
        failed = [name for name, p in scores.items() if p < self._config.min_entailment]
        return Verdict(failed[0] if failed else None, scores)
