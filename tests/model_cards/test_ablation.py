import json

import pytest
from scipy.stats import ttest_rel

from model_cards.ablation import ablation_rows, ablation_table, paired_difference, write_ablation_report


def seed_of(number, value, kept=(10, 30), stopped=None):
    figures = {"faithful_non_copy": value, "copy": 0.01, "rouge_l": 0.5}
    return {
        "seed": number,
        "figures": {name: {"value": found, "n": 100, "standard_error": 0.01} for name, found in figures.items()},
        "pairs": [{"kept": pairs, "precision": 0.9 if pairs == 10 else 0.5} for pairs in kept],
        "stopped": stopped,
    }


@pytest.fixture
def record():
    whole = [seed_of(0, 0.5), seed_of(1, 0.6), seed_of(2, 0.55)]
    less = [seed_of(0, 0.4), seed_of(1, 0.49), seed_of(2, 0.46)]
    alike = [seed_of(0, 0.6), seed_of(1, 0.5, stopped="round 2: nothing"), seed_of(2, 0.55)]
    rows = [("the whole method", True, whole), ("without <critics>", False, less), ("a variant", False, alike)]
    return {
        "name": "ablation",
        "command": "impossible run ablation",
        "version": "0.1.0",
        "seeds": [0, 1, 2],
        "benchmark": "microworld.benchmark:news",
        "split": "test",
        "rows": [{"title": title, "is_whole": is_whole, "seeds": seeds} for title, is_whole, seeds in rows],
    }


def test_a_difference_has_the_interval_of_a_paired_t_test():
    values, reference = [0.42, 0.47, 0.44, 0.5], [0.5, 0.49, 0.52, 0.53]
    found = paired_difference(values, reference)
    interval = ttest_rel(values, reference).confidence_interval(0.95)
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx((interval.low, interval.high))


def test_rows_say_what_their_intervals_allow(record):
    whole, less, alike = ablation_rows(record)
    assert whole.difference is None
    assert less.difference.verdict == "less"
    assert alike.difference.verdict == "not told apart"
    assert alike.difference.mean == pytest.approx(0.0)
    assert alike.stopped == 1


def test_pairs_of_all_rounds_count_and_their_precision_is_weighed(record):
    [row, *_] = ablation_rows(record)
    assert row.kept == 40
    assert row.precision == pytest.approx((10 * 0.9 + 30 * 0.5) / 40)


def test_the_table_has_every_row_with_its_spread(record):
    lines = ablation_table(record).splitlines()
    assert any(line.startswith("the whole method") and "55.0% ± 2.9" in line for line in lines)
    assert any(line.startswith("without <critics>") and "less" in line for line in lines)


def test_the_report_and_the_page_are_written_from_the_record(record, tmp_path):
    (tmp_path / "ablation.json").write_text(json.dumps(record))
    write_ablation_report(tmp_path)
    page, table = (tmp_path / "report.html").read_text(), (tmp_path / "ablation.md").read_text()
    assert "without &lt;critics&gt;" in page and "without <critics>" not in page  # noqa: PT018
    assert "a variant (stopped early in 1 of 3)" in table
    assert "They show that the machinery works" in table
