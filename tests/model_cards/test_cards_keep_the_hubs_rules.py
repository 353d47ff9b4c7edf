"""What the Hub would say of the cards, by the checks that a push makes before it starts."""

import json

import pytest

from model_cards.dataset_card import write_dataset_card
from model_cards.merging import merge_cards
from model_cards.model_card import write_model_card
from model_cards.validation.cards import card_problems


@pytest.fixture(params=["paraphrase", "summary"])
def any_run(request, make_run, summary_figures, summary_recipe, tmp_path):
    if request.param == "summary":
        return make_run(summary_figures, summary_recipe)
    return request.getfixturevalue("run")


def test_the_dataset_card_does(any_run):
    folder = next(any_run.glob("dim*"))
    assert card_problems(write_dataset_card(any_run, folder).read_text(encoding="utf-8"), "dataset") == []


@pytest.mark.parametrize(
    "files", [{}, {"config.json": {"architectures": ["GPT2LMHeadModel"]}}, {"adapter_config.json": {}}]
)
def test_the_model_card_does(any_run, files):
    for name, content in files.items():
        (any_run / "student" / name).write_text(json.dumps(content), encoding="utf-8")
    card = write_model_card(any_run, any_run / "student", dataset_id="someone/data", base_id="google/t5-v1_1-small")
    assert card_problems(card.read_text(encoding="utf-8"), "model") == []


def test_a_merged_card_does(any_run):
    folder = next(any_run.glob("dim*"))
    ours = write_dataset_card(any_run, folder).read_text(encoding="utf-8")
    other = ours.replace("microworld_news", "microworld_biomedical")
    assert card_problems(merge_cards(other, ours), "dataset") == []
