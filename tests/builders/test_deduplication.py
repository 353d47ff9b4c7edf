import os
import random
import signal
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import pytest

from builders import duplicates_state
from builders.assembly import assemble
from builders.deduplication import DeduplicationConfig, deduplication_stage
from builders.dimple import Dimple
from builders.errors import ConfigError, RunError
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA
from tests.builders.corpus_of_near_duplicates import corpus, write_rounds
from tests.builders.test_assembly import row, table

PROGRAM = Path(__file__).with_name("corpus_of_near_duplicates.py")


def words(text):
    return "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()


def runs(pair, length):
    """The word runs of a pair, in the plainest way."""
    sides = [words(pair["source"]), words(pair["target"])]
    found = {tuple(side[i : i + length]) for side in sides for i in range(len(side)) if i + length <= len(side)}
    return found | {tuple(side) for side in sides if len(side) < length}


def similarity(a, b):
    return len(a & b) / len(a | b)


def brute_force(rows, config):
    """Every pair against every kept one before it: {dropped id: (kept id, similarity)}."""
    first = {}
    for each in rows:
        known = first.get(each["id"])
        if known is None or (each["context_id"], each["round"]) < (known["context_id"], known["round"]):
            first[each["id"]] = each
    kept, dropped = [], {}
    for each in sorted(first.values(), key=lambda each: (each["round"], each["context_id"], each["id"])):
        own = runs(each, config.ngram)
        alike = ((id_, similarity(own, other)) for id_, other in kept)
        near = next(((id_, value) for id_, value in alike if value >= config.threshold), None)
        if near:
            dropped[each["id"]] = near
        else:
            kept.append((each["id"], own))
    return dropped


def found(rounds, folder, config=None):
    return list(deduplication_stage(rounds, config or DeduplicationConfig(), folder).read_rows())


def one_round(folder, rows, shards=1, mark="abc"):
    stage = Stage(folder, mark, shards).open()
    for shard in range(shards):
        stage.write_shard(shard, rows[shard::shards], DIMPLE_SCHEMA, {})
    return stage


@pytest.mark.parametrize(
    "config",
    [
        DeduplicationConfig(),
        DeduplicationConfig(threshold=0.5, ngram=2, permutations=256),
        DeduplicationConfig(threshold=1.0, seed=3),
    ],
)
def test_what_is_dropped_is_what_comparing_all_with_all_drops(tmp_path, config):
    rows = corpus(500)
    made = found(write_rounds(tmp_path, rows), tmp_path / "deduplication", config)
    expected = brute_force(rows, config)
    assert len(expected) > 5
    assert {each["id"]: (each["kept_id"], each["similarity"]) for each in made} == expected


def test_no_two_kept_pairs_are_alike(tmp_path):
    rows = corpus(300)
    dropped = {each["id"] for each in found(write_rounds(tmp_path, rows), tmp_path / "deduplication")}
    kept = {each["id"]: runs(each, 3) for each in rows if each["id"] not in dropped}
    assert max(similarity(*two) for two in combinations(kept.values(), 2)) < 0.8


def test_order_and_shards_do_not_matter(tmp_path):
    rows = corpus(400)
    expected = found(write_rounds(tmp_path / "a", rows), tmp_path / "a/deduplication")
    assert expected
    shuffled = random.Random(1).sample(rows, len(rows))
    assert found(write_rounds(tmp_path / "b", shuffled, shards=5), tmp_path / "b/deduplication") == expected


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("the COUNCIL approved the budget on monday", "duplicate"),
        ("The council approved,  the budget, on Monday!", "duplicate"),
        ("The council has approved the budget on Monday.", None),
        ("A vote was held.", None),
    ],
)
def test_a_duplicate_is_one_but_for_case_punctuation_and_white_space(tmp_path, target, reason):
    first = row("Lawmakers met.", "The council approved the budget on Monday.", "p", "c1")
    second = row("Lawmakers met.", target, "p", "c2")
    made = found([one_round(tmp_path / "round-0", [second, first])], tmp_path / "deduplication")
    assert [(each["id"], each["kept_id"], each["reason"]) for each in made] == (
        [(second["id"], first["id"], reason)] if reason else []
    )


def test_a_pair_in_the_other_order_is_a_near_duplicate(tmp_path):
    rows = [row("Profit rose on Monday.", "There was a rise.", "p", "c1")]
    rows.append(row(rows[0]["target"], rows[0]["source"], "p", "c2"))
    [made] = found([one_round(tmp_path / "round-0", rows)], tmp_path / "deduplication")
    assert (made["id"], made["reason"], made["similarity"]) == (rows[1]["id"], "near_duplicate", 1.0)


def test_texts_without_words_are_told_apart(tmp_path):
    rows = [row("?!", "...", "p", "c1"), row("!!", "...", "p", "c2"), row("", " ", "p", "c3")]
    assert found([one_round(tmp_path / "round-0", rows)], tmp_path / "deduplication") == []


def test_counts_tell_the_reasons_and_an_empty_round_has_none(tmp_path):
    rounds = write_rounds(tmp_path, corpus(200))
    counts = deduplication_stage(rounds, DeduplicationConfig(), tmp_path / "deduplication").counts()
    assert counts["pairs"] == len({each["id"] for each in corpus(200)})
    assert counts["duplicate"] > 0
    assert counts["near_duplicate"] > 0
    nothing = deduplication_stage([one_round(tmp_path / "e", [])], DeduplicationConfig(), tmp_path / "none")
    assert nothing.counts() == {"pairs": 0, "duplicate": 0, "near_duplicate": 0}
    assert list(nothing.read_rows()) == []


def test_a_finished_stage_is_not_made_again_and_leaves_no_database(tmp_path, monkeypatch):
    rounds, folder = write_rounds(tmp_path, corpus(100)), tmp_path / "deduplication"
    stage = deduplication_stage(rounds, DeduplicationConfig(), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["shard-00000-of-00001.parquet", "stage.json"]
    (folder / "state.sqlite").write_bytes(b"left by a kill just before the end")
    monkeypatch.setattr(duplicates_state.DuplicatesState, "open", None)
    assert deduplication_stage(rounds, DeduplicationConfig(), folder).fingerprint == stage.fingerprint
    assert not (folder / "state.sqlite").exists()


def test_other_rounds_or_settings_start_the_stage_afresh(tmp_path):
    rounds, folder = write_rounds(tmp_path, corpus(100)), tmp_path / "deduplication"
    first = deduplication_stage(rounds, DeduplicationConfig(), folder)
    second = deduplication_stage(rounds, DeduplicationConfig(threshold=0.5), folder)
    assert first.missing() == [0]
    assert deduplication_stage(rounds[:1], DeduplicationConfig(threshold=0.5), folder).fingerprint != second.fingerprint
    assert second.missing() == [0]


@pytest.mark.parametrize("content", [b"no database at all, but long enough for a header" * 100, b""])
def test_a_damaged_database_is_begun_anew(tmp_path, content):
    rounds, folder = write_rounds(tmp_path, corpus(100)), tmp_path / "deduplication"
    folder.mkdir()
    (folder / "state.sqlite").write_bytes(content)
    assert found(rounds, folder) == found(rounds, tmp_path / "undisturbed")


def test_a_state_of_other_settings_is_not_gone_on_with(tmp_path, monkeypatch):
    rounds, folder = write_rounds(tmp_path, corpus(100)), tmp_path / "deduplication"
    monkeypatch.setattr(Stage, "write_batches", lambda *_: None)  # as if killed before the table was written
    monkeypatch.setattr("builders.deduplication.remove", lambda path: None)
    deduplication_stage(rounds, DeduplicationConfig(threshold=0.3), folder)
    monkeypatch.undo()
    assert found(rounds, folder) == found(rounds, tmp_path / "undisturbed")


def start(out, pause):
    environment = os.environ | {"PYTHONPATH": str(PROGRAM.parents[2]), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, str(PROGRAM), str(out), str(pause)], env=environment)


def test_kill_9_and_again_goes_on_and_ends_with_the_same_bytes(tmp_path):
    for steps in (4, 14):  # of 18, while pairs are read, and while they are compared
        process = start(tmp_path, 0.05)
        deadline = time.monotonic() + 60
        while process.poll() is None and len(list(tmp_path.glob("step-*"))) < steps:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert (tmp_path / "deduplication/state.sqlite").is_file()
    before = len(list(tmp_path.glob("step-*")))
    assert start(tmp_path, 0).wait() == 0
    assert 1 < len(list(tmp_path.glob("step-*"))) - before < 10  # the last whole step was gone on from
    [again] = (tmp_path / "deduplication").glob("*.parquet")
    whole = deduplication_stage(
        [Stage.load(tmp_path / f"round-{number}") for number in (0, 1)], DeduplicationConfig(), tmp_path / "whole"
    )
    assert again.read_bytes() == whole.shard_path(0).read_bytes()


def test_a_full_disk_is_one_line_and_leaves_no_table(tmp_path, small_disk):
    rounds, folder = write_rounds(tmp_path, corpus(2000)), tmp_path / "deduplication"
    with small_disk(100_000), pytest.raises(RunError, match=r"cannot write .*state.sqlite: .*; .*run the same command"):
        deduplication_stage(rounds, DeduplicationConfig(), folder)
    assert not list(folder.glob("*.parquet"))
    assert found(rounds, folder) == found(rounds, tmp_path / "undisturbed")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 0.0}, r"threshold must lie in \(0, 1\], got 0.0"),
        ({"ngram": 0}, "ngram must be at least 1, got 0"),
        ({"permutations": 0}, r"permutations must lie in 1..4096, got 0"),
        ({"seed": -1}, "seed must lie in 0.."),
        ({"threshold": 0.02}, "permutations 128 are too few to find pairs at threshold 0.02; raise either"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ConfigError, match=message):
        DeduplicationConfig(**settings)


def test_the_assembly_leaves_them_out_and_counts_them():
    rows = [row("a.", "b.", "p", "c1"), row("a.", "c.", "p", "c2"), row("a.", "b.", "p", "c3")]
    made = assemble(table(rows), table([rows[1]])["id"].combine_chunks())
    assert [each["target"] for part in made.splits.values() for each in part.to_pylist()] == ["b."]
    assert (made.dropped_duplicates, made.dropped_near_duplicates) == (1, 1)


def test_a_builder_knows_of_them_and_so_does_its_cache(tmp_path):
    rows = [
        row("The council met.", "There was a meeting.", "p", "c1"),
        row("THE council met", "There was a meeting.", "p", "c2"),
    ]
    rounds = [one_round(tmp_path / "round-0", rows)]
    stage = deduplication_stage(rounds, DeduplicationConfig(), tmp_path / "deduplication")
    settings = {"config_name": "news", "rounds": [str(rounds[0].folder)], "cache_dir": str(tmp_path / "cache")}
    sizes = []
    for deduplication in (None, str(stage.folder)):
        builder = Dimple(**settings, deduplication=deduplication)
        builder.download_and_prepare()
        sizes.append(sum(builder.as_dataset().num_rows.values()))
    assert sizes == [2, 1]
    one_round(tmp_path / "round-0", rows, mark="def")
    with pytest.raises(RunError, match="deduplication is unfinished or of other rounds"):
        _ = Dimple(**settings, deduplication=str(stage.folder)).assembly


@pytest.mark.slow
def test_memory_does_not_grow_with_the_pairs(tmp_path):
    peaks = []
    for size in (20_000, 80_000):
        command = [sys.executable, str(PROGRAM), str(tmp_path / str(size)), "0", str(size)]
        environment = os.environ | {"PYTHONPATH": str(PROGRAM.parents[2]), "OMP_NUM_THREADS": "1"}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        peaks.append(int(ended.stdout) / 1000)
    assert peaks[1] < 1.1 * peaks[0], peaks  # in MB
