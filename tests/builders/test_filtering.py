from collections import Counter

from builders.critics.compression import Compression, CompressionConfig
from builders.critics.dissimilarity import RougeL, RougeLConfig
from builders.filtering import filter_pairs, funnel
from builders.pairs import Pair


def test_each_critic_judges_what_the_ones_before_kept():
    pairs = [Pair("a b c d", "a b c d"), Pair("a b c d", "w x y z"), Pair("a b c d", "w x")]
    kept, dropped = filter_pairs(pairs, [RougeL(RougeLConfig()), Compression(CompressionConfig())])
    assert [pair.target for pair in kept] == ["w x"]
    assert dropped == Counter(rouge_l=1, compression=1)
    assert [pair.scores for pair in pairs] == [
        {"rouge_l": 1.0},
        {"rouge_l": 0.0, "compression": 1.0},
        {"rouge_l": 0.0, "compression": 0.5},
    ]


def test_a_reason_that_never_occurred_is_counted_as_none():
    _, dropped = filter_pairs([], [Compression(CompressionConfig()), RougeL(RougeLConfig())])
    assert list(dropped.items()) == [("compression", 0), ("rouge_l", 0)]


def test_the_funnel_reads_from_top_to_bottom():
    counts = funnel(1, 5, 20, Counter(rouge_l=3), 17)
    assert list(counts.items()) == [
        ("contexts", 1),
        ("sentences", 5),
        ("candidates", 20),
        ("dropped:rouge_l", 3),
        ("kept", 17),
    ]
