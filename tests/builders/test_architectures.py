"""Small models of the kinds that teachers are, with tokenizers of their kinds: samples are what `generate` gives."""

import logging
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import sentencepiece
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, LlamaTokenizer, PreTrainedTokenizerFast

from builders.domain import DomainConfig
from builders.finished_texts import ending_tokens
from builders.generation import Decoding, Prompt, sample_continuations
from builders.models import load_causal_lm
from builders.prompt_tokens import end_tokens, prompt_tokens
from builders.sampling import sample_stage
from builders.sampling_config import CorpusConfig, SamplingConfig
from tests.recipes.real_kinds import biogpt_tokenizer, corpus

PROMPTS = [
    Prompt("Boeing said profit rose on Monday.", 11),
    Prompt("", 12),
    Prompt("Dell Corp. said that sales fell last week. Nike said shares", 13),
]
SIZES = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 32, "intermediate_size": 64}
ROTARY = SIZES | {"num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 96}
GPT2 = {"n_layer": 2, "n_head": 2, "n_embd": 32, "n_positions": 96}
OPT = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 32, "ffn_dim": 64, "word_embed_proj_dim": 32}
WINDOW = {"sliding_window": 8, "use_sliding_window": True, "max_window_layers": 1}


@dataclass(frozen=True)
class Kind:
    """A kind of model: its configuration's class and sizes, its tokenizer, and what an empty prompt starts with."""

    config: str
    sizes: dict[str, Any]
    tokenizer: str
    start: str


KINDS = {
    "gpt2": Kind("GPT2Config", GPT2, "gpt2", "<|endoftext|>"),
    "biogpt": Kind("BioGptConfig", SIZES | {"max_position_embeddings": 96}, "biogpt", "</s>"),
    "opt": Kind("OPTConfig", OPT | {"max_position_embeddings": 96}, "opt", "</s>"),
    "llama": Kind("LlamaConfig", ROTARY, "sentencepiece", "<s>"),
    "llama3": Kind("LlamaConfig", ROTARY, "llama3", "<|begin_of_text|>"),
    "qwen2": Kind("Qwen2Config", ROTARY, "qwen", "<|endoftext|>"),
    "qwen2-window": Kind("Qwen2Config", ROTARY | WINDOW, "qwen", "<|endoftext|>"),
    "qwen3": Kind("Qwen3Config", ROTARY, "qwen", "<|endoftext|>"),
    "mistral": Kind("MistralConfig", ROTARY | {"sliding_window": 8}, "sentencepiece", "<s>"),
    "gemma2": Kind("Gemma2Config", ROTARY | {"sliding_window": 8}, "sentencepiece", "<s>"),
    "gpt_neox": Kind("GPTNeoXConfig", SIZES | {"max_position_embeddings": 96}, "gpt2", "<|endoftext|>"),
    "phi": Kind("PhiConfig", SIZES | {"max_position_embeddings": 96}, "gpt2", "<|endoftext|>"),
}


def byte_pairs(names, specials, front=None):
    """A byte-level BPE with special tokens, one of them put in front of every text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=specials, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    if front:
        placed = [(front, tokenizer.token_to_id(front))]
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{front} $A", special_tokens=placed)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)


def llama_tokenizer(folder):
    folder.mkdir()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_prefix=str(folder / "tokenizer"),
        model_type="bpe",
        vocab_size=400,
        hard_vocab_limit=False,
        byte_fallback=True,
        minloglevel=2,
    )
    return LlamaTokenizer.from_pretrained(folder, add_bos_token=True)  # as the real ones' tokenizer_config.json says


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizers")
    end = "<|endoftext|>"
    return {
        "gpt2": byte_pairs({"bos_token": end, "eos_token": end}, [end]),
        "biogpt": biogpt_tokenizer(folder / "biogpt"),
        "opt": byte_pairs(
            {"bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>"}, ["<s>", "<pad>", "</s>"], "</s>"
        ),
        "sentencepiece": llama_tokenizer(folder / "llama"),
        "llama3": byte_pairs(
            {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"},
            ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"],
            "<|begin_of_text|>",
        ),
        "qwen": byte_pairs({"eos_token": end, "pad_token": end}, [end, "<|im_end|>"]),
    }


@pytest.fixture(scope="module")
def teachers(tokenizers, tmp_path_factory):
    """The folder of a model of each kind, with random weights."""
    root = tmp_path_factory.mktemp("teachers")
    for name, kind in KINDS.items():
        tokenizer = tokenizers[kind.tokenizer]
        bos, eos, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
        settings = {"bos_token_id": bos, "eos_token_id": eos, "pad_token_id": eos if pad is None else pad}
        settings["tie_word_embeddings"] = False  # or each token would be followed by itself
        torch.manual_seed(0)
        config = getattr(transformers, kind.config)(vocab_size=len(tokenizer), **settings, **kind.sizes)
        model = AutoModelForCausalLM.from_config(config)
        for weights in model.parameters():
            if weights.ndim > 1:
                torch.nn.init.normal_(weights, std=0.5)  # or all texts would be alike
        model.save_pretrained(root / name)
        tokenizer.save_pretrained(root / name)
    return root


@pytest.fixture(scope="module")
def load(teachers):
    return lambda name: load_causal_lm(str(teachers / name))


def generated(model, tokenizer, prompt):
    """What `generate` writes behind a prompt that is alone, so without padding."""
    [tokens] = prompt_tokens(tokenizer, [prompt.text])
    rules = {"do_sample": False, "max_new_tokens": 20, "begin_suppress_tokens": end_tokens(model, tokenizer)}
    made = model.generate(torch.tensor([tokens]), **rules)
    return tokenizer.decode(made[0, len(tokens) :], skip_special_tokens=True)


@pytest.mark.parametrize("name", KINDS)
def test_greedy_continuations_are_those_of_generate(load, name):
    model, tokenizer = load(name)
    decoding = Decoding(max_new_tokens=20)
    expected = [generated(model, tokenizer, prompt) for prompt in PROMPTS]
    together = [texts[0] for texts in sample_continuations(model, tokenizer, PROMPTS, decoding)]
    alone = [sample_continuations(model, tokenizer, [prompt], decoding)[0][0] for prompt in PROMPTS]
    assert len(set(expected)) > 1
    assert alone == expected
    assert together == expected


@pytest.mark.parametrize("name", KINDS)
def test_prompts_begin_as_texts_do(load, name):
    _, tokenizer = load(name)
    empty, begun = (tokenizer.convert_ids_to_tokens(tokens) for tokens in prompt_tokens(tokenizer, ["", "Nike said"]))
    assert empty == [KINDS[name].start]
    assert (begun[0] == KINDS[name].start) == (KINDS[name].tokenizer not in ("gpt2", "qwen"))


@pytest.mark.parametrize("name", ["gpt2", "biogpt", "opt", "llama", "llama3", "qwen2"])
def test_the_name_of_a_token_in_a_text_is_text(load, name):
    _, tokenizer = load(name)
    texts = [f"Nike {token} said{token}" for token in tokenizer.all_special_tokens]
    start = len(prompt_tokens(tokenizer, ["Nike"])[0]) - len(tokenizer("Nike", add_special_tokens=False)["input_ids"])
    unknown = tokenizer.unk_token_id if name == "biogpt" else None  # for "<", which its vocabulary lacks
    for tokens in prompt_tokens(tokenizer, texts):
        assert not {*tokens[start:]} & {*tokenizer.all_special_ids} - {unknown}


@pytest.mark.parametrize("name", ["gpt2", "biogpt", "opt", "llama", "llama3", "qwen2"])
def test_ordinary_prompts_are_as_their_tokenizer_has_them(load, name):
    _, tokenizer = load(name)
    texts = [text for passage in corpus()[:20] for text in (passage, passage[:31], f" {passage[5:40]} ")]
    assert prompt_tokens(tokenizer, texts) == tokenizer(texts)["input_ids"]


def test_a_text_longer_than_the_window_is_tokenised_in_silence(load, caplog, monkeypatch):
    _, tokenizer = load("gpt2")
    monkeypatch.setattr(tokenizer, "model_max_length", 20)
    monkeypatch.setattr(tokenizer, "deprecation_warnings", {})  # it warns once
    library = logging.getLogger("transformers")
    monkeypatch.setattr(library, "handlers", [caplog.handler])
    monkeypatch.setattr(library, "propagate", False)  # as it is where CI is set: all would be heard twice
    assert len(prompt_tokens(tokenizer, ["Nike said that sales fell. " * 20])[0]) > 20
    assert caplog.messages == []
    tokenizer(["Nike said that sales fell. " * 20])
    assert len(caplog.messages) == 1  # so it would have been heard


@pytest.mark.parametrize("name", ["gpt2", "opt", "llama", "qwen3", "qwen2-window"])
def test_samples_follow_the_model(load, name):
    model, tokenizer = load(name)
    [tokens] = prompt_tokens(tokenizer, [PROMPTS[0].text])
    logits = model(torch.tensor([tokens])).logits[0, -1].double()
    logits[end_tokens(model, tokenizer)] = -torch.inf
    expected: dict[str, float] = {}
    for token, share in enumerate(logits.softmax(0).tolist()):
        text = tokenizer.decode([token], skip_special_tokens=True)
        expected[text] = expected.get(text, 0.0) + share
    decoding = Decoding(num_return=2000, temperature=1.0, max_new_tokens=1)
    [texts] = sample_continuations(model, tokenizer, PROMPTS[:1], decoding)
    drawn = Counter(texts)
    assert len(drawn) > 10
    for text, share in expected.items():
        assert drawn[text] / 2000 == pytest.approx(share, abs=5 * (share / 2000) ** 0.5 + 1e-3)


def test_every_token_that_ends_texts_ends_them(load, monkeypatch):
    model, tokenizer = load("llama3")  # whose generation_config names several
    free = Decoding(num_return=6, temperature=1.0, max_new_tokens=20)
    [texts] = sample_continuations(model, tokenizer, PROMPTS[:1], free)
    middle = tokenizer(texts[0], add_special_tokens=False)["input_ids"][5]
    own = tokenizer.eos_token_id
    assert end_tokens(model, tokenizer) == [own]
    monkeypatch.setattr(model.generation_config, "eos_token_id", [own, middle, len(tokenizer) + 5])
    assert end_tokens(model, tokenizer) == sorted([own, middle])
    [ended] = sample_continuations(model, tokenizer, PROMPTS[:1], free)
    assert ended != texts
    assert 0 < len(ended[0]) < len(texts[0])
    assert all(text.startswith(short.rstrip("\ufffd")) for text, short in zip(texts, ended, strict=True))


def test_a_text_is_not_ended_before_it_begins(load):
    _, tokenizer = load("llama")
    tokenizer = type(tokenizer).from_pretrained(tokenizer.name_or_path, add_bos_token=True, add_eos_token=True)
    with_end = tokenizer("Nike said")["input_ids"]
    assert (with_end[0], with_end[-1]) == (tokenizer.bos_token_id, tokenizer.eos_token_id)
    assert prompt_tokens(tokenizer, ["Nike said", ""]) == [with_end[:-1], [tokenizer.bos_token_id]]


def test_a_new_line_in_a_byte_of_its_own_may_end_a_sentence(load):
    _, tokenizer = load("llama")
    ends = {tokenizer.convert_ids_to_tokens(int(token)) for token in ending_tokens(tokenizer, ".?!").nonzero()[0]}
    assert "<0x0A>" in ends
    assert {"." in end or "?" in end or "!" in end for end in ends - {"<0x0A>", "<0x21>", "<0x2E>", "<0x3F>"}} == {True}


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_an_end_that_is_spread_over_several_tokens_is_found_by_its_last(load, name):
    _, tokenizer = load(name)
    *_, last = tokenizer("Nike\u3002", add_special_tokens=False)["input_ids"]
    assert len(tokenizer("\u3002", add_special_tokens=False)["input_ids"]) > 1
    ends = ending_tokens(tokenizer, "\u3002")
    assert ends[last]
    assert not ending_tokens(tokenizer, ".?!")[last]
    assert not ends[tokenizer(".", add_special_tokens=False)["input_ids"][-1]]


@pytest.mark.parametrize("name", ["gpt2", "biogpt", "opt", "llama", "qwen2"])
def test_a_context_longer_than_the_window_is_cut_at_a_sentence_or_refused(teachers, load, name, tmp_path):
    sentences = [f"{name} said that sales {verb} last week." for name in ("Nike", "Apple") for verb in "abcdefghij"]
    whole, endless = " ".join(sentences), "Nike said " + "that sales fell " * 60 + "last week."
    fits = "Boeing said profit rose on Monday."
    (tmp_path / "contexts.txt").write_text("\n".join([whole, endless, fits]) + "\n")
    corpus = CorpusConfig(place=str(tmp_path / "contexts.txt"))
    settings = {"contexts": 3, "k": 2, "sentence_tokens": 20, "context_tokens": 20, "corpus": corpus}
    config = SamplingConfig(teacher=str(teachers / name), domain=DomainConfig(name="news"), **settings)
    stage = sample_stage(config, 7, tmp_path / "samples", "round-0")
    counts = stage.counts()
    assert (counts["contexts"], counts["cut_contexts"], counts["refused:context_too_long"]) == (2, 1, 1)
    [cut, same] = [row["context"] for row in stage.read_rows()]
    assert same == fits
    starts = [" ".join(sentences[first:]) for first in range(len(sentences))]
    _, tokenizer = load(name)
    longest = next(start for start in starts if len(prompt_tokens(tokenizer, [start])[0]) <= 96 - 20)
    assert cut == longest
    assert 0 < starts.index(cut) < len(starts) - 2
