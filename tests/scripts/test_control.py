"""A run that ends with a led student, from the parses of its pairs to the figures on its card."""

import json
import shutil

import pytest
import yaml
from datasets import load_dataset

from microworld.parser import parse
from tests.scripts.conftest import files_below, impossible, locked, overrides

TREE = {
    "control.layers": 3,
    "control.training.max_steps": 3,
    "control.training.batch_size": 8,
    "controls": "[]",
    "self_distillation": "null",
}


@pytest.fixture(scope="module")
def led(finished, shared_folder, tiny):
    """The folder of a finished run whose student is led by trees; change only a copy."""
    folder = shared_folder / "led"
    with locked(folder):
        if not (folder / "report.html").exists():
            shutil.copytree(finished, folder)
            (folder / "report.html").unlink()
            outcome = impossible("demo", "--out", folder, *tiny, *overrides(TREE))
            assert outcome.status == 0, outcome.err
            assert outcome.stages >= {"parses, round-0", "train led"}
    return folder


def metrics_of(folder):
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def front_matter(card):
    return yaml.safe_load(card.read_text(encoding="utf-8").split("---\n")[1])


def test_the_released_student_is_the_led_one_and_says_how_to_ask(led):
    control = json.loads((led / "student/control.json").read_text(encoding="utf-8"))
    assert control.items() >= {"signal": "tree", "layers": 3, "parser": "microworld.parser:parse"}.items()
    assert control["pairs"]["led"] > 0
    assert (led / "student/training.json").read_bytes() == (led / "students/led/training.json").read_bytes()


def test_the_pairs_with_parses_load_beside_the_pairs(led, tmp_path):
    folder, place = str(led / "dimple"), str(tmp_path)
    parsed = load_dataset(folder, "microworld_news-control", cache_dir=place)
    pairs = load_dataset(folder, "microworld_news", cache_dir=place)
    for split, rows in parsed.items():
        assert rows.remove_columns("target_tree").to_list() == pairs[split].to_list()
        assert rows["target_tree"][:] == [parse(target) for target in rows["target"]]


def test_the_led_student_is_measured_beside_the_uncontrolled_one(led):
    systems = {system["name"]: system for system in metrics_of(led)["evaluation"]["systems"]}
    assert list(systems) == [
        *("plain teacher", "student, round 0", "student, led by exemplars"),
        "led student, asked for nothing",
    ]
    assert all(system["figures"]["conformity"]["n"] == 4 for system in systems.values())
    example = systems["student, led by exemplars"]["examples"][0]
    assert example["read"].startswith("(S ")
    assert example["read"].endswith(f" | {example['source']}")
    assert example["asked"] not in (example["source"], example["output"])
    assert "read" not in systems["led student, asked for nothing"]["examples"][0]


def test_the_cards_name_the_parses_and_the_form_that_was_asked_for(led):
    dataset, model = led / "dimple/README.md", led / "student/README.md"
    assert "microworld_news-control" in [config["config_name"] for config in front_matter(dataset)["configs"]]
    assert "by `microworld.parser:parse`, in `target_tree`" in dataset.read_text(encoding="utf-8")
    front = front_matter(model)
    found = {result["type"]: result["value"] for result in front["model-index"][0]["results"][0]["metrics"]}
    [system] = [each for each in metrics_of(led)["evaluation"]["systems"] if each["name"].endswith("by exemplars")]
    assert found["conformity"] == system["figures"]["conformity"]["value"]
    assert front["widget"][0]["text"] == system["examples"][0]["read"]
    assert "| Sentence | In the form of | Its paraphrase |" in model.read_text(encoding="utf-8")


def test_the_command_line_asks_as_the_evaluation_did(led):
    [system] = [each for each in metrics_of(led)["evaluation"]["systems"] if each["name"].endswith("by exemplars")]
    for example in system["examples"]:
        outcome = impossible("paraphrase", led / "student", example["source"], "--like", example["asked"])
        assert (outcome.status, outcome.out.strip()) == (0, example["output"])


def test_the_same_command_changes_nothing(led, tiny):
    before = files_below(led / "students") | files_below(led / "dimple") | files_below(led / "pairs")
    outcome = impossible("demo", "--out", led, *tiny, *overrides(TREE))
    assert (outcome.status, outcome.stages) == (0, set())
    assert files_below(led / "students") | files_below(led / "dimple") | files_below(led / "pairs") == before


def test_a_recipe_without_control_is_measured_as_before(finished):
    assert all("conformity" not in system["figures"] for system in metrics_of(finished)["evaluation"]["systems"])
    assert not (finished / "pairs/round-0/trees").exists()


@pytest.mark.slow
def test_a_led_summarizer_is_asked_for_each_bucket(tmp_path, critic):
    """And for that of the reference, beside which the summarizer that is not led is measured too."""
    critics = f"[{{compression: {{max: 0.95}}}}, {{semantic_equivalence: {{model: '{critic}', min_entailment: 0.03, direction: forward}}}}]"  # noqa: E501
    settings = {
        "sampling.contexts": 16,
        "sampling.k": 4,
        "workers": 1,
        "critics": critics,
        "student.training.max_steps": 3,
        "control.compression": "[0.5, 1.0]",
        "control.training.max_steps": 3,
        "evaluation.n": 4,
    }
    outcome = impossible("run", "microworld-summary-control", "--out", tmp_path / "run", *overrides(settings))
    assert outcome.status == 0, outcome.err
    systems = {system["name"]: system["figures"] for system in metrics_of(tmp_path / "run")["evaluation"]["systems"]}
    assert list(systems) == [
        *("plain teacher", "student, round 0", "student, led by the references' buckets"),
        *("led student, asked for compression 0.5", "led student, asked for compression 1"),
        "led student, asked for nothing",
    ]
    assert all("in_bucket" in figures for figures in systems.values())
    control = json.loads((tmp_path / "run/student/control.json").read_text(encoding="utf-8"))
    assert control.items() >= {"signal": "summary", "compression": [0.5, 1.0], "abstraction": []}.items()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"control": "{compression: [0.5]}"}, "control.compression leads no paraphrase"),
        ({"control": "{layers: 0}"}, "control: layers must be at least 1"),
        ({"control": "{}", "critics": "[rouge_l]"}, "control.parser is missing"),
        ({"control": "{training: {precision: fp16}}"}, "control: precision 'fp16' gives NaN"),
        ({"control": "{parser: 'nowhere:parse'}"}, "parser 'nowhere:parse' cannot be imported"),
        ({"sampling.domain": "{name: news-control}"}, "must not end like the parses of a domain, got 'news-control'"),
    ],
)
def test_a_mistake_is_found_before_anything_starts(settings, words, tmp_path):
    outcome = impossible("run", "microworld-demo", "--out", tmp_path / "run", *overrides(settings))
    assert outcome.status == 2
    assert words in outcome.err
    assert not (tmp_path / "run").exists()
