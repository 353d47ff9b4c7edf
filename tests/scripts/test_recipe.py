import json
from importlib.resources import files

import pytest

from builders.errors import UsageError
from builders.sampling_config import CorpusConfig
from scripts.recipe import load_recipe
from scripts.recipe_text import recipe_text

RECIPES = [entry.name for entry in files("recipes").iterdir() if entry.name.endswith(".yaml")]


@pytest.mark.parametrize("name", [name.removesuffix(".yaml") for name in sorted(RECIPES)])
def test_a_bundled_recipe_resolves_and_its_resolved_form_reads_back(name, tmp_path):
    recipe = load_recipe(name, [])
    assert recipe.name == name
    (tmp_path / "recipe.yaml").write_text(recipe_text(recipe), encoding="utf-8")
    assert load_recipe(str(tmp_path / "recipe.yaml"), []) == recipe


def test_a_resolved_recipe_spells_its_domain_out_in_lines_to_read(tmp_path):
    recipe = load_recipe("dimple-news", [])
    text = recipe_text(recipe)
    assert max(map(len, text.splitlines())) <= 150
    assert len(text.splitlines()) < 180
    cities = [city for city in recipe.sampling.domain.values["city"] if f"'{city}'" in text]
    assert len(cities) == len(recipe.sampling.domain.values["city"])  # none is broken in two


def test_any_text_of_a_domain_reads_back(tmp_path):
    texts = [
        "\n",
        "",
        "a, b",
        " x ",
        "- x",
        "# x",
        "no",
        "1",
        "{a}",
        "é\u2583",
        "'",
        '"',
        "a: b",
        "x" * 300,
        "word " * 60,
    ]
    domain = {"name": "odd", "values": {"a": texts}, "banned": texts[:1], "prefixes": ["", "{a}:"]}
    recipe = load_recipe("microworld-demo", [f"sampling.domain={json.dumps(domain)}"])
    assert recipe.sampling.domain.values["a"] == tuple(texts)
    (tmp_path / "recipe.yaml").write_text(recipe_text(recipe), encoding="utf-8")
    assert load_recipe(str(tmp_path / "recipe.yaml"), []) == recipe
    assert r'banned: ["\n"]' in recipe_text(recipe)


def test_overrides_are_yaml_and_make_the_sections_they_need():
    settings = [
        "sampling.domain={name: oslo, prefixes: [OSLO (AP) --]}",
        "student.training.lora.rank=4",
        "sampling.temperature=1",
        "seed=7",
    ]
    recipe = load_recipe("microworld-demo", settings, contexts="mine.txt")
    assert recipe.sampling.domain.prefixes == ("OSLO (AP) --",)
    assert recipe.student.training.lora is not None
    assert recipe.student.training.lora.rank == 4
    assert recipe.sampling.temperature == 1.0
    assert recipe.sampling.corpus == CorpusConfig(place="mine.txt")
    assert recipe.seed == 7


SPLIT = "sampling.corpus.split=validation"


@pytest.mark.parametrize(
    ("overrides", "contexts"),
    [
        ([SPLIT], "alice/articles:text"),
        (["sampling.corpus=alice/articles:text", SPLIT], None),
        (["sampling.corpus={place: alice/articles, column: text}", SPLIT], None),
    ],
)
def test_a_corpus_that_is_named_in_short_takes_further_settings(overrides, contexts):
    corpus = load_recipe("microworld-demo", overrides, contexts).sampling.corpus
    assert corpus == CorpusConfig(place="alice/articles", column="text", split="validation")


def test_contexts_stand_in_place_of_the_recipes_corpus_as_a_whole(tmp_path):
    path = tmp_path / "recipe.yaml"
    recipe = load_recipe("microworld-demo", [SPLIT], contexts="alice/articles:text")
    path.write_text(recipe_text(recipe), encoding="utf-8")
    assert load_recipe(str(path), [], "mine.txt").sampling.corpus == CorpusConfig(place="mine.txt")


@pytest.mark.parametrize("override", ["sampling.corpus=b.txt", "sampling.corpus.column=b", "sampling.corpus=null"])
def test_contexts_and_an_override_must_not_name_two_corpora(override):
    with pytest.raises(UsageError, match=r"--contexts a\.txt names the corpus already; leave one of them out"):
        load_recipe("microworld-demo", [override], contexts="a.txt")


def test_a_server_that_is_named_in_short_takes_further_settings():
    settings = ["sampling.server=http://localhost:8000/v1", "sampling.server.concurrency=32"]
    server = load_recipe("microworld-demo", [*settings, "sampling.no_repeat_ngram_size=0"]).sampling.server
    assert (server.url, server.concurrency) == ("http://localhost:8000/v1", 32)


def test_a_section_that_a_resolved_recipe_spells_out_as_null_can_be_set(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe_text(load_recipe("microworld-demo", [])), encoding="utf-8")
    assert "lora: null" in path.read_text(encoding="utf-8")
    assert load_recipe(str(path), ["student.training.lora.rank=4"]).student.training.lora.rank == 4


def test_a_folder_named_like_a_bundled_recipe_does_not_hide_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "microworld-demo").mkdir()
    assert load_recipe("microworld-demo", []).name == "microworld-demo"
