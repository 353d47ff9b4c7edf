"""Axis steps and shapes of the report's charts."""

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model_cards.charts import funnel_bar, interval_bar, interval_chart, line_chart
from model_cards.plane import ticks

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(numbers, numbers)
@example(0.0, 5e-324)
@example(-5e-324, 5e-324)
@example(1.0, 1.0 + 1e-12)
@example(0.0, 7.97430437073153e-13)
def test_ticks_span_their_values_in_even_steps(a, b):
    low, high = sorted((a, b))
    marks = ticks(low, high, 5)
    steps = [second - first for first, second in itertools.pairwise(marks)]
    assert 2 <= len(marks) <= 12
    slack = 1e-6 * max(abs(low), abs(high), 1e-6)
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert max(steps) - min(steps) <= 1e-6 * max(abs(mark) for mark in marks)


def rectangles(chart, tone):
    return [part for part in ElementTree.fromstring(chart) if part.get("class") == tone]


def test_bar_lengths_are_shares_of_the_whole():
    chart = funnel_bar(30, 20, 100, "label")
    assert [part.get("width") for part in rectangles(chart, "kept")] == ["30.000%"]
    assert [(part.get("x"), part.get("width")) for part in rectangles(chart, "lost")] == [("30.000%", "20.000%")]


def test_few_of_many_are_still_seen():
    assert [part.get("width") for part in rectangles(funnel_bar(3, 0, 10**6, "label"), "kept")] == ["0.000%", "2"]
    assert [part.get("width") for part in rectangles(funnel_bar(0, 0, 10**6, "label"), "kept")] == ["0.000%"]


@pytest.mark.parametrize(("value", "width"), [(0.25, "25.00%"), (1.7, "100.00%"), (-3.0, "0.00%")])
def test_a_bar_stays_on_its_track(value, width):
    assert [
        part.get("width") for part in rectangles(interval_bar(value, None, 1.0, "student", "label"), "student")
    ] == [width]


def test_the_whisker_ends_with_the_interval_and_stays_on_the_track():
    whiskers = rectangles(interval_bar(0.5, (0.25, 1.25), 1.0, "student", "label"), "whisker")
    assert (whiskers[0].get("x1"), whiskers[0].get("x2")) == ("25.00%", "100.00%")
    assert rectangles(interval_bar(0.5, None, 1.0, "student", "label"), "whisker") == []


def test_a_curve_of_one_measurement_is_drawn_and_of_none_is_not():
    assert "<circle" in line_chart([("train", "loss", [(10, 1.5)])], "steps", "label")
    assert line_chart([("train", "loss", [])], "steps", "label") == ""


def test_intervals_are_drawn_around_their_means_and_stay_on_the_chart():
    series = [("critic", "T 0.7", [(1, 10.0, 2.0), (3, 12.0, None)]), ("oracle", "T 0.7", [(1, 19.0, 3.0)])]
    chart = ElementTree.fromstring(interval_chart(series, "sentences", [0, 10, 20], "label"))
    [own, other] = [part for part in chart if "whisker" in part.get("class", "")]
    heights = {part.find("title").text: float(part.get("cy")) for part in chart if part.tag == "circle"}
    high, low = float(own.get("y1")), float(own.get("y2"))
    assert (low + high) / 2 == pytest.approx(heights["T 0.7, sentences 1: 10"], abs=0.1)
    scale = heights["T 0.7, sentences 1: 10"] - heights["T 0.7, sentences 3: 12"]
    assert low - high == pytest.approx(2 * 1.96 * scale, abs=0.3)
    top = min(float(part.get("y1")) for part in chart if part.get("class") == "grid")
    assert float(other.get("y1")) == top
    assert float(own.get("x1")) < float(other.get("x1"))


def test_intervals_need_a_point():
    assert interval_chart([("critic", "T 0.7", [])], "sentences", [0, 1], "label") == ""
