import numpy as np
import pytest
from scipy.stats import bootstrap, permutation_test

from metrics.ibleu.bleu_counts import bleu_counts, bleu_of_counts
from trainers.resampling import Scores, differences, intervals, mean_of

N = 400
RNG = np.random.default_rng(7)
FIRST = RNG.gamma(2.0, size=N)
SECOND = FIRST + RNG.normal(0.05, 0.5, size=N)


def test_the_interval_of_a_mean_is_that_of_the_percentile_bootstrap():
    found = intervals({"mean": mean_of(FIRST)})["mean"]
    expected = bootstrap((FIRST,), np.mean, n_resamples=20_000, method="percentile", rng=1)
    width = expected.confidence_interval.high - expected.confidence_interval.low
    assert found.low == pytest.approx(expected.confidence_interval.low, abs=0.06 * width)
    assert found.high == pytest.approx(expected.confidence_interval.high, abs=0.06 * width)
    assert found.standard_error == pytest.approx(expected.standard_error, rel=0.06)


def test_the_p_value_is_that_of_a_paired_permutation_test():
    found = differences({"mean": mean_of(FIRST)}, {"mean": mean_of(SECOND)})["mean"]
    statistic = lambda a, b: np.mean(a) - np.mean(b)  # noqa: E731
    expected = permutation_test((FIRST, SECOND), statistic, permutation_type="samples", n_resamples=20_000, rng=1)
    assert found.value == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, abs=0.02)
    assert 0.0 < found.p < 0.5


def test_pairing_narrows_the_interval_of_a_difference():
    paired = differences({"mean": mean_of(FIRST)}, {"mean": mean_of(SECOND)})["mean"]
    shuffled = differences({"mean": mean_of(FIRST)}, {"mean": mean_of(RNG.permutation(SECOND))})["mean"]
    assert paired.value == pytest.approx(shuffled.value)
    assert paired.high - paired.low < 0.5 * (shuffled.high - shuffled.low)


def test_a_system_does_not_differ_from_itself():
    [found] = differences({"mean": mean_of(FIRST)}, {"mean": mean_of(FIRST)}).values()
    assert (found.value, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_every_row_better_is_no_chance():
    [found] = differences({"share": mean_of([True] * 50)}, {"share": mean_of([False] * 50)}).values()
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert found.p == pytest.approx(1 / 10_001)


def test_a_figure_of_sums_is_redrawn_as_a_whole():
    references = ["profit rose at Acme today .", "it fell ."]
    rows = np.array([bleu_counts("profit rose at Acme .", [references[i % 2]]) for i in range(40)])
    scores = Scores(rows, lambda sums, n: bleu_of_counts(sums))
    found = intervals({"bleu": scores, "mean": mean_of(rows[:, 0])})["bleu"]
    assert found.low < scores.value < found.high
    assert found.standard_error > 0


def test_figures_of_fewer_rows_are_drawn_for_themselves():
    found = intervals({"all": mean_of(FIRST), "some": mean_of(FIRST[:100]), "others": mean_of(SECOND)})
    assert list(found) == ["all", "some", "others"]
    assert found["some"] == intervals({"some": mean_of(FIRST[:100])})["some"]


def test_the_same_seed_draws_the_same():
    scores = {"mean": mean_of(FIRST)}
    assert intervals(scores, 3) == intervals(scores, 3) != intervals(scores, 4)


def test_systems_on_different_rows_are_not_compared():
    with pytest.raises(ValueError, match="the same rows"):
        differences({"mean": mean_of(FIRST)}, {"mean": mean_of(FIRST[:9])})
