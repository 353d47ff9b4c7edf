"""The distribution of scores: every pair in one bar, on the side of the threshold that its critic puts it."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_cards.run_folder import CardError, read_run
from model_cards.score_tables import score_distributions
from model_cards.scores import Distribution, Scored, Threshold


def write_rejects(run, number, rows, fingerprint="same"):
    """Dropped pairs of a round as `--keep-rejects` leaves them."""
    pairs = run / f"pairs/round-{number}"
    for folder in (pairs, pairs / "rejects"):
        folder.mkdir(parents=True, exist_ok=True)
    (pairs / "stage.json").write_text('{"fingerprint": "same"}', encoding="utf-8")
    (pairs / "rejects/stage.json").write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")
    table = pa.table({"reason": [reason for reason, _ in rows], "scores": [json.dumps(scores) for _, scores in rows]})
    pq.write_table(table, pairs / "rejects/shard-00000-of-00001.parquet")


def distribution_of(run, name):
    [found] = [one for one in score_distributions(read_run(run)) if one.name == name]
    return found


def sides(found, side):
    """The bars of kept (0) or dropped (1) pairs by round."""
    return {number: both[side].bars(*found.ground) for number, *both in found.rounds if both[side]}


def test_every_pair_of_the_dataset_is_in_one_bar(run, figures):
    rounds = figures["dataset"]["splits"]
    for found in score_distributions(read_run(run)):
        bars = sides(found, 0)
        assert set(bars) == {0, 1}  # the rows alternate
        assert sum(map(sum, bars.values())) == sum(rounds.values())


@pytest.mark.parametrize(
    ("name", "threshold", "words"),
    [
        ("entailment_forward", Threshold(0.75, True), "kept from 0.75"),
        ("rouge_l", Threshold(0.75, False), "kept up to 0.75"),
        ("tree_edit_distance", Threshold(8, True), "kept from 8"),
    ],
)
def test_thresholds_are_those_of_the_recipe(run, name, threshold, words):
    found = distribution_of(run, name)
    assert found.threshold == threshold
    assert found.threshold.words == words


def test_summaries_need_only_follow_from_their_source(make_run, summary_figures, summary_recipe):
    found = {
        one.name: one.threshold for one in score_distributions(read_run(make_run(summary_figures, summary_recipe)))
    }
    assert found["entailment_backward"] is None
    assert found["compression"] == Threshold(0.8, False)


def test_a_dropped_pair_counts_for_the_scores_that_it_got(run):
    write_rejects(
        run, 0, [("rouge_l", {"rouge_l": 0.9}), ("entailment_forward", {"rouge_l": 0.2, "entailment_forward": 0.1})]
    )
    assert sum(sides(distribution_of(run, "rouge_l"), 1)[0]) == 2
    assert sum(sides(distribution_of(run, "entailment_forward"), 1)[0]) == 1
    assert sides(distribution_of(run, "tree_edit_distance"), 1) == {}


def test_pairs_that_were_dropped_under_other_settings_are_left_out(run):
    write_rejects(run, 0, [("rouge_l", {"rouge_l": 0.9})], fingerprint="another")
    assert sides(distribution_of(run, "rouge_l"), 1) == {}


def test_a_table_that_cannot_be_read_is_named(run):
    write_rejects(run, 0, [])
    broken = run / "pairs/round-0/rejects/shard-00000-of-00001.parquet"
    broken.write_bytes(b"half")
    with pytest.raises(CardError, match=r"rejects.shard-00000-of-00001\.parquet is no readable table"):
        score_distributions(read_run(run))


@given(
    st.dictionaries(st.integers(0, 999), st.integers(1, 9), min_size=1),
    st.one_of(st.none(), st.integers(0, 1000)),
    st.booleans(),
)
def test_no_bar_lies_on_both_sides_of_its_threshold_and_none_is_lost(steps, bound, is_least):
    scored = Scored(steps, 0.001, not is_least)
    found = Distribution("rouge_l", None if bound is None else Threshold(bound / 1000, is_least), ((0, scored, None),))
    start, width, number = found.ground
    bars = scored.bars(start, width, number)
    assert sum(bars) == scored.pairs
    assert len(bars) == number <= 52
    if bound is not None and bound % width == 0:
        below = sum(pairs for index, pairs in steps.items() if index < bound)
        assert sum(bars[: max(0, (bound - start) // width)]) == below
    low, high = found.ends
    assert low - 1e-9 <= scored.quantile(0) <= scored.quantile(0.5) <= scored.quantile(1) <= high + 1e-9


def test_a_score_on_its_threshold_lies_on_the_side_that_passes(run):
    path = next((run / "dimple").glob("*/train-*.parquet"))
    table = pq.read_table(path).to_pylist()
    for row, score in zip(table, [0.75, 0.7499, 0.7501], strict=False):
        row |= {"rouge_l": score, "entailment_forward": score}
    pq.write_table(pa.Table.from_pylist(table[:3]), path)
    for other in set((run / "dimple").glob("microworld_news/*.parquet")) - {path}:
        other.unlink()
    up_to, at_least = distribution_of(run, "rouge_l"), distribution_of(run, "entailment_forward")
    assert {step: n for _, kept, _ in up_to.rounds for step, n in kept.steps.items() if step >= 750} == {750: 1}
    assert {step: n for _, kept, _ in at_least.rounds for step, n in kept.steps.items() if step < 750} == {749: 1}
