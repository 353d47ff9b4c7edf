from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA
from trainers.known_sentences import known_sentences, stands_in


def stage_of(folder, *pairs):
    rows = [dict.fromkeys(DIMPLE_SCHEMA.names) | {"source": source, "target": target} for source, target in pairs]
    stage = Stage(folder, str(pairs), 1).open()
    stage.write_shard(0, rows, DIMPLE_SCHEMA, {})
    return stage


def test_sources_and_targets_of_every_round_are_known(tmp_path):
    known = known_sentences((stage_of(tmp_path / "0", ("A.", "B.")), stage_of(tmp_path / "1", ("C.", "D."))))
    assert stands_in(known, ["A.", "B.", "C.", "D.", "E.", "a."]) == [True] * 4 + [False] * 2


def test_nothing_is_known_before_the_first_pair(tmp_path):
    assert stands_in(known_sentences(()), ["A."]) == [False]
    assert stands_in(known_sentences((stage_of(tmp_path),)), ["A.", ""]) == [False, False]
