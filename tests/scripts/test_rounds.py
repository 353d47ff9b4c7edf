"""How many rounds of self-distillation are made, and what each trains on."""

import pytest

from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA, pair_id
from scripts.pipeline import Pipeline
from scripts.recipe import load_recipe
from scripts.rounds import Rounds, Yield, brings_nothing

SENTENCES = 400


def stage_of(folder, number, answered):
    """A finished round in which so many of 400 sentences have a pair."""
    texts = [(f"Source {number} {i}.", f"Target {number} {i}.") for i in range(answered)]
    rows = [
        dict.fromkeys(DIMPLE_SCHEMA.names)
        | {"id": pair_id("", *pair), "source": pair[0], "target": pair[1], "context_id": pair[0]}
        | {"passage_id": f"p{number}-{i}", "round": number}
        for i, pair in enumerate(texts)
    ]
    stage = Stage(folder, f"round {number}", 1, {"stage": "pairs"}).open()
    stage.write_shard(0, rows, DIMPLE_SCHEMA, {"sentences": SENTENCES})
    return stage


def pipeline_of(tmp_path, yields, monkeypatch, **settings):
    """A run whose rounds have these yields, and the trainings that it asks for: (base, pairs, folder)."""
    changed = {"self_distillation.rounds": len(yields) - 1, **settings}
    pipeline = Pipeline(
        load_recipe("microworld-demo", [f"{name}={value}" for name, value in changed.items()]), tmp_path
    )
    pipeline.made = {("pairs", n): stage_of(tmp_path / str(n), n, found) for n, found in enumerate(yields)}
    trained = []

    def fine_tune(base, pairs, validation, config, out, *rest, **settings):
        trained.append((base, {source for source, _ in pairs}, out.name))
        return out

    monkeypatch.setattr("scripts.round_stages.fine_tune", fine_tune)
    return pipeline, trained


@pytest.mark.parametrize(
    ("yields", "made", "trained"),
    [
        ([100, 200], 1, 1),
        ([100, 200, 200, 260], 3, 3),
        ([100, 200, 190], 2, 2),  # lower, but within a standard error of the difference
        ([100, 200, 150, 390], 2, 1),  # lower beyond it: the third round is never made
        ([100, 0, 390], 1, 0),
    ],
)
def test_rounds_stop_at_the_first_that_brings_nothing(yields, made, trained, tmp_path, monkeypatch, capsys):
    pipeline, trainings = pipeline_of(tmp_path, yields, monkeypatch)
    rounds = pipeline.rounds()
    assert (rounds.made, rounds.trained) == (made, trained)
    assert {name for *_, name in trainings} >= {f"round-{number}" for number in range(1, trained + 1)}
    stops = trained < len(yields) - 1
    assert bool(rounds.stopped) == stops
    assert ("self-distillation stops here: round" in capsys.readouterr().err) == stops


def test_the_final_student_is_the_last_that_was_trained(tmp_path, monkeypatch):
    pipeline, _ = pipeline_of(tmp_path, [100, 200, 100], monkeypatch)
    assert pipeline.final_student().name == "round-1"


def test_a_round_goes_on_from_the_student_before_on_its_own_pairs(tmp_path, monkeypatch):
    pipeline, trainings = pipeline_of(tmp_path, [100, 200, 200], monkeypatch)
    pipeline.final_student()
    base, sources, name = trainings[-1]
    assert (name, base) == ("round-2", str(tmp_path / "students/round-1"))
    assert {text.split()[1] for text in sources} == {"2"}


def test_or_from_the_base_on_the_pairs_of_all_rounds_of_self_distillation(tmp_path, monkeypatch):
    pipeline, trainings = pipeline_of(
        tmp_path, [100, 200, 200], monkeypatch, **{"self_distillation.train_from": "base"}
    )
    pipeline.final_student()
    base, sources, name = trainings[-1]
    assert (name, base) == ("round-2", "microworld:models/student")
    assert {text.split()[1] for text in sources} == {"1", "2"}


def test_without_self_distillation_the_teachers_round_is_all(tmp_path, monkeypatch):
    pipeline, _ = pipeline_of(tmp_path, [100], monkeypatch, self_distillation="null", controls="[]")
    assert pipeline.rounds() == Rounds(0, 0)


def test_the_reason_names_the_round_and_both_yields():
    reason = brings_nothing(3, Yield(50, 100), Yield(10, 100))
    assert reason.startswith("round 3: the student before it has not got better, 10.0% of its sentences have a pair")
    assert reason.endswith("in the round before 50.0%")


def test_a_round_without_sentences_brings_nothing():
    assert brings_nothing(1, None, Yield(0, 0)) == "round 1: the critics kept none of the student's rewritings"
