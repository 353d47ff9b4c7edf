"""The shipped models are what the world's description says: stock, small, unchanged and good enough."""

import hashlib
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from microworld.benchmark import biomedical, news
from microworld.measure import MODELS, consistent, critic_scores, grammatical, samples
from microworld.reading import DOMAINS

SHIPPED = {
    "teacher-news": AutoModelForCausalLM,
    "teacher-biomedical": AutoModelForCausalLM,
    "critic": AutoModelForSequenceClassification,
    "student": AutoModelForSeq2SeqLM,
}


def shipped_files() -> list[Path]:
    return [path for name in SHIPPED for path in sorted((MODELS / name).iterdir())]


@pytest.mark.parametrize(("name", "auto_class"), SHIPPED.items())
def test_stock_classes_load_every_weight(name, auto_class):
    model, info = auto_class.from_pretrained(MODELS / name, dtype=torch.float32, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert model.num_parameters() < 2_000_000


def test_weights_are_safetensors_of_fourteen_megabytes_at_most():
    assert {path.suffix for path in shipped_files()} == {".json", ".md", ".safetensors"}
    assert sum(path.stat().st_size for path in shipped_files()) <= 14_000_000


def test_files_are_those_of_the_training_log():
    sums = (MODELS / "SHA256SUMS").read_text(encoding="utf-8").split()
    listed = dict(zip(sums[1::2], sums[::2], strict=True))
    found = {str(path.relative_to(MODELS)): hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped_files()}
    assert found == listed


@pytest.mark.parametrize("name", SHIPPED)
def test_tokenizers_give_back_any_text(name):
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name)
    sentences = [row["source"] for draw in (news, biomedical) for row in draw("paraphrase", 30, seed=0)]
    for text in [*sentences, "Señor Müller paid $3.50 -- twice!", "tabs\tand\nlines"]:
        assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True) == text
    assert all(len(tokenizer.tokenize(word)) == 1 for word in ("profit", "Profit", "Seattle", "Amloza"))


@pytest.fixture(scope="module", params=DOMAINS)
def sampled(request):
    return samples(request.param, contexts=250, k=20, seed=0)


@pytest.mark.slow
def test_a_teacher_writes_sentences_of_the_world_on_test_meanings(sampled, request):
    if "biomedical" in request.node.name:
        request.applymarker(
            pytest.mark.xfail(reason="0.948: it gives two drugs or genes one name; see docs/results.md")
        )
    assert grammatical(sampled).value >= 0.97


@pytest.mark.slow
def test_a_teacher_keeps_to_its_context_on_test_meanings(sampled):
    assert consistent(sampled).value >= 0.97


@pytest.mark.slow
def test_the_critic_reaches_its_floors_on_test_meanings(sampled):
    scores = critic_scores([each.sentences for each in sampled], pairs=6000, seed=0)
    assert scores["accuracy"].value >= 0.98
    assert scores["precision"].value >= 0.98
    assert scores["recall"].value >= 0.96
