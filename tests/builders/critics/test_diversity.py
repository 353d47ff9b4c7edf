"""Algorithm 1 against a direct transcription of the paper over all pairs of pairs."""

import random

import networkx
import pytest

from builders.critics.diversity import Diversity, DiversityConfig
from builders.critics.entailment import EntailmentMemo
from builders.errors import ConfigError
from builders.pairs import Pair

TAU = 0.75


class Table(EntailmentMemo):
    """Given probabilities for every two sentences, and a note of which were asked."""

    def __init__(self, values):
        super().__init__("no model")
        self._values = values

    def probabilities(self, pairs):
        self._known.update({pair: self._values[pair] for pair in pairs if pair[0] != pair[1]})
        return [1.0 if a == b else self._values[a, b] for a, b in pairs]


def world(seed, sentences=8, likely=0.15):
    """Probabilities in which a few entailments hold, and some ordered pairs of distinct sentences."""
    rng = random.Random(seed)
    names = [f"sentence {i}" for i in range(sentences)]
    values = {(a, b): rng.uniform(0, 0.74) for a in names for b in names}
    values |= {two: rng.uniform(0.76, 1) for two in values if rng.random() < likely}
    chosen = rng.sample([(a, b) for a in names for b in names if a != b], 12)
    pairs = [Pair(a, b, context_id=rng.choice(["c1", "c2"])) for a, b in chosen]
    for pair in pairs:  # the semantic filter has passed them
        values[pair.source, pair.target] = rng.uniform(0.76, 1)
        values[pair.target, pair.source] = rng.uniform(0.76, 1)
    return pairs, values


def algorithm_1(pairs, values, keep=1):
    """The paper's Algorithm 1, literally; equal scores by id."""

    def entails(a, b):
        return a == b or values[a, b] > TAU

    kept = []
    for context in {pair.context_id for pair in pairs}:
        nodes = [pair for pair in pairs if pair.context_id == context]
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(nodes)))
        for i, first in enumerate(nodes):
            for j, second in enumerate(nodes):
                joined = entails(first.source, second.source) or entails(first.target, second.target)
                if i != j and joined:
                    graph.add_edge(i, j)
        for component in networkx.connected_components(graph):
            best = sorted(
                (nodes[i] for i in component),
                key=lambda p: (-values[p.source, p.target] - values[p.target, p.source], p.id),
            )
            kept += best[:keep]
    return kept


def ids(pairs):
    return {(pair.context_id, pair.id) for pair in pairs}


def judged(pairs, values, **settings):
    both_orders = settings.pop("both_orders", False)
    table = Table(values)
    verdicts = Diversity(DiversityConfig(tau_entail=TAU, **settings), table, both_orders).judge(pairs)
    assert {verdict.reason for verdict in verdicts} <= {None, "diversity"}
    return [pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.reason is None], table


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("keep", [1, 2])
def test_keeps_what_algorithm_1_keeps(seed, keep):
    pairs, values = world(seed)
    kept, _ = judged(pairs, values, pairs_per_component=keep)
    assert ids(kept) == ids(algorithm_1(pairs, values, keep))


@pytest.mark.parametrize("seed", range(40))
def test_one_order_stands_for_both(seed):
    pairs, values = world(seed)
    once = list({frozenset((pair.source, pair.target)): pair for pair in pairs}.values())
    both = [
        Pair(*texts, context_id=pair.context_id)
        for pair in once
        for texts in ((pair.source, pair.target), (pair.target, pair.source))
    ]
    kept, _ = judged(once, values, both_orders=True)
    expected = algorithm_1(both, values)
    assert sorted((p.context_id, *sorted((p.source, p.target))) for p in kept) == sorted(
        (p.context_id, *sorted((p.source, p.target))) for p in expected
    )


def test_the_order_of_rows_does_not_matter():
    pairs, values = world(3)
    assert ids(judged(pairs, values)[0]) == ids(judged(pairs[::-1], values)[0])


def test_pairs_already_joined_are_not_asked_about():
    # twenty paraphrases of one sentence, joined by their common source
    names = [f"sentence {i}" for i in range(21)]
    values = {(a, b): 0.9 for a in names for b in names}
    pairs = [Pair(names[0], name) for name in names[1:]]
    kept, table = judged(pairs, values)
    assert len(kept) == 1
    assert len(table._known) == 2 * len(pairs)  # the pairs' own scores and nothing else


def test_scores_go_with_the_verdict():
    pairs, values = world(1)
    [verdict, *_] = Diversity(DiversityConfig(), Table(values)).judge(pairs)
    first = pairs[0]
    assert verdict.scores == {
        "entailment_forward": values[first.source, first.target],
        "entailment_backward": values[first.target, first.source],
    }


def test_no_pairs_no_verdicts():
    assert Diversity(DiversityConfig(), Table({})).judge([]) == []


@pytest.mark.parametrize("settings", [{"tau_entail": 1.0}, {"pairs_per_component": 0}])
def test_values_out_of_range_are_named(settings):
    with pytest.raises(ConfigError, match=f"diversity.{next(iter(settings))} must"):
        DiversityConfig(**settings)
