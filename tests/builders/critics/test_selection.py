import pytest

from builders.config import from_mapping
from builders.critics.base import Shared
from builders.critics.selection import SelectionConfig
from builders.critics.settings import CriticsConfig
from builders.errors import ConfigError
from builders.pairs import Pair

SOURCE = "Acme posted a profit on Monday."


def judged(by, *pairs):
    """The reason of each pair."""
    return [verdict.reason for verdict in SelectionConfig(by=by).build(Shared()).judge(list(pairs))]


def test_the_freest_target_of_a_source_is_kept():
    targets = ["On Monday, Acme posted a profit.", "Acme earned money on Monday.", "Acme posted a profit Monday."]
    assert judged("lowest_rouge_l", *(Pair(SOURCE, target) for target in targets)) == ["selection", None, "selection"]


def test_a_rouge_l_that_was_measured_counts():
    pairs = [Pair(SOURCE, "One.", scores={"rouge_l": 0.6}), Pair(SOURCE, SOURCE, scores={"rouge_l": 0.1})]
    assert judged("lowest_rouge_l", *pairs) == ["selection", None]


def test_the_surest_target_is_kept_by_both_directions():
    scores = [(0.99, 0.8), (0.9, 0.95), (0.8, 0.99)]
    pairs = [
        Pair(SOURCE, f"Target {i}.", scores={"entailment_forward": forward, "entailment_backward": backward})
        for i, (forward, backward) in enumerate(scores)
    ]
    assert judged("highest_entailment", *pairs) == ["selection", None, "selection"]


def test_every_source_of_every_context_keeps_one():
    pairs = [Pair(source, "A target.", context_id=context) for context in "ab" for source in (SOURCE, "Other.")]
    assert judged("lowest_rouge_l", *pairs) == [None] * 4


def test_of_equal_targets_the_same_one_is_kept_in_any_order():
    pairs = [Pair(SOURCE, f"Nothing alike {i}.") for i in range(5)]
    kept = [
        {pair.target for pair, reason in zip(order, judged("lowest_rouge_l", *order), strict=True) if not reason}
        for order in (pairs, pairs[::-1])
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 1


def test_entailment_cannot_be_compared_where_nothing_measures_it():
    critics = from_mapping(CriticsConfig, [{"rouge_l": {}}], "critics")
    with pytest.raises(ConfigError, match="needs semantic_equivalence before it"):
        critics.with_selection("highest_entailment")


def test_a_selection_stands_just_before_the_diversity_filter():
    critics = from_mapping(CriticsConfig, [{"semantic_equivalence": {"model": "x"}}, "diversity"], "critics")
    names = [next(iter(entry)) for entry in critics.with_selection("highest_entailment").to_value()]
    assert names == ["semantic_equivalence", "selection", "diversity"]
