import pyarrow as pa
import pytest
from datasets import load_dataset

from builders.control import TREES_SCHEMA, is_control, read_trees, trees_stage, with_trees
from builders.dimple import Dimple
from builders.errors import RunError
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA
from builders.release import write_dataset
from microworld.parser import parse
from tests.builders.test_assembly import many_rows, row, write_round

PARSER = "microworld.parser:parse"


def write_trees(rounds):
    for folder in rounds:
        trees_stage(Stage.load(folder), PARSER)


def test_the_name_says_what_a_configuration_holds():
    assert [is_control(name) for name in ("news-control", "news", "control")] == [True, False, False]


def test_both_sentences_of_each_pair_are_parsed_in_the_order_of_the_pairs(tmp_path):
    rows = many_rows(10)
    trees = trees_stage(Stage.load(write_round(tmp_path / "round-0", rows)), PARSER)
    assert trees.folder == tmp_path / "round-0" / "trees"
    assert trees.read_shard(0) == [
        {"id": each["id"], "source_tree": parse(each["source"]), "target_tree": parse(each["target"])}
        for each in rows[::2]
    ]
    assert trees.counts() == {"pairs": 10}


def test_a_sentence_is_parsed_once_a_shard(tmp_path, monkeypatch):
    code = "asked = []\ndef parse(text):\n    asked.append(text)\n    return '(S)'\n"
    name = f"counting_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    rows = [row("a.", "b.", "p"), row("b.", "c.", "p"), row("a.", "c.", "p")]
    stage = Stage(tmp_path / "pairs", "abc", 1, {}).open()
    stage.write_shard(0, rows, DIMPLE_SCHEMA, {})
    trees_stage(stage, f"{name}:parse")
    assert sorted(__import__(name).asked) == ["a.", "b.", "c."]


def test_other_pairs_or_another_parser_are_parsed_anew(tmp_path):
    pairs = Stage.load(write_round(tmp_path / "round-0", many_rows(10)))
    first = trees_stage(pairs, PARSER)
    times = [first.shard_path(i).stat().st_mtime_ns for i in range(2)]
    assert trees_stage(pairs, PARSER).fingerprint == first.fingerprint
    assert [first.shard_path(i).stat().st_mtime_ns for i in range(2)] == times
    others = Stage(pairs.folder, "def", 2, {}).open()
    others.write_shard(0, many_rows(4), DIMPLE_SCHEMA, {})
    others.write_shard(1, [], DIMPLE_SCHEMA, {})
    assert len(list(trees_stage(others, PARSER).read_rows())) == 4


def test_a_pair_gets_its_own_trees_wherever_it_stands():
    pairs = pa.Table.from_pylist([row("a.", "b.", "p"), row("c.", "d.", "p")], schema=DIMPLE_SCHEMA)
    ids = pairs["id"].to_pylist()
    rows = [
        {"id": found, "source_tree": f"({i} s)", "target_tree": f"({i} t)"}
        for i, found in enumerate([ids[1], ids[0], ids[0]])
    ]
    trees = pa.Table.from_pylist(rows, schema=TREES_SCHEMA)
    made = with_trees(pairs, trees)
    assert made.column_names == [*DIMPLE_SCHEMA.names, "source_tree", "target_tree"]
    assert made["target_tree"].to_pylist() == ["(1 t)", "(0 t)"]


def test_the_config_is_the_pairs_with_the_parse_of_each_target(tmp_path):
    rows = many_rows()
    parts = [[each for each in rows if each["round"] == number] for number in (0, 1)]
    rounds = [write_round(tmp_path / f"round-{number}", part) for number, part in enumerate(parts)]
    write_trees(rounds)
    settings = {"rounds": rounds, "cache_dir": str(tmp_path / "cache")}
    for name in ("news", "news-control"):
        builder = Dimple(config_name=name, **settings)
        builder.download_and_prepare()
        write_dataset(builder, tmp_path / "dimple", name)
    pairs, led = (
        load_dataset(str(tmp_path / "dimple" / name), cache_dir=str(tmp_path)) for name in ("news", "news-control")
    )
    assert led["train"].column_names == [*DIMPLE_SCHEMA.names, "target_tree"]
    for split, found in led.items():
        assert found.remove_columns("target_tree").to_list() == pairs[split].to_list()
        assert found["target_tree"][:] == [parse(each["target"]) for each in pairs[split]]


def test_another_parser_makes_another_configuration(tmp_path, monkeypatch):
    (tmp_path / "flat_parser.py").write_text("def parse(text):\n    return '(S)'\n")
    monkeypatch.syspath_prepend(tmp_path)
    rounds = [write_round(tmp_path / "round-0", many_rows(20))]
    ids = []
    for parser in (PARSER, "flat_parser:parse"):
        trees_stage(Stage.load(rounds[0]), parser)
        ids += [Dimple(config_name=name, rounds=rounds).config_id for name in ("news", "news-control")]
    assert ids[0] == ids[2]
    assert ids[1] != ids[3]


def test_pairs_without_parses_name_the_stage(tmp_path):
    rounds = [write_round(tmp_path / "round-0", many_rows(20))]
    with pytest.raises(RunError, match="trees holds no stage journal"):
        Dimple(config_name="news-control", rounds=rounds, cache_dir=str(tmp_path))
    write_trees(rounds)
    Stage.load(tmp_path / "round-0" / "trees").shard_path(1).unlink()
    with pytest.raises(RunError, match="trees lacks shard 1; run the stage"):
        read_trees([tmp_path / "round-0"])
