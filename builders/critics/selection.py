"""One target a source: of those that the critics before it accept, the freest or the surest one."""

from dataclasses import dataclass
from typing import Literal

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.pairs import Pair
from metrics.rouge_l.overlap import rouge_l

SelectBy = Literal["lowest_rouge_l", "highest_entailment"]
_ENTAILMENT = ("entailment_forward", "entailment_backward")


@dataclass(frozen=True, kw_only=True)
class SelectionConfig(CriticConfig):
    """Which target of a source is kept.

    Args:
        by: "lowest_rouge_l" to the source, or "highest_entailment", the sum of the probabilities that the semantic
            equivalence filter has found.
    """

    symmetric = False

    by: SelectBy = "lowest_rouge_l"  # the authors' released code, of a student's candidates

    def build(self, shared: Shared) -> "Selection":
        """The critic."""
        return Selection(self.by)


class Selection(Critic):
    """Drops all targets of a source but the best; equally good ones are told apart by their id."""

    reasons = ("selection",)

    def __init__(self, by: SelectBy) -> None:
        self._cost = _rouge_l if by == "lowest_rouge_l" else _doubt

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order; the targets of a source need not stand side by side."""
        best: dict[tuple[str, str], tuple[float, str]] = {}
        ranks = [(self._cost(pair), pair.id) for pair in pairs]
        for pair, rank in zip(pairs, ranks, strict=True):
            place = (pair.context_id, pair.source)
            best[place] = min(best.get(place, rank), rank)
        return [
            Verdict(None if best[pair.context_id, pair.source] == rank else "selection")
            for pair, rank in zip(pairs, ranks, strict=True)
        ]


def _rouge_l(pair: Pair) -> float:
    known = pair.scores.get("rouge_l")
    return rouge_l(pair.source, pair.target) if known is None else known


def _doubt(pair: Pair) -> float:
    return -sum(pair.scores[name] for name in _ENTAILMENT if name in pair.scores)
