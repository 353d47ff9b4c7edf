"""What a critic is: it keeps a pair, or drops it for a named reason; and what a recipe says of one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from builders.config import to_mapping
from builders.critics.entailment import EntailmentMemo, check_nli_model
from builders.models import model_identity
from builders.pairs import Pair


@dataclass(frozen=True, slots=True)
class Verdict:
    """A critic's word on one pair: `reason` is None when the pair is kept."""

    reason: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


class Critic(ABC):
    """One criterion of a recipe's list. A critic of your own needs `judge` and nothing else.

    Attributes:
        reasons: The reasons that this critic may give, in the order of the funnel; one that is not named here is
            counted all the same when it occurs.
    """

    reasons: tuple[str, ...] = ()

    @abstractmethod
    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""

    def complete(self, pairs: list[Pair]) -> None:  # noqa: B027  (most critics have nothing to add)
        """Fills in the scores of pairs that every critic kept, where judging could do without them."""

    def counts(self) -> dict[str, int]:
        """What else this critic has counted since it was built, for the journal; names are its own."""
        return {}


@dataclass
class Shared:
    """What the critics of one list share while they judge the candidates of a shard.

    Args:
        both_orders: Whether each pair to be judged stands for its reverse too.
        semantic: The semantic equivalence filter's settings, if it is in the list.
        hopeless: Of the screen, if it is in the list: from a context's id and sentences to a square of truth values,
            True where a premise (row) need not be asked about a hypothesis (column).
        answers: What NLI models were asked before: by model, then by (premise, hypothesis).
    """

    both_orders: bool = False
    semantic: "CriticConfig | None" = None
    hopeless: Callable[[str, list[str]], np.ndarray] | None = None
    answers: Mapping[str, Mapping[tuple[str, str], float]] = field(default_factory=dict)
    _memos: dict[str, EntailmentMemo] = field(default_factory=dict)

    def entailment(self, model: str | None) -> EntailmentMemo:
        """The entailment probabilities of an NLI model, so that none is asked for twice.

        Args:
            model: None is the semantic equivalence filter's.
        """
        if model is None:
            assert self.semantic is not None  # `CriticsConfig` has seen to it
            [model] = self.semantic.models
        if model not in self._memos:
            self._memos[model] = EntailmentMemo(model, self.answers.get(model))
        return self._memos[model]


class CriticConfig(ABC):
    """The settings of a critic, a frozen dataclass.

    Attributes:
        symmetric: Whether (x, y) and (y, x) always get the same verdict.
    """

    symmetric: bool = True

    @abstractmethod
    def build(self, shared: Shared) -> Critic:
        """The critic itself, fresh for a shard."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models that the critic asks, as the recipe names them."""
        return ()

    def identity(self) -> dict[str, Any]:
        """What a fingerprint needs to know: the settings, and models, code and files by their content."""
        settings: dict[str, Any] = to_mapping(self)
        return settings

    def check(self) -> None:  # noqa: B027  (most settings name nothing that must be looked for)
        """Finds what would only be noticed when the critic is first asked.

        Raises:
            ConfigError: A setting that names something of another kind.
            RunError: A model, file or code that is not there.
        """


@dataclass(frozen=True, kw_only=True)
class BorrowingConfig(CriticConfig):
    """The settings of a critic that asks an NLI model: one of its own, or the semantic equivalence filter's.

    Args:
        model: Its own; None is the filter's.
    """

    model: str | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """The NLI model, if it is one of this critic's own."""
        return (self.model,) if self.model else ()

    def identity(self) -> dict[str, Any]:
        """The settings, a model of its own by its content."""
        return {**super().identity(), "model": model_identity(self.model) if self.model else None}

    def check(self) -> None:
        """Looks for the entailment label of a model of its own."""
        if self.model:
            check_nli_model(self.model)
