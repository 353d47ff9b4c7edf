"""Both ways of each benchmark do the same work; how fast they are is not a test's business."""

import pytest

from benchmarks.critics_comparison import compare, form_ratios, summary, table
from benchmarks.critics_comparison import main as compare_critics
from benchmarks.large_critic import large_critic
from benchmarks.workload import usual_pool
from builders.critics.screen import ScreenConfig

TEACHER = "microworld:models/teacher-news"


@pytest.fixture(scope="module")
def pool():
    return usual_pool(TEACHER, 5, 8, "a test")


@pytest.fixture(scope="module")
def comparison(pool):
    return compare(pool, ScreenConfig(layer=3, threshold=0.4))


def test_the_paper_read_literally_keeps_the_same_pairs(comparison):
    assert comparison["same_survivors"]
    assert 0 < comparison["equivalent_share"] < 1
    assert comparison["ordered_pairs"] == comparison["ways"]["literal"]["calls"]["semantic equivalence"]


def test_another_threshold_of_ours_would_be_noticed(pool, monkeypatch):
    monkeypatch.setattr("benchmarks.paper_literal.MAX_ROUGE_L", 0.3)
    assert not compare(pool, ScreenConfig(layer=3, threshold=0.4))["same_survivors"]


def test_a_screen_that_lets_all_pass_loses_nothing_and_one_that_lets_none_pass_loses_all(pool):
    assert compare(pool, ScreenConfig(layer=3, threshold=-1.0))["screen_recall"] == 1.0
    closed = compare(pool, ScreenConfig(layer=0, threshold=1.0, audit=0.0))
    assert closed["screen_recall"] < 0.2  # equal words in another order match wholly at layer 0
    assert sum(closed["ways"]["screen"]["calls"].values()) < sum(closed["ways"]["exact"]["calls"].values())


def test_the_summary_has_a_figure_for_every_claim(comparison, pool):
    short = summary(comparison, comparison, form_ratios(pool))
    assert {
        "rouge_l_ratio",
        "ted_ratio",
        "nli_calls_share",
        "stage_ratio",
        "stage_ratio_screen",
        "stage_ratio_sparse_screen",
        "screen_recall",
        "padding_waste",
        "same_survivors",
    } <= short.keys()
    calls = comparison["ways"]["exact"]["calls"]
    assert short["nli_calls_share"] == calls["semantic equivalence"] / comparison["ordered_pairs"]
    assert "NLI calls a context" in table("a pool", comparison)


def test_a_critic_of_a_large_shape_is_timed_both_ways(pool, monkeypatch):
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    monkeypatch.setattr("benchmarks.large_critic.SHAPE", small)
    assert set(large_critic(pool, 6)) == {"large_pairs_per_second", "large_batching_ratio"}


def test_wrong_options_are_one_line(capsys):
    with pytest.raises(SystemExit):
        compare_critics(["--contexts", "none"])
    assert "invalid int value: 'none'" in capsys.readouterr().err
