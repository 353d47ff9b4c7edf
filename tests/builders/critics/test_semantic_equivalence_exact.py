"""The semantic equivalence filter is the paper's min(p, p') >= threshold, whatever entails what."""

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.critics.entailment import EntailmentMemo
from builders.critics.semantic_equivalence import SemanticEquivalence, SemanticEquivalenceConfig
from builders.pairs import Pair, enumerate_pairs, enumerate_unordered_pairs
from tests.builders.critics.random_tables import SENTENCES, THRESHOLDS, in_place_of_the_model, tables

CASES = settings(max_examples=500, deadline=None)
ROW = {"context": "c", "context_id": "c", "passage_id": "p", "domain": "news"}


@st.composite
def lists(draw):
    """Any pairs, also of one sentence, in both orders, and repeated; or all of a context's, in either way."""
    table, rng = draw(tables())
    names = [name for name in SENTENCES if any(name in question for question in table.values)]
    enumerate_row = draw(st.sampled_from([None, enumerate_pairs, enumerate_unordered_pairs]))
    if enumerate_row:
        return table, list(enumerate_row(ROW | {"sentences": rng.sample(names, len(names))}))
    return table, [Pair(*rng.choices(names, k=2)) for _ in range(draw(st.integers(0, 20)))]


def judged(table, pairs, **config):
    with in_place_of_the_model(table):
        critic = SemanticEquivalence(SemanticEquivalenceConfig(model="table", **config), EntailmentMemo("table"))
        verdicts = critic.judge(pairs)
    kept = sum(verdict.reason is None for verdict in verdicts)
    assert critic.counts() == {"equivalent": kept, "nli_calls_semantic_equivalence": len(table.asked)}
    return verdicts


@CASES
@given(lists(), THRESHOLDS)
def test_both_directions_decide(drawn, least):
    table, pairs = drawn
    for pair, verdict in zip(pairs, judged(table, pairs, min_entailment=least), strict=True):
        both = {
            "entailment_forward": table.entails(pair.source, pair.target),
            "entailment_backward": table.entails(pair.target, pair.source),
        }
        assert (verdict.reason is None) == (min(both.values()) >= least)
        assert verdict.reason is None or both[verdict.reason] < least
        assert verdict.scores == {name: both[name] for name in verdict.scores}
        assert verdict.reason is not None or verdict.scores.keys() == both.keys()


@CASES
@given(lists(), THRESHOLDS)
def test_the_forward_direction_alone_decides_of_summaries(drawn, least):
    table, pairs = drawn
    for pair, verdict in zip(pairs, judged(table, pairs, min_entailment=least, direction="forward"), strict=True):
        forward = table.entails(pair.source, pair.target)
        assert (verdict.reason is None) == (forward >= least)
        assert verdict.scores == {"entailment_forward": forward}
    assert set(table.asked) <= {(pair.source, pair.target) for pair in pairs}


@CASES
@given(lists(), THRESHOLDS)
def test_an_ordered_pair_is_asked_at_most_once_and_its_reverse_only_after_a_yes(drawn, least):
    table, pairs = drawn
    judged(table, pairs, min_entailment=least)
    asked = table.asked
    assert len(asked) == len(set(asked))
    assert all(premise != hypothesis for premise, hypothesis in asked)
    order = {question: place for place, question in enumerate(asked)}
    for premise, hypothesis in asked:
        before = order.get((hypothesis, premise), len(asked))
        if before < order[premise, hypothesis]:
            assert table.values[hypothesis, premise] >= least
