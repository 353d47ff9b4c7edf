"""The pipeline, loaded from a model's folder and from the Hub as its users load it."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

from builders.models import model_identity
from model_cards.usage_code import add_usage_code
from scripts.inference_code import inference_code
from tests.builders import tiny_models
from trainers.sentence_form import likeness, words

from .conftest import COPIED, LEARNT, OTHER, SOURCE

SHORT = {"max_new_tokens": 12}


def paraphraser(place, **settings):
    return pipeline("paraphrase", model=str(place), trust_remote_code=True, **settings)


def test_one_sentence_gives_the_greedy_output(student):
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(student), AutoTokenizer.from_pretrained(student)
    greedy = model.generate(**tokenizer(SOURCE, return_tensors="pt"), max_new_tokens=100)
    assert paraphraser(student)(SOURCE) == [tokenizer.decode(greedy[0], skip_special_tokens=True).strip()]


def test_a_decoder_only_model_goes_on_from_its_prompt_to_its_end(writer):
    assert paraphraser(writer)(SOURCE) == [LEARNT[SOURCE]]


def test_sentences_of_any_length_share_a_batch(writer):
    assert paraphraser(writer)([SOURCE, OTHER], batch_size=2) == [[LEARNT[SOURCE]], [LEARNT[OTHER]]]


def test_n_best_are_distinct_and_no_copies(student):
    found = paraphraser(student)(SOURCE, n=5, temperature=2.0, **SHORT)
    assert 1 < len(found) <= 5
    said = [tuple(words(text)) for text in found]
    assert len(set(said)) == len(said)
    assert tuple(words(SOURCE)) not in said


def test_copies_are_left_out(writer):
    pipe = paraphraser(writer)
    assert pipe(COPIED) == [LEARNT[COPIED]]
    assert pipe(COPIED, n=3, temperature=0.1) == []


@pytest.mark.parametrize("model", ["student", "writer"])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_sentence_is_answered_alike_alone_and_among_others(request, model, batch_size):
    pipe = paraphraser(request.getfixturevalue(model))
    settings = {"n": 3, "temperature": 3.0, **SHORT}
    alone = [pipe(text, **settings) for text in (OTHER, SOURCE, OTHER)]
    assert pipe([OTHER, SOURCE, OTHER], batch_size=batch_size, **settings) == alone


def test_the_seed_decides_and_nobody_elses_draws_change(student):
    pipe = paraphraser(student, **SHORT)
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    first, again = pipe(SOURCE, n=3, seed=1), pipe(SOURCE, n=3, seed=1)
    assert torch.rand(1) == expected
    assert first == again
    assert pipe(SOURCE, n=3, seed=2) != first


def test_an_exemplar_brings_its_like_to_the_front(student):
    like = "It was Boeing, a maker of planes, that rose."
    found = paraphraser(student)(SOURCE, n=8, like=like, temperature=2.0, **SHORT)
    alike = [likeness(text, like) for text in found]
    assert alike == sorted(alike, reverse=True)
    assert len(set(alike)) > 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"n": 0}, "n must be a whole number from 1 to 50, got 0"),
        ({"n": 2.0}, "n must be a whole number"),
        ({"n": True}, "n must be a whole number"),
        ({"like": 3}, "like must be a sentence, got 3"),
        ({"temperature": 0}, "temperature must be a number from 0.01 to 5, got 0"),
        ({"temperature": "hot"}, "temperature must be a number from 0.01 to 5, got 'hot'"),
        ({"top_p": 2}, "top_p must be a number from 0.01 to 1"),
        ({"top_p": float("nan")}, "top_p must be a number"),
        ({"max_new_tokens": 2.5}, "max_new_tokens must be a whole number"),
        ({"seed": "a"}, "seed must be a whole number"),
        ({"k": 1}, "k is unknown; the arguments are n, like,"),
    ],
)
def test_what_cannot_be_is_refused(student, asked, words):
    with pytest.raises(ValueError, match=words):
        paraphraser(student)(SOURCE, **asked)


@pytest.mark.parametrize("text", ["", "  ", 3])
def test_what_is_no_sentence_is_refused(student, text):
    with pytest.raises(ValueError, match="a sentence must be text"):
        paraphraser(student)(text)


def test_an_output_ends_where_a_models_positions_do(writer):
    pipe = paraphraser(writer)
    assert pipe(SOURCE, max_new_tokens=1000, n=2, temperature=5.0)


def test_it_loads_from_the_hub(hub, student):
    hub.create("model", "alice/paraphraser").add_folder(student)
    assert paraphraser("alice/paraphraser")(SOURCE, **SHORT) == paraphraser(student)(SOURCE, **SHORT)


def test_the_code_of_a_model_is_no_part_of_what_it_is(tmp_path):
    folder = Path(tiny_models.make_student(tmp_path / "student"))
    before = model_identity(str(folder))
    add_usage_code(folder, inference_code())
    model_identity.cache_clear()
    assert model_identity(str(folder)) == before


def test_the_code_is_put_in_once(student):
    before = {path.name: path.read_bytes() for path in student.iterdir() if path.is_file()}
    add_usage_code(student, inference_code())
    assert {path.name: path.read_bytes() for path in student.iterdir() if path.is_file()} == before
