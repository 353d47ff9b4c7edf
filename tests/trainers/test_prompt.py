from types import SimpleNamespace

import pytest
from transformers import BloomConfig, GPT2Config, MptConfig, T5Config

from builders import prompt_tokens
from trainers.prompt import completion, positions, prompt, prompt_template


def test_a_training_row_is_source_arrow_target():
    template = prompt_template(SimpleNamespace())
    assert prompt(template, "Acme's profit rose.") == "Acme's profit rose. =>"
    assert completion("Profit rose at Acme.") == " Profit rose at Acme."


def test_a_source_with_braces_is_left_as_it_is():
    assert prompt("{source} =>", "{source} {0} rose.") == "{source} {0} rose. =>"


def test_the_template_survives_saving(tmp_path):
    GPT2Config(prompt_template="Again: {source}\n").save_pretrained(tmp_path)
    assert prompt_template(GPT2Config.from_pretrained(tmp_path)) == "Again: {source}\n"


@pytest.mark.parametrize("template", ["=>", None, 3])
def test_a_template_without_a_place_for_the_source_is_one_line(template):
    with pytest.raises(ValueError, match=r"prompt_template in config.json must be a text with \{source\}"):
        prompt_template(SimpleNamespace(prompt_template=template))


@pytest.mark.parametrize("config", [GPT2Config(n_positions=77), MptConfig(max_seq_len=78), BloomConfig(), T5Config()])
def test_what_ships_knows_the_positions_that_the_builders_know(config):
    model = SimpleNamespace(config=config)
    assert positions(model) == prompt_tokens.positions(model)
