import time

import pytest

from benchmarks.timing import Comparison, measure


def comparison(ours, reference, check=lambda a, b: "agreed"):
    return Comparison(
        name="work",
        n="some",
        reference_name="the other way",
        ours=ours,
        reference=reference,
        count=lambda result: {"items": len(result)},
        check=check,
    )


def test_the_ways_take_turns_at_going_first_after_one_untimed_run_of_each():
    order = []
    measured = measure(comparison(lambda: order.append("a") or "x", lambda: order.append("b") or "x"), repeats=3)
    assert order == [*"ab", *"ab", *"ba", *"ab"]
    assert (measured.repeats, measured.agreement) == (3, "agreed")


def test_a_ratio_is_of_rates_and_not_of_seconds():
    def write(items):
        time.sleep(0.02)
        return [None] * items

    [rate] = measure(comparison(lambda: write(30), lambda: write(10)), repeats=3).rates
    assert rate.unit == "items/s"
    assert rate.lowest <= rate.ratio <= rate.highest
    assert 1.5 < rate.ratio < 6  # 3, with room for a busy machine


def test_results_that_must_agree_and_do_not_are_not_timed():
    def check(ours, reference):
        raise AssertionError("differ")

    runs = []
    with pytest.raises(AssertionError, match="differ"):
        measure(comparison(lambda: runs.append(1), lambda: runs.append(2), check), repeats=3)
    assert runs == [1, 2]
