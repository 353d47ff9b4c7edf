"""No repeated n-gram and no banned string: the very tokens that transformers, or decoding itself, would forbid."""

import copy

import numpy as np
import pytest
import sentencepiece
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from transformers import LlamaTokenizer
from transformers.generation.logits_process import NoRepeatNGramLogitsProcessor

from builders.decoded_text import decode, token_bytes
from builders.generation import Decoding, Prompt, sample_continuations, sample_targets
from builders.logits_rules import LogitsRules
from builders.models import load_causal_lm, load_seq2seq
from tests.builders.tiny_models import make_tokenizer
from tests.recipes.real_kinds import biogpt_tokenizer, corpus

PROMPTS = [Prompt("Boeing said profit rose on Monday. Boeing said", 11), Prompt("Apple", 12), Prompt("", 13)]


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory):
    """One of each kind; the sentencepiece one spells what it does not know in bytes."""
    folder = tmp_path_factory.mktemp("kinds")
    trained = {"vocab_size": 400, "hard_vocab_limit": False, "byte_fallback": True, "model_type": "bpe"}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()), model_prefix=str(folder / "tokenizer"), minloglevel=2, **trained
    )
    llama = LlamaTokenizer.from_pretrained(folder)
    return {"bytes": make_tokenizer(), "sentencepiece": llama, "biogpt": biogpt_tokenizer(folder / "biogpt")}


def forbidden(rules, rows, vocabulary):
    logits = torch.zeros(rows, vocabulary)
    rules.apply(logits)
    return logits == -torch.inf


@given(
    st.integers(1, 4),
    st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=12), min_size=1, max_size=4),
    st.lists(st.integers(0, 5), min_size=1, max_size=6),
)
@settings(max_examples=100, deadline=None)
def test_repeated_ngrams_are_those_of_transformers(tokenizers, size, prompts, more):
    rules = LogitsRules(tokenizers["bytes"], prompts, len(more), size, (), [2])
    oracle = NoRepeatNGramLogitsProcessor(size)
    for written in range(len(more)):
        found = forbidden(rules, len(prompts), 400)
        for row, prompt in enumerate(prompts):  # each alone, so without padding
            expected = oracle(torch.tensor([prompt + more[:written]]), torch.zeros(1, 400)) == -torch.inf
            assert torch.equal(found[row], expected[0])
        rules.append(np.full(len(prompts), more[written]))


@given(st.data())
@settings(max_examples=15, deadline=None, phases=[Phase.generate])
def test_tokens_that_complete_a_banned_string_are_those_after_which_the_text_holds_it(tokenizers, data):
    kind = data.draw(st.sampled_from(["bytes", "sentencepiece"]))
    tokenizer = tokenizers[kind]
    banned = tuple(data.draw(st.sets(st.sampled_from(["ll", "aid", "d t", "é", "ll sai", "…", " …", "\n"]), min_size=1)))
    start = data.draw(st.integers(0, 20))
    pieces = tokenizer("Dell said … é \nsales rose."[start:], add_special_tokens=False)["input_ids"]
    text = tokenizer("x", add_special_tokens=False)["input_ids"]  # since a first space is lost in decoding
    rules = LogitsRules(tokenizer, [text], 6, 0, banned, [tokenizer.eos_token_id])
    for piece in pieces[:6]:
        [found] = forbidden(rules, 1, len(tokenizer))
        after = tokenizer.batch_decode([[*text, token] for token in range(len(tokenizer))], skip_special_tokens=True)
        held = torch.tensor([any(string in own for string in banned) for own in after])
        assert bool(found[held].all())
        if not tokenizer.decode(text).endswith("\ufffd"):  # half a character swallows what follows it
            assert torch.equal(found, held)
        if found[piece]:
            break
        text = [*text, piece]
        rules.append(np.array(text[-1:]))


@given(st.data(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_no_text_holds_a_banned_string(tokenizers, data, seed):
    tokenizer = tokenizers[data.draw(st.sampled_from(sorted(tokenizers)))]
    banned = tuple(data.draw(st.sets(st.text("ael. <[/\né", min_size=1, max_size=2), min_size=1, max_size=3)))
    rules = LogitsRules(tokenizer, [[0]] * 8, 12, 0, banned, [tokenizer.eos_token_id])
    generator = np.random.default_rng(seed)
    written = np.zeros((8, 12), dtype=np.int64)
    for step in range(12):
        logits = torch.from_numpy(generator.normal(size=(8, len(tokenizer))))
        rules.apply(logits)
        written[:, step] = logits.argmax(dim=1).numpy()
        rules.append(written[:, step])
    for row in written:
        assert not any(string.encode() in b"".join(token_bytes(tokenizer)[token] for token in row) for string in banned)
    letters = [string for string in banned if not set(string) & set(" /")]  # those that decoding leaves alone
    assert not any(string in text for text in decode(tokenizer, written.tolist()) for string in letters)


def test_greedy_continuations_under_both_rules_are_those_of_generate(teacher):
    model, tokenizer = load_causal_lm(teacher)
    holders = [[token] for token in range(len(tokenizer)) if "a" in tokenizer.decode([token], skip_special_tokens=True)]
    expected = []
    for prompt in PROMPTS:
        ids = torch.tensor([tokenizer(prompt.text)["input_ids"] or [tokenizer.bos_token_id]])
        rules = {"no_repeat_ngram_size": 2, "bad_words_ids": holders, "begin_suppress_tokens": [2]}
        made = model.generate(ids, do_sample=False, max_new_tokens=40, **rules)
        expected.append(tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True))
    decoding = Decoding(max_new_tokens=40, no_repeat_ngram_size=2, banned=("a",))
    assert [texts[0] for texts in sample_continuations(model, tokenizer, PROMPTS, decoding)] == expected
    free = Decoding(max_new_tokens=40)
    assert [texts[0] for texts in sample_continuations(model, tokenizer, PROMPTS, free)] != expected


def test_greedy_targets_under_the_ngram_rule_are_those_of_generate(student):
    model, tokenizer = load_seq2seq(student)
    inputs = tokenizer([prompt.text for prompt in PROMPTS[:2]], return_tensors="pt", padding=True)
    inputs.pop("token_type_ids", None)
    rules = {"no_repeat_ngram_size": 2, "begin_suppress_tokens": [2]}
    made = model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=20, **rules)
    expected = [text.strip() for text in tokenizer.batch_decode(made, skip_special_tokens=True)]
    decoding = Decoding(max_new_tokens=20, no_repeat_ngram_size=2)
    assert [texts[0] for texts in sample_targets(model, tokenizer, PROMPTS[:2], decoding)] == expected


def test_a_batch_with_dropped_rows_keeps_to_the_rules_as_a_prompt_alone_does(teacher):
    model, tokenizer = load_causal_lm(teacher)
    settings = {"num_return": 12, "temperature": 1.0, "top_p": 0.95, "max_new_tokens": 40}
    decoding = Decoding(**settings, no_repeat_ngram_size=3, banned=("Dell", "on Mon", "l sa"))
    together = sample_continuations(model, tokenizer, PROMPTS, decoding, lambda text: "." in text)
    alone = [sample_continuations(model, tokenizer, [one], decoding, lambda text: "." in text)[0] for one in PROMPTS]
    assert together == alone
    assert not any(string in text for texts in together for text in texts for string in decoding.banned)


def test_where_every_token_is_forbidden_the_text_ends(tokenizers):
    rules = LogitsRules(tokenizers["bytes"], [list(range(len(tokenizers["bytes"]))), [5]], 4, 1, ("a",), [2])
    [full, other] = ~forbidden(rules, 2, len(tokenizers["bytes"]))
    assert full.nonzero()[:, 0].tolist() == [2]
    assert other.sum() > 200


def test_what_biogpt_escapes_is_banned_as_it_is_read(tokenizers):
    tokenizer = copy.deepcopy(tokenizers["biogpt"])
    tokenizer.add_tokens(["&lt;</w>"])
    read = token_bytes.__wrapped__(tokenizer)
    assert read[-1] == b"< "
    assert read[tokenizer.eos_token_id] == b""
