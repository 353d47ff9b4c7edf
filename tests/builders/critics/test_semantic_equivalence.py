import random

import pytest

from builders.critics.entailment import EntailmentMemo
from builders.critics.semantic_equivalence import SemanticEquivalence, SemanticEquivalenceConfig
from builders.errors import ConfigError
from builders.pairs import Pair
from tests.builders import tiny_models


@pytest.fixture(scope="module")
def pairs():
    rng = random.Random(1)
    return [Pair(tiny_models.sentence(rng), tiny_models.sentence(rng)) for _ in range(60)]


def test_both_ways_and_the_reason_says_which_failed(critic, pairs):
    memo = EntailmentMemo(critic)
    config = SemanticEquivalenceConfig(model=critic, min_entailment=0.15)
    verdicts = SemanticEquivalence(config, memo).judge(pairs)
    assert {verdict.reason for verdict in verdicts} >= {None, "entailment_forward"}
    for pair, verdict in zip(pairs, verdicts, strict=True):
        forward = memo.known(pair.source, pair.target)
        backward = memo.known(pair.target, pair.source)
        if forward < 0.15:
            assert (verdict.reason, verdict.scores) == ("entailment_forward", {"entailment_forward": forward})
        else:
            assert verdict.reason == (None if backward >= 0.15 else "entailment_backward")
            assert verdict.scores == {"entailment_forward": forward, "entailment_backward": backward}


def test_backward_is_asked_only_of_what_passed(critic, pairs):
    memo = EntailmentMemo(critic)
    verdicts = SemanticEquivalence(SemanticEquivalenceConfig(model=critic, min_entailment=0.15), memo).judge(pairs)
    asked = {(pair.source, pair.target) for pair in pairs}
    passed = [pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.reason != "entailment_forward"]
    asked |= {(pair.target, pair.source) for pair in passed}
    assert set(memo._known) == {pair for pair in asked if pair[0] != pair[1]}


def test_a_summary_is_asked_forward_only(critic, pairs):
    config = SemanticEquivalenceConfig(model=critic, min_entailment=0.15, direction="forward")
    made = SemanticEquivalence(config, EntailmentMemo(critic))
    assert made.reasons == ("entailment_forward",)
    assert not config.symmetric
    assert all("entailment_backward" not in verdict.scores for verdict in made.judge(pairs))


def test_a_value_out_of_range_is_named():
    with pytest.raises(ConfigError, match="min_entailment must lie in"):
        SemanticEquivalenceConfig(min_entailment=1.5)
