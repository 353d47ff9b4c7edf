from collections import Counter

from builders.critics.compression import Compression, CompressionConfig
from builders.critics.dissimilarity import RougeL, RougeLConfig
from builders.filtering import filter_pairs
from builders.pairs import Pair


def test_each_critic_judges_what_the_ones_before_kept():
    pairs = [Pair("a b c d", "a b c d"), Pair("a b c d", "w x y z"), Pair("a b c d", "w x")]
    found = filter_pairs(pairs, [RougeL(RougeLConfig()), Compression(CompressionConfig())])
    assert [pair.target for pair in found.kept] == ["w x"]
    assert found.dropped == Counter(rouge_l=1, compression=1)
    assert [(pair.target, reason) for pair, reason in found.rejects] == [
        ("a b c d", "rouge_l"),
        ("w x y z", "compression"),
    ]
    assert [pair.scores for pair in pairs] == [
        {"rouge_l": 1.0},
        {"rouge_l": 0.0, "compression": 1.0},
        {"rouge_l": 0.0, "compression": 0.5},
    ]


def test_a_reason_that_never_occurred_is_counted_as_none():
    found = filter_pairs([], [Compression(CompressionConfig()), RougeL(RougeLConfig())])
    assert list(found.dropped.items()) == [("compression", 0), ("rouge_l", 0)]
