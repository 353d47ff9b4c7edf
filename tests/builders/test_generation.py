import sys

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, BloomConfig, MptConfig

from builders.domain import SentencesConfig
from builders.errors import RunError
from builders.generation import Decoding, Prompt, sample_continuations, sample_targets
from builders.models import load_causal_lm, load_seq2seq
from builders.prompt_tokens import positions
from builders.sentences import Sentences

PROMPTS = [
    Prompt("Boeing said profit rose on Monday.", 11),
    Prompt("Apple", 12),
    Prompt("Dell Corp. said that sales fell last week. Nike said shares gained.", 13),
]
SENTENCES = Sentences(SentencesConfig())
TOKENS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def continuations(teacher, prompts, **settings):
    model, tokenizer = load_causal_lm(teacher)
    is_done = settings.pop("is_done", SENTENCES.first_is_done)
    defaults = {"num_return": 4, "temperature": 0.7, "top_p": 0.9, "max_new_tokens": 40}
    return sample_continuations(model, tokenizer, prompts, Decoding(**defaults | settings), is_done)


@pytest.mark.parametrize("prompts", [PROMPTS[:1], PROMPTS])
def test_greedy_continuations_are_those_of_generate(teacher, prompts):
    model, tokenizer = load_causal_lm(teacher)
    inputs = tokenizer([prompt.text for prompt in prompts], return_tensors="pt", padding=True)
    inputs.pop("token_type_ids", None)
    with torch.inference_mode():
        ids = model.generate(**inputs, do_sample=False, max_new_tokens=30, begin_suppress_tokens=[2])
    expected = tokenizer.batch_decode(ids[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    ours = continuations(teacher, prompts, num_return=1, temperature=0, max_new_tokens=30, is_done=None)
    assert [texts[0] for texts in ours] == expected


@pytest.mark.parametrize(
    ("config", "limit"),
    [
        (BloomConfig(hidden_size=32, n_layer=1, n_head=4, **TOKENS), sys.maxsize),
        (MptConfig(d_model=32, n_layers=1, n_heads=4, max_seq_len=60, **TOKENS), 60),
    ],
    ids=["bloom", "mpt"],
)
def test_models_without_a_table_of_positions_are_sampled_too(teacher, config, limit):
    torch.manual_seed(0)
    _, tokenizer = load_causal_lm(teacher)
    config.vocab_size = len(tokenizer)
    model = AutoModelForCausalLM.from_config(config).eval()
    for weights in model.parameters():
        torch.nn.init.normal_(weights, std=0.3)  # or all texts would be alike
    assert positions(model) == limit
    inputs = tokenizer([prompt.text for prompt in PROMPTS], return_tensors="pt", padding=True)
    inputs.pop("token_type_ids", None)
    with torch.inference_mode():
        ids = model.generate(**inputs, do_sample=False, max_new_tokens=20, begin_suppress_tokens=[2])
    expected = tokenizer.batch_decode(ids[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    settings = {"num_return": 1, "temperature": 0, "top_p": 1.0, "max_new_tokens": 20}
    assert [texts[0] for texts in sample_continuations(model, tokenizer, PROMPTS, Decoding(**settings))] == expected


def test_greedy_targets_are_those_of_generate(student):
    model, tokenizer = load_seq2seq(student)
    texts = [prompt.text for prompt in PROMPTS]
    inputs = tokenizer(texts, return_tensors="pt", padding=True)
    inputs.pop("token_type_ids", None)
    with torch.inference_mode():
        ids = model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=20, begin_suppress_tokens=[2])
    expected = [text.strip() for text in tokenizer.batch_decode(ids, skip_special_tokens=True)]
    ours = sample_targets(model, tokenizer, PROMPTS, Decoding(max_new_tokens=20))
    assert [texts[0] for texts in ours] == expected


def test_samples_follow_the_model(teacher):
    # the first token's frequencies against the nucleus that the logits give
    model, tokenizer = load_causal_lm(teacher)
    prompt = "Boeing said profit rose on Monday."
    with torch.inference_mode():
        logits = model(**tokenizer(prompt, return_tensors="pt")).logits[0, -1] / 1.0
    p = logits.softmax(-1).double().sort(descending=True)
    inside = (p.values.cumsum(0) - p.values) < 0.9
    expected = dict(zip(p.indices[inside].tolist(), (p.values[inside] / p.values[inside].sum()).tolist(), strict=True))
    [texts] = continuations(
        teacher, [Prompt(prompt, 5)], num_return=2000, temperature=1.0, max_new_tokens=1, is_done=None
    )
    drawn = dict(zip(*np.unique(texts, return_counts=True), strict=True))
    for token, share in expected.items():
        count = drawn.get(tokenizer.decode([token]), 0)
        assert count / 2000 == pytest.approx(share, abs=5 * (share / 2000) ** 0.5)


def test_a_text_stops_soon_after_its_sentence(teacher):
    for texts in continuations(teacher, PROMPTS, num_return=8):
        assert any(SENTENCES.first_is_done(text) for text in texts)
        assert max(len(text.split()) for text in texts if SENTENCES.first_is_done(text)) < 20


def test_whether_a_text_is_done_is_asked_behind_the_ends_of_its_domain(teacher):
    asked = []

    def is_done(text):
        asked.append(text)
        return "d" in text.partition("sai")[2]

    [whole] = continuations(teacher, PROMPTS[:1], is_done=None)
    [cut] = continuations(teacher, PROMPTS[:1], is_done=is_done, endings="d")
    assert all(text.startswith(short) and len(short) < len(text) for text, short in zip(whole, cut, strict=True))
    assert all("d" in text or "\n" in text for text in asked)
    asked.clear()
    continuations(teacher, PROMPTS[:1], is_done=is_done)
    assert all("." in text or "\n" in text for text in asked)


def test_an_empty_banned_string_bans_nothing(teacher):
    assert continuations(teacher, PROMPTS, banned=("",)) == continuations(teacher, PROMPTS)


def test_a_prompt_samples_the_same_alone_and_in_company(teacher):
    alone = [continuations(teacher, [prompt])[0] for prompt in PROMPTS]
    assert continuations(teacher, PROMPTS) == alone


def test_samples_of_a_prompt_do_not_depend_on_how_many_there_are(teacher):
    [few] = continuations(teacher, PROMPTS[:1], num_return=3)
    [many] = continuations(teacher, PROMPTS[:1], num_return=9)
    assert many[:3] == few
    assert len(set(many)) > 1


def test_another_key_gives_other_samples(teacher):
    texts = [continuations(teacher, [Prompt(PROMPTS[0].text, n)], num_return=8)[0] for n in (1, 2)]
    assert texts[0] != texts[1]


def test_an_empty_prompt_starts_from_nothing(teacher):
    [texts] = continuations(teacher, [Prompt("", 3)])
    assert all(text.strip() for text in texts)


def test_a_prompt_longer_than_the_model_is_one_line(teacher):
    long = "Boeing said profit rose on Monday. " * 60
    words = r"prompt 'Boeing said .*' has \d+ tokens, and 10 more do not fit the 160 positions of the model; shorten it"
    with pytest.raises(RunError, match=words):
        continuations(teacher, [Prompt(long.strip(), 3)], num_return=1, max_new_tokens=10)


def test_what_pads_a_vocabulary_is_never_drawn(teacher):
    _, tokenizer = load_causal_lm(teacher)
    torch.manual_seed(0)
    config = BloomConfig(hidden_size=32, n_layer=1, n_head=4, vocab_size=100 * len(tokenizer), **TOKENS)
    model = AutoModelForCausalLM.from_config(config).eval()
    settings = {"num_return": 20, "temperature": 1.0, "top_p": 1.0, "max_new_tokens": 5}
    [texts] = sample_continuations(model, tokenizer, PROMPTS[:1], Decoding(**settings))
    assert all(texts)


def test_targets_are_keyed(student):
    model, tokenizer = load_seq2seq(student)
    settings = {"num_return": 3, "temperature": 1.0, "top_p": 0.9, "max_new_tokens": 12}
    together = sample_targets(model, tokenizer, PROMPTS, Decoding(**settings))
    assert together == [sample_targets(model, tokenizer, [prompt], Decoding(**settings))[0] for prompt in PROMPTS]
    assert len(set(together[0])) == 3
