"""Both samplers of each comparison do the same work, and what they compute is counted; speed is no test's business."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from benchmarks import forced_teacher
from benchmarks.forward_counts import counted
from benchmarks.generate_ways import bad_words
from benchmarks.same_distribution import RULES, ours, p_value, theirs
from benchmarks.sampling_comparison import decode_ratio, main, tokens_ratio
from benchmarks.timed_sampling import Workload, compare
from benchmarks.workload import SENTENCES
from builders.generation import Decoding, Prompt, sample_continuations
from builders.models import load_sampled_lm

K, LENGTH = 4, 10
SUMMARY = (
    "ratio_authors",
    "ratio_generate",
    "ratio_authors_microworld",
    "tokens_ratio",
    "decode_ratio",
    "same_distribution_p",
)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher")
    forced_teacher.save_teacher(folder, "tiny")
    return str(folder)


@pytest.fixture
def forced(folder):
    """Has the teacher end its sentences as the hook that a test gives it says."""
    model, tokenizer = load_sampled_lm(folder)
    hooks = []

    def force():
        hooks.append(model.register_forward_hook(forced_teacher.ForcedLengths(tokenizer), with_kwargs=True))
        return model, tokenizer

    yield force
    for hook in hooks:
        hook.remove()


def test_what_is_computed_is_counted_exactly(folder, forced, monkeypatch):
    always_at_length = torch.tensor([float(n == LENGTH) for n in range(200)])
    monkeypatch.setattr(forced_teacher, "hazard", lambda: always_at_length)
    _, tokenizer = forced()
    contexts = forced_teacher.contexts(tokenizer, 2)
    record = compare(Workload(name="scripted", teacher=folder, repeats=[contexts], k=K))
    ways, rows = record["ways"], 2 * K
    assert {name: way["first_tokens"] for name, way in ways.items()} == dict.fromkeys(ways, rows * LENGTH)
    assert {name: way["kept"] for name, way in ways.items()} == dict.fromkeys(ways, rows)
    prompts = {name: way["prefill"] for name, way in ways.items()}
    assert prompts == {"authors": rows * 120, "generate": rows * 120, "ours": 2 * 120}
    # the token that begins the next sentence is drawn, and never run through the model
    decoded = {name: way["decode"] for name, way in ways.items()}
    assert decoded == {"authors": rows * 99, "generate": rows * LENGTH, "ours": rows * LENGTH}
    assert ways["ours"]["steps"] == LENGTH
    assert ways["ours"]["looked_at"] == rows * sum(range(121, 121 + LENGTH))
    assert decode_ratio(record) == 1.0
    assert tokens_ratio(record) == 1.0 + 2 * 120 / (rows * LENGTH)


def test_padding_is_computed_too(folder):
    model, tokenizer = load_sampled_lm(folder)
    with counted(model) as counts:
        settings = Decoding(num_return=3, max_new_tokens=5)
        sample_continuations(model, tokenizer, [Prompt(text, 1) for text in ("bababa", "bababa dababa")], settings)
    assert (counts.prefill, counts.decode, counts.steps) == (2 * 2, 6 * 4, 4)


def test_forced_sentences_have_the_lengths_of_the_table(forced):
    model, tokenizer = forced()
    prompts = [Prompt(text, n) for n, text in enumerate(forced_teacher.contexts(tokenizer, 4))]
    rules = Decoding(num_return=100, temperature=0.7, top_p=0.9, max_new_tokens=100, no_repeat_ngram_size=3)
    written = sample_continuations(model, tokenizer, prompts, rules, SENTENCES.first_is_done)
    firsts = [SENTENCES.first(text) for texts in written for text in texts]
    lengths = np.array([len(ids) for ids in tokenizer(firsts)["input_ids"]])
    shares = np.linspace(0, 1, len(forced_teacher.LENGTHS))
    reached = np.array([(lengths <= length).mean() for length in forced_teacher.LENGTHS])
    assert np.abs(reached - shares).max() < 0.1


def test_the_hazard_is_that_of_the_table():
    going_on = np.cumprod(1 - forced_teacher.hazard().numpy())
    at_quantiles = going_on[list(forced_teacher.LENGTHS)]
    assert at_quantiles == pytest.approx(np.linspace(1, 0, len(forced_teacher.LENGTHS)))


def test_words_that_hold_a_banned_character_are_forbidden_to_generate(folder):
    _, tokenizer = load_sampled_lm(folder)
    banned = {token for [token] in bad_words(tokenizer, ("\n", "f"))}
    texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer))], skip_special_tokens=True)
    assert banned == {token for token, text in enumerate(texts) if "\n" in text or "f" in text}


@cache
def by_generate():
    return theirs(3, 150)


def test_ours_and_generate_are_one_distribution():
    assert p_value(ours(3, 150), by_generate()) > 0.05


@pytest.mark.parametrize(
    "other", [{"temperature": 0.85}, {"top_p": 0.5}, {"no_repeat_ngram_size": 0}, {"banned": ("\n",)}], ids=str
)
def test_another_setting_is_another_distribution(other):
    assert p_value(ours(3, 150, replace(RULES, **other)), by_generate()) < 0.01


def test_the_last_line_is_the_summary(capsys):
    small = "--shape tiny --repeats 1 --k 4 --microworld-contexts 1 --tested 10 --threads 1 --json"
    assert main(small.split()) == 0
    printed = capsys.readouterr()
    record, summary = map(json.loads, printed.out.splitlines())
    assert set(SUMMARY) <= summary.keys()
    assert record["large"]["ways"]["ours"]["sentences"] == 4
    assert "| ours over it, median of the repeats |" in printed.err
