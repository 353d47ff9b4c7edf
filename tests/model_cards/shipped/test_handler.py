"""The handler, loaded as an endpoint loads it: by the path of the file, from the folder of the model."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from model_cards.usage_code import add_usage_code
from scripts.inference_code import inference_code

from .conftest import LEARNT, OTHER, SOURCE

NAME = "handler.EndpointHandler"  # of the module, as huggingface-inference-toolkit has it


@pytest.fixture
def load(monkeypatch):
    def loaded(folder: Path):
        spec = importlib.util.spec_from_file_location(NAME, folder / "handler.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, NAME, module)
        spec.loader.exec_module(module)
        return module.EndpointHandler(str(folder))

    return loaded


def test_a_sentence_is_answered(load, writer):
    assert load(writer)({"inputs": SOURCE}) == [{"generated_text": LEARNT[SOURCE]}]


def test_a_list_is_answered_by_lists(load, writer):
    answer = load(writer)({"inputs": [SOURCE, OTHER], "parameters": {"n": 1}})
    assert answer == [[{"generated_text": LEARNT[SOURCE]}], [{"generated_text": LEARNT[OTHER]}]]


def test_parameters_are_the_pipelines(load, student):
    answer = load(student)
    asked = {"n": 3, "like": OTHER, "temperature": 2.0, "top_p": 0.8, "max_new_tokens": 5, "seed": 4}
    found = answer({"inputs": SOURCE, "parameters": asked})
    assert [row["generated_text"] for row in found] == answer.paraphraser.paraphrase(SOURCE, **asked)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, '"inputs" must be a sentence'),
        ({"inputs": 3}, '"inputs" must be a sentence'),
        ({"inputs": []}, '"inputs" must be a sentence'),
        ({"inputs": [SOURCE, ""]}, '"inputs" must be a sentence'),
        ({"inputs": SOURCE, "parameters": [1]}, '"parameters" must be an object'),
        ({"inputs": SOURCE, "parameters": {"k": 1}}, '"parameters" may hold n, like'),
        ({"inputs": SOURCE, "parameters": {"batch_size": 2}}, '"parameters" may hold n, like'),
        ({"inputs": "a" * 2001}, "at most 2,000 characters, got one of 2,001"),
        ([SOURCE], "a request must be an object"),
        ({"inputs": SOURCE, "parameters": {"n": 99}}, "n must be a whole number from 1 to 50"),
    ],
)
def test_what_cannot_be_done_is_said(load, student, data, words):
    with pytest.raises(ValueError, match=words):
        load(student)(data)


def test_an_adapter_comes_merged(load, student, tmp_path):
    settings = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM, r=2, target_modules=["q"], base_model_name_or_path=str(student)
    )
    get_peft_model(AutoModelForSeq2SeqLM.from_pretrained(student), settings).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(student).save_pretrained(tmp_path)
    add_usage_code(tmp_path, inference_code())
    assert not (tmp_path / "config.json").exists()
    asked = {"inputs": SOURCE, "parameters": {"max_new_tokens": 12}}
    assert load(tmp_path)(asked) == load(student)(asked)  # a fresh adapter changes nothing
