"""The bundled recipes, on small models of the classes they name, from the Hub on this machine."""

import sys
from importlib.resources import files
from types import SimpleNamespace

import pytest
import yaml

from builders.config import to_mapping
from builders.parsers.loading import load_parser
from model_cards.settings import deviations
from scripts.checks import check_recipe
from scripts.recipe import load_recipe
from tests.recipes.real_kinds import NAMES, publish
from tests.scripts.conftest import impossible, overrides

BUNDLED = sorted(
    entry.name.removesuffix(".yaml") for entry in files("recipes").iterdir() if entry.name.endswith(".yaml")
)
REAL = [name for name in BUNDLED if not name.startswith(("microworld", "ablation"))]
SMALL = {
    "sampling.contexts": 12,
    "sampling.contexts_per_shard": 6,
    "sampling.k": 6,
    "sampling.max_sentences": 2,
    "sampling.context_tokens": 60,
    "sampling.sentence_tokens": 40,
    "self_distillation.contexts": 12,
    "self_distillation.sentences_per_context": 1,
    "self_distillation.candidates": 4,
    "self_distillation.max_new_tokens": 30,
    "student.training.max_steps": 3,
    "student.training.batch_size": 8,
    "student.self_training.max_steps": 3,
    "student.self_training.batch_size": 8,
}


def lenient_critics(name: str) -> list[str]:
    """The recipe's own critics, with thresholds that random opinions pass now and then."""
    thresholds = {
        "rouge_l": {"max": 1.0},
        "semantic_equivalence": {"min_entailment": 1e-6},
        "tree_edit_distance": {"min": 0},
        "compression": {"max": 0.99},
    }
    recipe = yaml.safe_load((files("recipes") / f"{name}.yaml").read_text(encoding="utf-8"))
    critics = [
        {kind: {**own, **thresholds.get(kind, {})}} for entry in recipe["critics"] for kind, own in entry.items()
    ]
    return ["--set", "critics=" + yaml.safe_dump(critics, default_flow_style=True, width=10**6).strip()]


@pytest.fixture
def models(hub, tmp_path_factory):
    """Publishes the models that recipes name."""
    folder = tmp_path_factory.getbasetemp() / "real-kinds"

    def published(recipe):
        ids = {recipe.sampling.teacher, recipe.student.base, *recipe.critics.models} & NAMES.keys()
        publish(hub, folder, ids)

    return published


class _Stanza:
    """A stand-in for the parser, whose models come from the real Hub: a flat tree of each sentence."""

    def __init__(self, language, **settings):
        assert (language, list(settings["processors"])) == ("en", ["tokenize", "pos", "constituency"])

    def bulk_process(self, texts):
        trees = [f"(ROOT (S {' '.join(f'(X {word})' for word in text.split())}))" for text in texts]
        return [SimpleNamespace(sentences=[SimpleNamespace(constituency=tree)]) for tree in trees]


@pytest.fixture
def stanza(monkeypatch):
    """The stand-in in the place of the package."""
    monkeypatch.setitem(sys.modules, "stanza", SimpleNamespace(Pipeline=_Stanza))
    load_parser.cache_clear()
    yield
    load_parser.cache_clear()


@pytest.mark.parametrize("name", BUNDLED)
def test_a_recipe_passes_all_checks(name, models, stanza, tmp_path):
    recipe = load_recipe(name, [])
    models(recipe)
    check_recipe(recipe, tmp_path)
    assert recipe.name == name


@pytest.mark.parametrize("name", REAL)
def test_every_value_of_a_recipe_of_the_paper_says_where_it_is_from(name):
    text = (files("recipes") / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# impossible run recipes/{name}.yaml --out runs/{name}\n")
    if name.startswith("dim"):
        sampling = text.partition("sampling:\n")[2].partition("critics:\n")[0]
        values = [line for line in sampling.splitlines() if ": " in line and not line.startswith("  domain")]
        assert [line for line in values if "#" not in line] == []


@pytest.mark.parametrize("name", [name for name in REAL if name.startswith("dim")])
def test_a_recipe_of_the_paper_departs_from_it_nowhere(name):
    recipe = load_recipe(name, [])
    assert deviations(to_mapping(recipe), recipe.task) == []
    tokens = recipe.sampling.context_tokens + recipe.sampling.sentence_tokens
    rows = recipe.sampling.contexts_per_batch * recipe.sampling.k
    assert rows * tokens * 614_400 < 16e9  # bytes that gpt2-xl keeps of each token: 48 layers, keys and values of 1600


def test_the_parser_says_how_to_get_it(models, monkeypatch, tmp_path):
    models(load_recipe("dimple-news", []))
    monkeypatch.setitem(sys.modules, "stanza", None)  # importing it fails
    load_parser.cache_clear()
    outcome = impossible("run", "dimple-news", "--out", tmp_path / "run")
    assert outcome.status == 1
    assert "parser 'stanza' cannot be imported (" in outcome.err
    assert "); install it by pip install 'impossible-distillation[syntax]'" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_a_recipe_runs_end_to_end(name, models, stanza, tmp_path):
    recipe = load_recipe(name, [])
    models(recipe)
    outcome = impossible("run", name, "--out", tmp_path / "run", *overrides(SMALL), *lenient_critics(name))
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "run/student/README.md").is_file()
    kind = "dimsum" if recipe.task == "summary" else "dimple"
    assert list((tmp_path / "run" / kind / recipe.sampling.domain.name).glob("*.parquet"))
