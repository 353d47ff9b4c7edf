"""The diversity filter is the paper's Algorithm 1, whatever entails what, and asks nothing that it need not know."""

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.critics.diversity import Diversity, DiversityConfig
from builders.critics.entailment import EntailmentMemo
from builders.critics.semantic_equivalence import SemanticEquivalence, SemanticEquivalenceConfig
from builders.pairs import Pair
from tests.builders.critics.random_tables import THRESHOLDS, in_place_of_the_model, tables

CASES = settings(max_examples=500, deadline=None)


def edges(nodes, entails):
    """The edges of Algorithm 1: any ordered i, j whose sources or targets entail one another."""
    return [
        (i, j)
        for i, one in enumerate(nodes)
        for j, other in enumerate(nodes)
        if i != j and (entails(one.source, other.source) or entails(one.target, other.target))
    ]


def components(nodes, entails):
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(nodes)))
    graph.add_edges_from(edges(nodes, entails))
    return list(networkx.connected_components(graph))


def reverse(pair):
    return Pair(pair.target, pair.source, context_id=pair.context_id)


def contexts_of(pairs):
    return [[pair for pair in pairs if pair.context_id == name] for name in {pair.context_id for pair in pairs}]


def places(pairs):
    return sorted((pair.context_id, pair.source, pair.target) for pair in pairs)


@st.composite
def worlds(draw, both_orders=False):
    """A table, and pairs of distinct sentences in one or two contexts; with `both_orders` each two sentences once."""
    table, rng = draw(tables())
    questions = [pair for pair in table.values if pair[0] < pair[1] or not both_orders]
    every = [Pair(*texts, context_id=context) for context in ("c1", "c2") for texts in questions]
    pairs = rng.sample(every, min(len(every), draw(st.integers(1, 9))))
    return table, [reverse(pair) if both_orders and rng.random() < 0.5 else pair for pair in pairs]


def judged(table, pairs, both_orders, **config):
    with in_place_of_the_model(table):
        critic = Diversity(DiversityConfig(**config), EntailmentMemo("table"), both_orders)
        verdicts = critic.judge(pairs)
    assert critic.counts() == {"nli_calls_diversity": len(table.asked)}
    return [pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.reason is None]


def score(table, pair):
    return table.entails(pair.source, pair.target) + table.entails(pair.target, pair.source)


@CASES
@given(worlds(), THRESHOLDS, st.integers(1, 3))
def test_of_ordered_pairs_it_keeps_what_algorithm_1_keeps(world, tau, keep):
    table, pairs = world
    expected = []
    for nodes in contexts_of(pairs):
        for component in components(nodes, lambda a, b: table.entails(a, b) > tau):
            best = sorted((nodes[i] for i in component), key=lambda pair: (-score(table, pair), pair.id))
            expected += best[:keep]
    kept = judged(table, pairs, both_orders=False, tau_entail=tau, pairs_per_component=keep)
    assert places(kept) == places(expected)


@CASES
@given(worlds(both_orders=True), THRESHOLDS, st.integers(1, 3))
def test_where_a_pair_stands_for_its_reverse_components_are_those_of_both_orders(world, tau, keep):
    table, pairs = world
    kept = judged(table, pairs, both_orders=True, tau_entail=tau, pairs_per_component=keep)
    for nodes in contexts_of(pairs):
        both = [*nodes, *map(reverse, nodes)]
        found = components(both, lambda a, b: table.entails(a, b) > tau)
        # The reverses of a component are in it or make a component of their own: the same pairs either way.
        for members in {frozenset(i % len(nodes) for i in component) for component in found}:
            scores = sorted((score(table, nodes[i]) for i in members), reverse=True)
            survivors = [score(table, nodes[i]) for i in members if any(nodes[i] is pair for pair in kept)]
            assert sorted(survivors, reverse=True) == scores[:keep]  # of equal ones any


def components_across(nodes, known, tau):
    """The components of pairs that stand for their reverses, by what is known."""
    both = [*nodes, *map(reverse, nodes)]
    merged = networkx.Graph()
    for component in components(both, lambda a, b: a == b or known.get((a, b), 0.0) > tau):
        networkx.add_path(merged, [i % len(nodes) for i in component])
    return list(networkx.connected_components(merged))


def own_questions(pairs):
    """A pair's own two directions, which are its score."""
    return {question for pair in pairs for question in ((pair.source, pair.target), (pair.target, pair.source))}


def check_questions(table, pairs, tau, found, compared):
    """No question twice, and none between nodes that what was known before had joined."""
    assert len(table.asked) == len(set(table.asked))
    assert own_questions(pairs) <= set(table.asked)
    known = {}
    for wave in table.waves:
        useful = own_questions(pairs)
        for nodes in contexts_of(pairs):
            groups = found(nodes, known, tau)
            of = {node: number for number, group in enumerate(groups) for node in group}
            apart = ((one, other) for i, one in enumerate(nodes) for j, other in enumerate(nodes) if of[i] != of[j])
            useful |= {question for two in apart for question in compared(*two)}
        assert set(wave) <= useful
        known |= {question: table.values[question] for question in wave}


@CASES
@given(worlds(), THRESHOLDS)
def test_of_ordered_pairs_nothing_is_asked_twice_nor_inside_a_component(world, tau):
    def found(nodes, known, tau):
        return components(nodes, lambda a, b: a == b or known.get((a, b), 0.0) > tau)

    def compared(one, other):
        return (one.source, other.source), (one.target, other.target)

    judged(*world, both_orders=False, tau_entail=tau)
    check_questions(*world, tau, found, compared)


@CASES
@given(worlds(both_orders=True), THRESHOLDS)
def test_nor_where_a_pair_stands_for_its_reverse(world, tau):
    def compared(one, other):
        return [(a, b) for a in (one.source, one.target) for b in (other.source, other.target)]

    judged(*world, both_orders=True, tau_entail=tau)
    check_questions(*world, tau, components_across, compared)


@CASES
@given(worlds(), THRESHOLDS, THRESHOLDS)
def test_what_the_semantic_filter_asked_is_not_asked_again(world, least, tau):
    table, pairs = world
    memo = EntailmentMemo("table")
    with in_place_of_the_model(table):
        semantic = SemanticEquivalence(SemanticEquivalenceConfig(model="table", min_entailment=least), memo)
        passed = [pair for pair, verdict in zip(pairs, semantic.judge(pairs), strict=True) if verdict.reason is None]
        diversity = Diversity(DiversityConfig(tau_entail=tau), memo)
        diversity.judge(passed)
    assert len(table.asked) == len(set(table.asked))
    calls = semantic.counts()["nli_calls_semantic_equivalence"] + diversity.counts()["nli_calls_diversity"]
    assert calls == len(table.asked)
