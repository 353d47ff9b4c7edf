"""What each round is trained on."""

import json

import pytest

from builders.assembly import split_of
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA, pair_id
from scripts.pipeline import Pipeline
from scripts.recipe import load_recipe

TRAIN, TEST = (next(f"p{i}" for i in range(1000) if split_of(f"p{i}") == split) for split in ("train", "test"))


def stage_of(folder, round_number, texts):
    """A finished stage of pairs, from (source, target, passage) each."""
    rows = [
        dict.fromkeys(DIMPLE_SCHEMA.names)
        | {"id": pair_id("", source, target), "source": source, "target": target, "context_id": source}
        | {"passage_id": passage, "round": round_number}
        for source, target, passage in texts
    ]
    stage = Stage(folder, "abc", 1, {"stage": "pairs"}).open()
    stage.write_shard(0, rows, DIMPLE_SCHEMA, {"sentences": len(rows)})
    return stage


@pytest.fixture
def pipeline(tmp_path):
    made = Pipeline(load_recipe("microworld-demo", ["student.self_training.both_directions=false"]), tmp_path)
    later = [("Tested once.", "Seen.", TRAIN), ("New.", "Tested twice.", TRAIN), ("Fresh.", "And fine.", TRAIN)]
    (tmp_path / "training.json").write_text(json.dumps({"steps": 4}))
    made.made = {
        ("pairs", 0): stage_of(
            tmp_path / "0", 0, [("Tested once.", "Tested twice.", TEST), ("Old.", "Is old.", TRAIN)]
        ),
        ("pairs", 1): stage_of(tmp_path / "1", 1, later),
        ("pairs_of_fresh_contexts",): stage_of(tmp_path / "fresh", 1, later),
        ("student", 0): tmp_path,
    }
    return made


@pytest.mark.parametrize("control", [False, True])
def test_a_later_round_trains_on_none_of_the_sentences_that_an_earlier_one_tests(pipeline, control, monkeypatch):
    trained = []
    monkeypatch.setattr("scripts.round_stages.fine_tune", lambda base, pairs, *rest: trained.append(pairs))
    if control:
        pipeline.made["student", 1] = pipeline.folder
        pipeline.fresh_pairs()
    else:
        pipeline.student(1)
    assert trained == [[("Fresh.", "And fine.")]]


def test_a_later_round_trains_on_no_near_duplicate_where_the_recipe_drops_them(tmp_path, monkeypatch):
    pipeline = Pipeline(load_recipe("microworld-demo", ["deduplication={threshold: 0.7}"]), tmp_path)
    old = ("The council met in Boston on Monday.", "There was a meeting.", TRAIN)
    later = [("The council met in Boston on Monday!", *old[1:]), ("The court met on Friday.", "A session.", TRAIN)]
    pipeline.made = {
        ("pairs", 0): stage_of(tmp_path / "0", 0, [old]),
        ("pairs", 1): stage_of(tmp_path / "1", 1, later),
        ("student", 0): tmp_path,
    }
    trained = []
    monkeypatch.setattr("scripts.round_stages.fine_tune", lambda base, pairs, *rest: trained.append(pairs))
    pipeline.student(1)
    assert {source for source, _ in trained[0]} <= {"The court met on Friday.", "A session."}
    [dropped] = Stage.load(tmp_path / "deduplication/0+1").read_rows()
    assert (dropped["id"], dropped["reason"]) == (pair_id("", *later[0][:2]), "duplicate")
    rounds = [pipeline.pairs(number) for number in (0, 1)]
    assert pipeline.builder(rounds).assembly.dropped_near_duplicates == 1
