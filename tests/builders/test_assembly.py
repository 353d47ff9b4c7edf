import random

import pyarrow as pa
import pytest
from datasets import load_dataset

from builders.assembly import assemble, split_of
from builders.config import from_mapping
from builders.critics.settings import CriticsConfig
from builders.dimple import Dimple
from builders.dimsum import Dimsum
from builders.errors import ConfigError, RunError
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA, pair_id
from builders.release import write_dataset
from builders.sampling import SAMPLES_SCHEMA
from builders.stage import pairs_stage


def row(source, target, passage, context="c", round_number=0):
    texts = {"id": pair_id("news", source, target), "source": source, "target": target, "domain": "news"}
    ids = {"context": context, "context_id": context, "passage_id": passage, "round": round_number}
    return (
        texts
        | ids
        | dict.fromkeys(("entailment_forward", "entailment_backward", "rouge_l"), 0.5)
        | {"tree_edit_distance": 3}
    )


def table(rows):
    return pa.Table.from_pylist(rows, schema=DIMPLE_SCHEMA)


def passages(split, n):
    found = [name for name in (f"p{i}" for i in range(2000)) if split_of(name) == split]
    return found[:n]


def many_rows(n=300):
    rng = random.Random(0)
    return [row(f"source {i}.", f"target {i}.", f"p{rng.randrange(100)}", f"c{i % 40:02d}", i % 2) for i in range(n)]


def write_round(folder, rows, schema=DIMPLE_SCHEMA):
    stage = Stage(folder, "abc", 2, {"stage": "candidates"}).open()
    stage.write_shard(0, rows[::2], schema, {})
    stage.write_shard(1, rows[1::2], schema, {})
    return str(folder)


def test_splits_go_by_passage_in_the_paper_shares():
    names = [split_of(f"p{i}") for i in range(5000)]
    assert names.count("train") / 5000 == pytest.approx(0.9, abs=0.02)
    assert names.count("validation") / 5000 == pytest.approx(0.05, abs=0.015)
    made = assemble(table(many_rows()))
    for split, rows in made.splits.items():
        assert {split_of(passage) for passage in rows["passage_id"].to_pylist()} <= {split}


def test_of_equal_pairs_the_lowest_context_wins_then_the_lowest_round():
    rows = [
        row("a.", "b.", "p", "c2"),
        row("a.", "b.", "p", "c1", 1),
        row("a.", "b.", "p", "c1", 0),
        row("a.", "c.", "p"),
    ]
    made = assemble(table(rows))
    [kept] = [r for part in made.splits.values() for r in part.to_pylist() if r["target"] == "b."]
    assert (kept["context_id"], kept["round"]) == ("c1", 0)
    assert made.dropped_duplicates == 2


def test_training_rows_that_test_holds_are_dropped_on_either_side_and_in_every_round():
    [test] = passages("test", 1)
    [train] = passages("train", 1)
    [validation] = passages("validation", 1)
    rows = [
        row("a.", "b.", test),
        row("a.", "x.", train),
        row("y.", "a.", train, round_number=1),
        row("b.", "z.", train),
        row("x.", "y.", train),
        row("b.", "w.", validation),
    ]
    made = assemble(table(rows))
    assert made.splits["train"]["source"].to_pylist() == ["x."]
    assert len(made.splits["validation"]) == 1
    assert made.dropped_leaks == 3


def test_the_order_is_canonical():
    rows = many_rows()
    shuffled = random.Random(1).sample(rows, len(rows))
    first, second = assemble(table(rows)), assemble(table(shuffled))
    assert first.splits == second.splits
    train = first.splits["train"].to_pylist()
    assert [(r["round"], r["context_id"], r["id"]) for r in train] == sorted(
        (r["round"], r["context_id"], r["id"]) for r in train
    )


def test_dimple_prepares_and_loads_as_any_builder(tmp_path):
    rounds = [
        write_round(tmp_path / "round-0", many_rows(200)),
        write_round(tmp_path / "round-1", many_rows(300)[200:]),
    ]
    builder = Dimple(config_name="news", rounds=rounds, cache_dir=str(tmp_path / "cache"))
    builder.download_and_prepare()
    dataset = builder.as_dataset()
    assert sorted(dataset) == ["test", "train", "validation"]
    assert dataset["train"].column_names == DIMPLE_SCHEMA.names
    for split, rows in builder.assembly.splits.items():
        assert dataset[split].to_list() == rows.to_pylist()


def test_the_cache_notices_another_content_of_the_same_folder(tmp_path):
    folder = write_round(tmp_path / "round", many_rows(20))
    first = Dimple(config_name="news", rounds=[folder], cache_dir=str(tmp_path / "cache"))
    first.download_and_prepare()
    stage = Stage(tmp_path / "round", "def", 1).open()
    stage.write_shard(0, many_rows(30), DIMPLE_SCHEMA, {})
    second = Dimple(config_name="news", rounds=[folder], cache_dir=str(tmp_path / "cache"))
    second.download_and_prepare()
    assert sum(second.as_dataset().num_rows.values()) == 30


def test_a_missing_shard_is_computed_first(tmp_path, critic):
    samples = Stage(tmp_path / "samples", "abc", 1).open()
    sentences = ["Boeing said profit rose.", "Apple said sales fell on Monday.", "Last week Nike said shares gained."]
    sample = {"context_id": "c", "passage_id": "p", "domain": "news", "context": "It rose.", "teacher": "t", "seed": 0}
    samples.write_shard(0, [sample | {"sentences": sentences}], SAMPLES_SCHEMA, {})
    critics = from_mapping(CriticsConfig, ["rouge_l"], "critics")
    stage = pairs_stage(samples, critics, tmp_path / "pairs" / "round-0")
    stage.shard_path(0).unlink()
    builder = Dimple(config_name="news", rounds=[str(stage.folder)], cache_dir=str(tmp_path / "cache"))
    builder.download_and_prepare()
    assert sum(builder.as_dataset().num_rows.values()) == 3


def test_a_release_is_read_by_plain_load_dataset(tmp_path):
    builder = Dimple(
        config_name="news", rounds=[write_round(tmp_path / "round", many_rows())], cache_dir=str(tmp_path / "cache")
    )
    builder.download_and_prepare()
    folder = write_dataset(builder, tmp_path / "dimple", "news", rows_per_file=100)
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "test-00000-of-00001.parquet"
    assert names[1:-1] == [f"train-{i:05d}-of-00003.parquet" for i in range(3)]
    loaded = load_dataset(str(folder), cache_dir=str(tmp_path / "loaded"))
    assert loaded["train"].to_list() == builder.as_dataset()["train"].to_list()
    assert loaded["train"].features == builder.info.features


def test_a_release_has_the_same_bytes_each_time(tmp_path):
    folder = write_round(tmp_path / "round", many_rows())
    contents = []
    for name in ("a", "b"):
        builder = Dimple(config_name="news", rounds=[folder], cache_dir=str(tmp_path / name))
        builder.download_and_prepare()
        released = write_dataset(builder, tmp_path / name / "dimple", "news")
        contents.append({path.name: path.read_bytes() for path in released.iterdir()})
    assert contents[0] == contents[1]


def test_dimsum_has_its_own_columns(tmp_path):
    rows = [{name: r.get(name) for name in DIMSUM_SCHEMA.names} | {"compression": 0.5} for r in many_rows(20)]
    folder = write_round(tmp_path / "round", rows, DIMSUM_SCHEMA)
    builder = Dimsum(config_name="news", rounds=[folder], cache_dir=str(tmp_path / "cache"))
    builder.download_and_prepare()
    assert builder.as_dataset()["train"].column_names == DIMSUM_SCHEMA.names


def test_no_surviving_pair_is_one_line(tmp_path):
    builder = Dimple(config_name="news", rounds=[write_round(tmp_path / "r", [])], cache_dir=str(tmp_path / "cache"))
    with pytest.raises(RunError, match=r"no pair of 'news' survived the critics; sample more contexts"):
        builder.download_and_prepare()


def test_no_rounds_is_named(tmp_path):
    with pytest.raises(ConfigError, match="'news' needs rounds="):
        Dimple(config_name="news", cache_dir=str(tmp_path))
    with pytest.raises(RunError, match="holds no stage journal"):
        Dimple(config_name="news", rounds=[str(tmp_path / "missing")], cache_dir=str(tmp_path))


def test_a_full_disk_leaves_no_dataset(tmp_path, small_disk):
    folder = write_round(tmp_path / "round", many_rows(2000))
    builder = Dimple(config_name="news", rounds=[folder], cache_dir=str(tmp_path / "cache"))
    with small_disk(20_000), pytest.raises(RunError, match="free some space"):
        builder.download_and_prepare()
    builder.download_and_prepare()
    with small_disk(20_000), pytest.raises(RunError, match=r"cannot write .*news: File too large; free some"):
        write_dataset(builder, tmp_path / "dimple", "news")
    assert list((tmp_path / "dimple").iterdir()) == []
