"""Runs whose student goes on to learn from preference rows."""

import json

import pytest

from builders.errors import ConfigError
from scripts.recipe import load_recipe
from tests.scripts.conftest import impossible, overrides

TRAINING = "{max_steps: 3, batch_size: 4, learning_rate: 1.0e-3}"
SETTINGS = {
    "preference": f"{{method: orpo, training: {TRAINING}}}",
    "controls": "[chosen_only]",
    # The random critic keeps and drops at random; with more outputs a source has some of both.
    "self_distillation.candidates": 6,
}
DECODER = SETTINGS | {"preference": f"{{method: dpo, training: {TRAINING}}}"}


@pytest.mark.parametrize(
    ("recipe", "settings"),
    [
        ("microworld-demo", SETTINGS),
        pytest.param("microworld-demo-decoder", DECODER, marks=pytest.mark.slow),
    ],
    ids=["orpo", "dpo"],
)
def test_the_preferred_student_is_released_and_compared_with_its_control(recipe, settings, tmp_path, tiny):
    outcome = impossible("run", recipe, "--out", tmp_path / "run", *tiny, *overrides(settings))
    assert outcome.status == 0, outcome.err
    assert not outcome.complaints
    run = tmp_path / "run"
    method = "ORPO" if recipe == "microworld-demo" else "DPO"
    systems = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["evaluation"]["systems"]
    assert [(system["name"], system["path"]) for system in systems[2:]] == [
        ("student, self-distilled", "students/round-1"),
        (f"student, preferred ({method})", "students/preferred"),
        ("control: plain fine-tuning on the chosen texts, same updates", "students/control-chosen-only"),
    ]
    preferred, control = (
        json.loads((run / "students" / name / "training.json").read_text(encoding="utf-8"))
        for name in ("preferred", "control-chosen-only")
    )
    assert preferred["base"] == control["base"] == str(run / "students" / "round-1")
    assert (preferred["method"], control["method"]) == (method.lower(), "full")
    assert preferred["steps"] == control["steps"] == 3
    assert preferred["rows"] >= control["pairs"] > 0  # two rows of one prompt may have one answer that was accepted
    released = (run / "student" / "training.json").read_bytes()
    assert released == (run / "students" / "preferred" / "training.json").read_bytes()
    card = " ".join((run / "student" / "README.md").read_text(encoding="utf-8").split())
    assert f"| {method}, all weights | {preferred['rows']:,} rows | 3 |" in card
    assert (
        f"A row of {method} is a sentence with a rewriting that the critics accepted and one that they refused" in card
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"controls": "[chosen_only]"}, "controls chosen_only says nothing without preference"),
        (
            {"preference": SETTINGS["preference"], "self_distillation": "null", "controls": "[more_training]"},
            "controls more_training says nothing without self_distillation",
        ),
        (
            {"preference": f"{{method: orpo, since: 2, training: {TRAINING}}}"},
            r"preference\.since must be a round of this recipe, 0 to 1, got 2",
        ),
        ({"preference": SETTINGS["preference"], "control": "{}"}, "take out preference or control"),
        ({"preference": SETTINGS["preference"], "ablation": "{}"}, "take preference out"),
    ],
)
def test_sections_that_do_not_fit_are_refused(settings, words):
    with pytest.raises(ConfigError, match=words):
        load_recipe("microworld-demo", overrides(settings)[1::2])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"preference": DECODER["preference"]},
            "preference: method dpo is for decoder-only models, and 'microworld:models/student' is encoder-decoder",
        ),
        (
            {"preference": "{method: orpo, training: {lora: {rank: 8}}}", "student.self_training.lora.rank": 4},
            "preference: lora must be that of the student it continues (rank: 4",
        ),
    ],
)
def test_what_the_student_cannot_take_is_refused_before_anything_starts(settings, words, tmp_path, tiny):
    outcome = impossible("run", "microworld-demo", "--out", tmp_path / "run", *tiny, *overrides(settings))
    assert outcome.status == 2
    [line] = outcome.err.splitlines()
    assert words in line
    assert not (tmp_path / "run").exists()
