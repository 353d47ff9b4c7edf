"""An ablation from recipe to report, with arms of a few updates."""

import json

import pytest

from scripts.ablation_arms import arms_of
from scripts.recipe import load_recipe
from tests.scripts.conftest import files_below, impossible, overrides

ABLATION = {"ablation": "{seeds: [0, 1], variants: {two_rounds: ['self_distillation.rounds=2']}}", "controls": "[]"}


def arms(*changes):
    return {arm.name: arm for arm in arms_of(load_recipe("ablation", list(changes)))}


def test_every_critic_is_left_out_in_turn():
    found = arms("ablation.variants={}")
    critics = ["rouge_l", "semantic_equivalence", "tree_edit_distance", "diversity"]
    assert list(found) == ["whole_method", "without_critics", *(f"without_{name}" for name in critics)]
    assert found["whole_method"].recipe.critics.names == critics
    assert found["without_critics"].recipe.critics.names == []
    for name in critics:
        assert found[f"without_{name}"].recipe.critics.names == [critic for critic in critics if critic != name]


def test_a_filter_that_is_left_out_leaves_its_model_to_the_diversity_filter():
    [diversity] = arms()["without_semantic_equivalence"].recipe.critics.critics[-1:]
    assert diversity.models == ("microworld:models/critic",)


def test_a_variant_is_the_recipe_with_other_settings():
    variant = arms("ablation.variants={short: ['student.training.max_steps=5']}")["short"].recipe
    assert variant.student.training.max_steps == 5
    assert variant.ablation is None


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ablation.seeds=[1]", "seeds must be at least 2 different whole numbers from 0, got [1]"),
        ("ablation.seeds=[1, 1]", "seeds must be at least 2 different"),
        ("ablation.variants={'a b': []}", "variants must have names of small letters"),
        ("ablation.variants={without_critics: []}", "must not be named like another arm, got 'without_critics'"),
        ("ablation.variants={odd: ['student.trainin=1']}", "ablation.variants.odd: unknown setting 'trainin'"),
        ("evaluation=null", "ablation compares nothing without evaluation"),
    ],
)
def test_a_mistake_is_one_line(setting, message, tmp_path):
    outcome = impossible("run", "ablation", "--set", setting, "--set", "controls=[]", "--out", tmp_path)
    assert outcome.status == 2
    assert message in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_arms_share_samples_and_scores_and_an_ablation_goes_on_where_it_was(tiny, tmp_path):
    command = ("run", "microworld-demo", *tiny, *overrides(ABLATION), "--out", tmp_path)
    outcome = impossible(*command)
    assert outcome.status == 0, outcome.err
    for seed in (0, 1):
        folder = tmp_path / f"seed-{seed}"
        shared = {"samples", "answers"}
        assert {path.name for path in folder.iterdir()} == set(arms_of_demo(tiny)) | shared
        assert not any((folder / name / "samples").exists() for name in arms_of_demo(tiny))
    record = json.loads((tmp_path / "ablation.json").read_text())
    titles = [row["title"] for row in record["rows"]]
    assert titles[:3] == ["the whole method", "without self-distillation", "without critics"]
    assert all([seed["seed"] for seed in row["seeds"]] == [0, 1] for row in record["rows"])
    kept = {row["title"]: [seed["pairs"][0]["kept"] for seed in row["seeds"]] for row in record["rows"]}
    assert all(few <= many for few, many in zip(kept["the whole method"], kept["without critics"], strict=True))
    before = files_below(tmp_path)
    again = impossible(*command)
    assert again.stages <= {"arms of the ablation"}
    assert again.out == outcome.out
    assert files_below(tmp_path) == before
    assert "What each part is worth" in (tmp_path / "report.html").read_text()


def arms_of_demo(tiny):
    changes = [word for word in tiny if word != "--set"] + [f"{name}={value}" for name, value in ABLATION.items()]
    return [arm.name for arm in arms_of(load_recipe("microworld-demo", changes))]
