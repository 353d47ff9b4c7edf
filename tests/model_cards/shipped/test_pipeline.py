"""The pipeline and the endpoint handler, loaded from a model's folder and from the Hub as their users load them."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

from builders.models import model_identity
from model_cards.shipped.paraphrase_pipeline import shape, shape_similarity, words
from model_cards.usage_code import add_usage_code
from tests.builders import tiny_models

SOURCE = "Boeing said profit rose on Monday."


@pytest.fixture
def student(tmp_path) -> Path:
    """An encoder-decoder student with the code that ships with it."""
    folder = Path(tiny_models.make_student(tmp_path / "student"))
    add_usage_code(folder)
    return folder


@pytest.fixture
def writer(tmp_path) -> Path:
    """A decoder-only student, asked by a template of its own."""
    folder = Path(tiny_models.make_teacher(tmp_path / "writer", steps=5))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"prompt_template": "{source} so"}))
    add_usage_code(folder)
    return folder


def paraphraser(place):
    return pipeline("paraphrase", model=str(place), trust_remote_code=True)


def handler(folder: Path):
    """As an endpoint finds it: by the path of the file alone."""
    spec = importlib.util.spec_from_file_location("handler", folder / "handler.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["handler"] = module
    spec.loader.exec_module(module)
    return module.EndpointHandler(str(folder))


def test_one_sentence_gives_the_likeliest_output(student):
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(student), AutoTokenizer.from_pretrained(student)
    greedy = model.generate(**tokenizer(SOURCE, return_tensors="pt"), max_new_tokens=100)
    assert paraphraser(student)(SOURCE) == [tokenizer.decode(greedy[0], skip_special_tokens=True).strip()]


def test_n_best_are_distinct_and_no_copies(student):
    found = paraphraser(student)(SOURCE, n=5, temperature=2.0)
    assert 1 < len(found) <= 5
    said = [tuple(words(text)) for text in found]
    assert len(set(said)) == len(said)
    assert tuple(words(SOURCE)) not in said


def test_a_sentence_is_answered_alike_alone_and_among_others(student):
    pipe = paraphraser(student)
    together = pipe(["Nike said sales fell.", SOURCE], n=3)
    assert together[1] == pipe(SOURCE, n=3)
    assert pipe([SOURCE, "Nike said sales fell."], n=3, batch_size=2)[0] == together[1]
    assert pipe(SOURCE, n=3, temperature=2.0, seed=1) != pipe(SOURCE, n=3, temperature=2.0, seed=2)


def test_a_decoder_only_model_goes_on_from_its_prompt(writer):
    pipe = paraphraser(writer)
    [text] = pipe(SOURCE, max_new_tokens=5)
    written = pipeline("text-generation", model=str(writer))(f"{SOURCE} so", max_new_tokens=5, do_sample=False)
    assert written[0]["generated_text"].removeprefix(f"{SOURCE} so").strip() == text
    assert not text.startswith(SOURCE)


def test_an_exemplar_brings_its_like_to_the_front(student):
    like = "It was Boeing, a maker of planes, that rose."
    found = paraphraser(student)(SOURCE, n=8, like=like, temperature=2.0)
    alike = [shape_similarity(text, like) for text in found]
    assert alike == sorted(alike, reverse=True)


def test_the_form_is_function_words_and_punctuation():
    assert shape("It was Boeing that rose, by 5%.") == ["it", "was", "_", "that", "_", ",", "by", "_", "%", "."]
    assert shape_similarity("It was Nike that fell.", "It was Boeing that rose.") == 1.0


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"n": 0}, "n must be"), ({"temperature": 0}, "temperature must"), ({"top_p": 2}, "top_p must")],
)
def test_what_cannot_be_is_refused(student, asked, words):
    with pytest.raises(ValueError, match=words):
        paraphraser(student)(SOURCE, **asked)


def test_it_loads_from_the_hub(hub, student):
    hub.create("model", "alice/paraphraser").add_folder(student)
    assert paraphraser("alice/paraphraser")(SOURCE) == paraphraser(student)(SOURCE)


def test_the_code_of_a_model_is_no_part_of_what_it_is(tmp_path):
    folder = Path(tiny_models.make_student(tmp_path / "student"))
    add_usage_code(folder)
    once = {path.name: path.read_bytes() for path in folder.iterdir()}
    add_usage_code(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == once
    assert model_identity(str(folder))


def test_an_endpoint_answers_a_sentence_and_a_list(student):
    answer = handler(student)
    [first] = answer({"inputs": SOURCE})
    assert first == {"generated_text": paraphraser(student)(SOURCE)[0]}
    listed = answer({"inputs": [SOURCE, "Nike said sales fell."], "parameters": {"n": 2}})
    assert [len(texts) <= 2 for texts in listed] == [True, True]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, '"inputs" must be a sentence'),
        ({"inputs": 3}, '"inputs" must be a sentence'),
        ({"inputs": [SOURCE, ""]}, '"inputs" must be a sentence'),
        ({"inputs": SOURCE, "parameters": [1]}, '"parameters" must be an object'),
        ({"inputs": SOURCE, "parameters": {"k": 1}}, '"parameters" may hold n, like'),
        ({"inputs": SOURCE, "parameters": {"batch_size": 2}}, '"parameters" may hold n, like'),
        ({"inputs": SOURCE, "parameters": {"n": 99}}, "n must be a whole number from 1 to 50"),
        ({"inputs": SOURCE, "parameters": {"n": True}}, "n must be a whole number"),
        ({"inputs": SOURCE, "parameters": {"max_new_tokens": 2.5}}, "max_new_tokens must be a whole number"),
        ({"inputs": SOURCE, "parameters": {"temperature": "hot"}}, "temperature must be a number from 0.01 to 5"),
        ({"inputs": SOURCE, "parameters": {"like": 5}}, "like must be a sentence"),
        ({"inputs": "a" * 2001}, "at most 2,000 characters, got one of 2,001"),
        ([SOURCE], "a request must be an object"),
    ],
)
def test_an_endpoint_says_what_it_cannot_do(student, data, words):
    with pytest.raises(ValueError, match=words):
        handler(student)(data)


def test_an_endpoint_merges_an_adapter(student, tmp_path):
    settings = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM, r=2, target_modules=["q"], base_model_name_or_path=str(student)
    )
    folder = tmp_path / "adapter"
    get_peft_model(AutoModelForSeq2SeqLM.from_pretrained(student), settings).save_pretrained(folder)
    AutoTokenizer.from_pretrained(student).save_pretrained(folder)
    add_usage_code(folder)
    assert not (folder / "config.json").exists()
    # A fresh adapter changes nothing.
    assert handler(folder)({"inputs": SOURCE}) == handler(student)({"inputs": SOURCE})
