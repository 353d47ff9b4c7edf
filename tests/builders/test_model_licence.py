import json

import pytest

from builders.errors import ConfigError
from builders.model_licence import model_licences


@pytest.fixture
def model(tmp_path):
    """Makes a model's folder with such a card; returns its reference."""

    def make(card: str | bytes | None, name: str = "model") -> str:
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
        if card is not None:
            (tmp_path / name / "README.md").write_bytes(card if isinstance(card, bytes) else card.encode())
        return str(tmp_path / name)

    return make


@pytest.mark.parametrize(
    ("card", "licences"),
    [
        ("---\nlicense: mit\n---\nA model.", ("mit",)),
        ("\ufeff---\r\nlicense: Apache-2.0\r\n---\r\n", ("apache-2.0",)),
        ("---\nlicense: [mit, cc-by-nc-4.0]\n---\n", ("mit", "cc-by-nc-4.0")),
        ("---\nlicense: other\nlicense_name: my-licence-1.0\nlicense_link: LICENSE\n---\n", ("my-licence-1.0",)),
        ("---\nlicense: other\nlicense_link: https://example.org/terms\n---\n", ("https://example.org/terms",)),
        ("---\nlicense: other\n---\n", ("other",)),
        ("---\ntags: [gpt2]\n---\n", ("unknown",)),
        ("A model.", ("unknown",)),
        ("---\nlicense: [\n---\n", ("unknown",)),
        (b"---\nlicense: \xff\n---\n", ("unknown",)),
        (None, ("unknown",)),
    ],
)
def test_licences_are_those_of_the_card(model, card, licences):
    ref = model(card)
    assert model_licences(ref, {}) == {ref: licences}


def test_one_of_a_list_may_be_chosen_and_one_that_is_unknown_named(model):
    several, none = model("---\nlicense: [mit, cc-by-nc-4.0]\n---\n", "several"), model(None, "none")
    named = {several: "mit", none: "bsd-3-clause"}
    assert model_licences(several, named) == {several: ("mit",)}
    assert model_licences(none, named) == {none: ("bsd-3-clause",)}


def test_a_card_cannot_be_contradicted(model):
    ref = model("---\nlicense: cc-by-nc-4.0\n---\n")
    with pytest.raises(ConfigError, match=r"'.*/model' is under cc-by-nc-4.0 by its card, not mit; take it out"):
        model_licences(ref, {ref: "mit"})


def test_the_base_of_an_adapter_counts(model, tmp_path):
    base = model("---\nlicense: gemma\n---\n", "base")
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter/adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    adapter = str(tmp_path / "adapter")
    assert model_licences(adapter, {}) == {adapter: ("unknown",), base: ("gemma",)}


def test_of_a_model_on_the_hub_the_card_is_fetched(hub):
    repository = hub.create("model", "alice/model")
    repository.edit("config.json", "{}")
    repository.edit("README.md", "---\nlicense: llama2\n---\n")
    assert model_licences("alice/model", {}) == {"alice/model": ("llama2",)}


@pytest.mark.parametrize("name", ["teacher-news", "teacher-biomedical", "critic", "student"])
def test_the_shipped_models_have_a_card(name):
    assert model_licences(f"microworld:models/{name}", {}) == {f"microworld:models/{name}": ("apache-2.0",)}
