"""The teacher in this process: prompts that fit, batches of like length, and failures named for what they are."""

import random

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from builders.domain import DomainConfig
from builders.errors import ConfigError, RunError
from builders.generation import Decoding, Prompt
from builders.models import load_sampled_lm
from builders.sampling import sample_stage
from builders.sampling_config import SamplingConfig
from builders.teachers.in_process import InProcessTeacher
from tests.builders.tiny_models import make_tokenizer, passage

DECODING = Decoding(num_return=4, temperature=0.7, top_p=0.9, max_new_tokens=30)


def config(teacher, **settings):
    small = {"contexts": 6, "k": 4, "contexts_per_batch": 4, "context_tokens": 60, "sentence_tokens": 30}
    return SamplingConfig(teacher=teacher, domain=DomainConfig(name="news"), **small | settings)


def prompts(count=20):
    rng = random.Random(3)
    texts = [passage(rng, rng.randint(1, 4)) for _ in range(count)]
    return [Prompt(text, number) for number, text in enumerate(texts)]


@pytest.fixture
def batches(teacher, monkeypatch):
    """The sizes of the batches that the teacher's model reads, each with the padding in it."""
    model, _ = load_sampled_lm(teacher)
    read, forward = [], type(model).forward

    def watched(*arguments, **inputs):
        if inputs["input_ids"].shape[1] > 1:
            mask = inputs["attention_mask"]
            read.append((len(inputs["input_ids"]), 0 if mask is None else int((mask == 0).sum())))
        return forward(model, *arguments, **inputs)

    monkeypatch.setattr(model, "forward", watched)
    return read


def test_prompts_of_like_length_share_a_batch(teacher, batches):
    asked = prompts(40)
    InProcessTeacher(config(teacher)).go_on(asked, DECODING, None)
    tokenizer = load_sampled_lm(teacher)[1]
    lengths = sorted(len(tokenizer(prompt.text)["input_ids"]) for prompt in asked)
    groups = [lengths[start : start + 4] for start in range(0, 40, 4)]
    assert batches == [(4, 4 * max(group) - sum(group)) for group in groups]
    assert len(set(lengths)) > 10


@pytest.mark.parametrize("order", ["alone", "backwards", "larger"])
def test_a_prompt_has_the_same_samples_in_any_batch_and_order(teacher, order):
    asked = prompts()
    expected = InProcessTeacher(config(teacher)).go_on(asked, DECODING, None)
    if order == "backwards":
        found = InProcessTeacher(config(teacher)).go_on(asked[::-1], DECODING, None)[::-1]
    else:
        size = {"alone": 1, "larger": 20}[order]
        found = InProcessTeacher(config(teacher, contexts_per_batch=size)).go_on(asked, DECODING, None)
    assert found == expected


def test_when_memory_runs_out_the_batches_are_halved_and_nothing_is_lost(teacher, batches, monkeypatch, tmp_path):
    expected = InProcessTeacher(config(teacher)).go_on(prompts(), DECODING, None)
    model, narrow = load_sampled_lm(teacher)[0], []
    watched = model.forward

    def forward(*arguments, **inputs):
        narrow.append(len(inputs["input_ids"]))
        if narrow[-1] > 4:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return watched(*arguments, **inputs)

    monkeypatch.setattr(model, "forward", forward)
    halved = InProcessTeacher(config(teacher))
    assert halved.go_on(prompts(), DECODING, None) == expected
    assert halved.counts() == {"halved_batches": 2}  # of four prompts with four samples each
    stage = sample_stage(config(teacher, contexts_per_shard=3), 7, tmp_path, "round-0")
    assert stage.counts()["halved_batches"] == 4  # two in either shard


def test_where_one_prompt_is_too_much_the_error_comes_through(teacher, monkeypatch):
    def forward(*arguments, **inputs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(load_sampled_lm(teacher)[0], "forward", forward)
    asked = InProcessTeacher(config(teacher))
    with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory"):
        asked.go_on(prompts(), DECODING, None)
    with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory"):
        asked.check()  # and not that it "cannot be sampled"


def test_a_model_that_fails_otherwise_cannot_be_sampled(teacher, monkeypatch):
    def forward(*arguments, **inputs):
        raise TypeError("forward() got an unexpected keyword argument 'position_ids'")

    monkeypatch.setattr(load_sampled_lm(teacher)[0], "forward", forward)
    with pytest.raises(ConfigError, match=r"cannot be sampled: forward\(\) got an unexpected"):
        InProcessTeacher(config(teacher)).check()


def test_few_cuts_are_tried_on_a_prompt_far_too_long(teacher, monkeypatch):
    asked = InProcessTeacher(config(teacher))
    tried, size = [], asked._size
    monkeypatch.setattr(asked, "_size", lambda text: tried.append(text) or size(text))
    sentences = [f"Nike said profit {'rose' if number % 2 else 'fell'} on Monday." for number in range(100)]
    [continued] = asked.go_on([Prompt(" ".join(sentences), 0)], DECODING, None)
    assert " ".join(sentences).endswith(". " + continued.prompt)
    assert size(continued.prompt) <= 160 - 30 < size("Nike said profit rose on Monday. " + continued.prompt)
    assert len(tried) <= 10


def test_bf16_is_for_the_teacher_to_compute_in(teacher):
    for bf16, dtype in ((False, torch.float32), (True, torch.bfloat16)):
        asked = InProcessTeacher(config(teacher, bf16=bf16))
        assert asked._model.dtype == dtype
        assert all(text for one in asked.go_on(prompts(3), DECODING, None) for text in one.texts)


def save(folder, **names):
    tokenizer = make_tokenizer()
    bare = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer, **names)
    torch.manual_seed(0)
    sizes = {"vocab_size": len(tokenizer), "n_positions": 160, "n_embd": 16, "n_layer": 1, "n_head": 2}
    ids = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
    GPT2LMHeadModel(GPT2Config(**sizes, **ids)).save_pretrained(folder)
    bare.save_pretrained(folder)
    return str(folder)


def test_a_model_without_a_token_to_begin_or_end_with_is_one_line(tmp_path):
    with pytest.raises(RunError, match="has neither a bos_token nor an eos_token; name one of them in its tokenizer"):
        InProcessTeacher(config(save(tmp_path / "bare")))


@pytest.mark.parametrize("name", ["bos_token", "eos_token"])
def test_one_of_them_is_enough_and_pads_too(tmp_path, name):
    folder = save(tmp_path / name, **{name: "<bos>"})
    asked = InProcessTeacher(config(folder))
    asked.check()
    assert load_sampled_lm(folder)[1].pad_token == "<bos>"
    continued = asked.go_on([Prompt("", 1), *prompts(3)], DECODING, None)
    assert all(text and "<bos>" not in text for one in continued for text in one.texts)
