"""The diversity filter: of the pairs of a context that say the same, only the best are kept (paper, Algorithm 1)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from builders.critics.base import BorrowingConfig, Critic, Shared, Verdict
from builders.critics.entailment import EntailmentMemo
from builders.errors import ConfigError
from builders.pairs import Pair, by_context


@dataclass(frozen=True, kw_only=True)
class DiversityConfig(BorrowingConfig):
    """Which pairs say the same, and how many of them are kept.

    Args:
        tau_entail: Two pairs are joined when a source (or target) of one entails that of the other above this.
        pairs_per_component: Pairs kept of a connected component; 1 is the paper's Algorithm 1.
        model: An NLI classifier; by default the semantic equivalence filter's.
    """

    tau_entail: float = 0.75  # not stated in the paper: the semantic filter's threshold
    pairs_per_component: int = 1  # paper, Algorithm 1

    def __post_init__(self) -> None:
        if not 0.0 < self.tau_entail < 1.0:
            raise ConfigError(f"diversity.tau_entail must lie in (0, 1), got {self.tau_entail}")
        if self.pairs_per_component < 1:
            raise ConfigError(f"diversity.pairs_per_component must be at least 1, got {self.pairs_per_component}")

    def build(self, shared: Shared) -> "Diversity":
        """The critic."""
        same = shared.semantic is not None and (self.model is None or self.model in shared.semantic.models)
        # Of two summaries that say the same, only one side need entail the other's: nothing is hopeless there.
        hopeless = shared.hopeless if same and shared.semantic is not None and shared.semantic.symmetric else None
        return Diversity(self, shared.entailment(self.model), shared.both_orders, hopeless)


class Diversity(Critic):
    """Algorithm 1 over the pairs of each context.

    Args:
        config: Settings.
        entailment: Shared with the semantic equivalence filter.
        both_orders: Whether a pair (x, y) stands for (y, x) too, so that x may also be joined with another's y.
        hopeless: As in `Shared`; what it says of the same NLI model is not asked.
    """

    reasons = ("diversity",)

    def __init__(
        self,
        config: DiversityConfig,
        entailment: EntailmentMemo,
        both_orders: bool = False,
        hopeless: Callable[[str, list[str]], np.ndarray] | None = None,
    ) -> None:
        self._config = config
        self._entailment = entailment
        self._both_orders = both_orders
        self._hopeless = hopeless
        self._calls = 0

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order; pairs of one context need not stand side by side."""
        before = self._entailment.calls
        forward = self._entailment.probabilities([(pair.source, pair.target) for pair in pairs])
        backward = self._entailment.probabilities([(pair.target, pair.source) for pair in pairs])
        members = by_context(pairs)
        graphs = [PairGraph([pairs[i] for i in group], self._both_orders, self._hopeless) for group in members.values()]
        self._connect(graphs)
        self._calls += self._entailment.calls - before
        kept: set[int] = set()
        for group, graph in zip(members.values(), graphs, strict=True):
            # The best first; equal ones by id, so that the order of the rows does not matter.
            best = sorted(range(len(group)), key=lambda n: (-forward[group[n]] - backward[group[n]], graph.ids[n]))
            taken: dict[int, int] = {}
            for node in best:
                component = int(graph.components[node])
                taken[component] = taken.get(component, 0) + 1
                if taken[component] <= self._config.pairs_per_component:
                    kept.add(group[node])
        return [
            Verdict(
                None if i in kept else "diversity",
                {"entailment_forward": forward[i], "entailment_backward": backward[i]},
            )
            for i in range(len(pairs))
        ]

    def counts(self) -> dict[str, int]:
        """Its NLI calls, beside those of the semantic equivalence filter that it reuses."""
        return {"nli_calls_diversity": self._calls}

    def _connect(self, graphs: list["PairGraph"]) -> None:
        """Finds the components, asking the model in three waves that span all contexts.

        First nothing: what the semantic filter asked joins most pairs. Then one question for every two components.
        Then all that is left between components that are still apart. Pairs already joined are never asked about.
        """
        for graph in graphs:
            graph.fill(self._entailment, self._config.tau_entail)
        for select in (PairGraph.one_question_a_component_pair, PairGraph.open_questions):
            self._entailment.probabilities([question for graph in graphs for question in select(graph)])
            for graph in graphs:
                graph.fill(self._entailment, self._config.tau_entail)


class PairGraph:
    """The pairs of one context as nodes, and what is known of the entailment between their sentences.

    Args:
        pairs: The nodes.
        both_orders: As for `Diversity`.
        hopeless: As for `Diversity`.

    Attributes:
        ids: Of the pairs.
        components: The number of each pair's connected component, after `fill`.
    """

    def __init__(
        self,
        pairs: list[Pair],
        both_orders: bool,
        hopeless: Callable[[str, list[str]], np.ndarray] | None = None,
    ) -> None:
        self.ids = [pair.id for pair in pairs]
        self._sentences = list(dict.fromkeys(text for pair in pairs for text in (pair.source, pair.target)))
        place = {sentence: i for i, sentence in enumerate(self._sentences)}
        sources = np.array([place[pair.source] for pair in pairs])
        targets = np.array([place[pair.target] for pair in pairs])
        self._compared = [(sources, sources), (targets, targets)]
        if both_orders:
            self._compared += [(sources, targets), (targets, sources)]
        self._open = np.ones((len(pairs), len(pairs)), dtype=bool)
        if hopeless:
            without_match = hopeless(pairs[0].context_id, self._sentences)
            for a, b in self._compared:
                self._open &= ~without_match[np.ix_(a, b)]

    def fill(self, entailment: EntailmentMemo, tau_entail: float) -> None:
        """Takes in what is known and computes the components."""
        known = [[entailment.known(premise, other) for other in self._sentences] for premise in self._sentences]
        matrix = np.array(known, dtype=np.float64)  # None becomes NaN, which is above nothing
        self._unknown = np.isnan(matrix)
        entails = matrix > tau_entail
        edges = np.logical_or.reduce([entails[np.ix_(a, b)] for a, b in self._compared])
        _, self.components = connected_components(csr_array(edges), directed=False)

    def open_questions(self) -> list[tuple[str, str]]:
        """Every unknown entailment that could join two components."""
        return [(self._sentences[a], self._sentences[b]) for a, b in np.argwhere(self._needed())]

    def one_question_a_component_pair(self) -> list[tuple[str, str]]:
        """One unknown entailment for every two components."""
        chosen: dict[int, tuple[str, str]] = {}
        apart = self._apart()
        for nodes_a, nodes_b in self._compared:
            i, j = np.nonzero(apart & self._unknown[np.ix_(nodes_a, nodes_b)])
            a, b = self.components[i], self.components[j]
            two = np.minimum(a, b) * len(self.ids) + np.maximum(a, b)
            for code, first in zip(*np.unique(two, return_index=True), strict=True):
                question = (self._sentences[nodes_a[i[first]]], self._sentences[nodes_b[j[first]]])
                chosen.setdefault(int(code), question)
        return list(chosen.values())

    def _apart(self) -> np.ndarray:
        """Which two pairs are in different components, and not taken for such by the screen.

        Where a pair says what another does, each of its sentences entails each of the other's: so one word without a
        match, in any of those compared, is enough not to ask.
        """
        apart: np.ndarray = (self.components[:, None] != self.components[None, :]) & self._open
        return apart

    def _needed(self) -> np.ndarray:
        needed = np.zeros_like(self._unknown)
        apart = self._apart()
        for nodes_a, nodes_b in self._compared:
            i, j = np.nonzero(apart)
            needed[nodes_a[i], nodes_b[j]] = True
        return needed & self._unknown
