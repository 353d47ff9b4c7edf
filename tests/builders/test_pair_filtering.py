import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from builders import pair_filtering
from builders.config import from_mapping
from builders.critics.settings import CriticsConfig, build_critics
from builders.filtering import filter_pairs
from builders.pair_filtering import filter_table
from builders.pair_tables import PairTable
from builders.pairs import Pair
from microworld.labelled_pairs import draw_pair

PARAPHRASE = [
    {"rouge_l": {"max": 0.75}},
    {"semantic_equivalence": {"model": "microworld:models/critic"}},
    {"diversity": {}},
]


def critics(entries=PARAPHRASE):
    return from_mapping(CriticsConfig, entries, "critics")


def table_of(pairs, contexts=None, **trees):
    contexts = contexts or [""] * len(pairs)
    rows = [
        {"row": i, "source": x, "target": y, "context": c, "source_tree": "", "target_tree": ""} | trees
        for i, ((x, y), c) in enumerate(zip(pairs, contexts, strict=True))
    ]
    return PairTable("mine", {"sha256": str(rows)}, lambda: iter(rows), lambda: pytest.fail("read by texts"))


@pytest.fixture(scope="module")
def pairs():
    rng = random.Random(3)
    drawn = [draw_pair(rng, "development") for _ in range(60)]
    return [(pair.premise, pair.hypothesis) for pair in drawn]


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(pair_filtering, "ROWS_PER_SHARD", 20)


def tables(filtered):
    return list(filtered.kept.read_rows()), list(filtered.dropped.read_rows())


def test_every_row_is_kept_or_dropped_for_the_reason_that_the_critics_give(pairs, tmp_path):
    kept, dropped = tables(filter_table(table_of(pairs), critics(), tmp_path))
    candidates = [Pair(x, y, context_id=x) for x, y in pairs]
    expected = filter_pairs(candidates, build_critics(critics()))
    assert [(row["source"], row["target"]) for row in kept] == [(pair.source, pair.target) for pair in expected.kept]
    assert Counter(row["reason"] for row in dropped) == +expected.dropped
    assert sorted(row["row"] for row in [*kept, *dropped]) == list(range(len(pairs)))
    assert kept
    assert kept[0]["entailment_forward"] >= 0.75
    assert all(set(json.loads(row["scores"])) >= {"rouge_l"} for row in dropped)


def test_the_funnel_adds_up_and_names_every_reason(pairs, tmp_path):
    counts = filter_table(table_of([*pairs, ("", "B."), ("A.", " ")]), critics(), tmp_path).counts()
    drops = {name: count for name, count in counts.items() if name.startswith("dropped:")}
    assert list(drops) == [
        "dropped:no_text",
        "dropped:rouge_l",
        "dropped:entailment_forward",
        "dropped:entailment_backward",
        "dropped:diversity",
    ]
    assert drops["dropped:no_text"] == 2
    assert counts["candidates"] == counts["kept"] + sum(drops.values()) == len(pairs) + 2


def test_summaries_are_judged_one_way(tmp_path):
    forward = {"model": "microworld:models/critic", "direction": "forward"}
    summary = [{"compression": {"max": 0.8}}, {"semantic_equivalence": forward}]
    long = "As confirmed by regulators, residents of Dallas endured a downpour on Monday, with the loss of 15 lives."
    short = "Residents of Dallas endured a downpour."
    kept, dropped = tables(filter_table(table_of([(long, short), (short, long)]), critics(summary), tmp_path))
    assert [row["row"] for row in kept] == [0]
    assert list(kept[0])[4:] == ["entailment_forward", "entailment_backward", "compression", "scores"]
    assert [row["reason"] for row in dropped] == ["compression"]


def test_a_killed_filter_goes_on_and_ends_with_the_same_bytes(pairs, tmp_path, small_shards, monkeypatch):
    whole = filter_table(table_of(pairs), critics(), tmp_path / "whole")
    work, done = pair_filtering._filter_shard, []

    def until_the_second(job, shard):
        if done:
            raise KeyboardInterrupt
        done.append(shard)
        work(job, shard)

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(pair_filtering, "_filter_shard", until_the_second)
        filter_table(table_of(pairs), critics(), tmp_path / "killed")
    first = (tmp_path / "killed/kept/shard-00000-of-00003.parquet").stat()
    again = filter_table(table_of(pairs), critics(), tmp_path / "killed")
    assert again.kept.shard_path(0).stat().st_mtime_ns == first.st_mtime_ns
    for a, b in ((whole.kept, again.kept), (whole.dropped, again.dropped)):
        assert [a.shard_path(i).read_bytes() for i in range(3)] == [b.shard_path(i).read_bytes() for i in range(3)]
    assert not (tmp_path / "killed/.rows").exists()


def test_a_finished_filter_reads_nothing_again(pairs, tmp_path):
    table = table_of(pairs)
    before = tables(filter_table(table, critics(), tmp_path))
    unread = replace(table, rows=lambda: pytest.fail("read again"))
    assert tables(filter_table(unread, critics(), tmp_path)) == before


def test_other_critics_or_rows_start_afresh(pairs, tmp_path, small_shards):
    only_words = critics([{"rouge_l": {"max": 0.5}}])
    filter_table(table_of(pairs), critics(), tmp_path)
    assert filter_table(table_of(pairs), only_words, tmp_path).counts()["dropped:rouge_l"] > 0
    filtered = filter_table(table_of(pairs[:10]), only_words, tmp_path)
    assert len(list((tmp_path / "kept").glob("*.parquet"))) == 1
    assert filtered.counts()["candidates"] == 10


def test_pairs_of_one_context_compete_and_those_of_others_do_not(tmp_path):
    entries = [{"semantic_equivalence": {"model": "microworld:models/critic"}}, {"diversity": {}}]
    said = "Halden Industrial launched a new phone in Boston."
    other = "It was Halden Industrial that launched a new phone in Boston."
    pairs = [(said, other), (other, said)]
    apart, _ = tables(filter_table(table_of(pairs), critics(entries), tmp_path / "apart"))
    together, dropped = tables(filter_table(table_of(pairs, ["one", "one"]), critics(entries), tmp_path / "together"))
    assert (len(apart), len(together)) == (2, 1)
    assert [row["reason"] for row in dropped] == ["diversity"]


def test_a_context_of_any_size_is_compared_in_bounded_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(pair_filtering, "ROWS_COMPARED", 2)
    entries = [{"semantic_equivalence": {"model": "microworld:models/critic"}}, {"diversity": {}}]
    said = "Halden Industrial launched a new phone in Boston."
    same = [(said, "It was Halden Industrial that launched a new phone in Boston.")] * 6
    kept, _ = tables(filter_table(table_of(same, ["one"] * 6), critics(entries), tmp_path))
    assert len(kept) == 3


def test_trees_of_the_table_come_with_the_pairs(tmp_path, monkeypatch):
    seen = []
    judge = pair_filtering.filter_pairs
    monkeypatch.setattr(pair_filtering, "filter_pairs", lambda pairs, found: seen.extend(pairs) or judge(pairs, found))
    filter_table(table_of([("A b.", "C d.")], source_tree="(S a)"), critics([{"rouge_l": {}}]), tmp_path)
    assert [(pair.source_tree, pair.target_tree) for pair in seen] == [("(S a)", "")]
