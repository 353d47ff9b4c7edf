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
    """Drops pairs that are not entailed; backward is asked only for what passed forward."""

    def __init__(self, config: SemanticEquivalenceConfig, entailment: EntailmentMemo) -> None:
        self._config = config
        self._entailment = entailment
        self.reasons = ("entailment_forward", *(["entailment_backward"] if config.symmetric else []))

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        least = self._config.min_entailment
        forward = self._entailment.probabilities([(pair.source, pair.target) for pair in pairs])
        passed = [i for i, p in enumerate(forward) if p >= least]
        backward: dict[int, float] = {}
        if self._config.symmetric:
            asked = [(pairs[i].target, pairs[i].source) for i in passed]
            backward = dict(zip(passed, self._entailment.probabilities(asked), strict=True))
        verdicts = []
        for i, p in enumerate(forward):
            scores = {"entailment_forward": p}
            reason = None if p >= least else "entailment_forward"
            if i in backward:
                scores["entailment_backward"] = backward[i]
                reason = None if backward[i] >= least else "entailment_backward"
            verdicts.append(Verdict(reason, scores))
        return verdicts
