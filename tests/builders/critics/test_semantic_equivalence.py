import random

import pytest

from builders.critics.entailment import EntailmentMemo, EntailmentModel
from builders.critics.semantic_equivalence import SemanticEquivalence, SemanticEquivalenceConfig
from builders.errors import ConfigError
from builders.pairs import Pair
from tests.builders import tiny_models


@pytest.fixture(scope="module")
def pairs():
    rng = random.Random(1)
    drawn = [Pair(tiny_models.sentence(rng), tiny_models.sentence(rng)) for _ in range(60)]
    return [pair for pair in drawn if pair.source != pair.target]  # a sentence entails itself unasked


def test_both_ways_and_the_reason_says_which_failed(critic, pairs):
    memo = EntailmentMemo(critic)
    config = SemanticEquivalenceConfig(model=critic, min_entailment=0.15)
    verdicts = SemanticEquivalence(config, memo).judge(pairs)
    assert {verdict.reason for verdict in verdicts} == {None, "entailment_forward", "entailment_backward"}
    truth = EntailmentModel(critic)
    forward = truth.probabilities([(pair.source, pair.target) for pair in pairs])
    backward = truth.probabilities([(pair.target, pair.source) for pair in pairs])
    for verdict, *exact in zip(verdicts, forward, backward, strict=True):
        assert (verdict.reason is None) == (min(exact) >= 0.15)
        both = dict(zip(("entailment_forward", "entailment_backward"), exact, strict=True))
        assert verdict.scores == {name: pytest.approx(both[name], abs=1e-5) for name in verdict.scores}
        if verdict.reason:
            assert both[verdict.reason] < 0.15


def test_the_longer_sentence_is_the_first_hypothesis_and_the_reverse_is_asked_only_of_what_passed(critic, pairs):
    memo = EntailmentMemo(critic)
    made = SemanticEquivalence(SemanticEquivalenceConfig(model=critic, min_entailment=0.15), memo)
    made.judge([*pairs, *(Pair(pair.target, pair.source) for pair in pairs)])
    first = {tuple(sorted((pair.source, pair.target), key=lambda text: (len(text), text))) for pair in pairs}
    passed = {pair for pair in first if memo.known(*pair) >= 0.15}
    assert set(memo._known) == first | {(longer, shorter) for shorter, longer in passed}
    assert made.counts() == {
        "equivalent": 2 * sum(memo.known(longer, shorter) >= 0.15 for shorter, longer in passed),
        "nli_calls_semantic_equivalence": len(memo._known),
    }


def test_a_summary_is_asked_forward_only(critic, pairs):
    config = SemanticEquivalenceConfig(model=critic, min_entailment=0.15, direction="forward")
    made = SemanticEquivalence(config, EntailmentMemo(critic))
    assert made.reasons == ("entailment_forward",)
    assert not config.symmetric
    assert all("entailment_backward" not in verdict.scores for verdict in made.judge(pairs))


def test_a_value_out_of_range_is_named():
    with pytest.raises(ConfigError, match="min_entailment must lie in"):
        SemanticEquivalenceConfig(min_entailment=1.5)
