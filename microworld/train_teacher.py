"""The teacher: a GPT-2 of a million parameters trained from scratch on raw passages, in two stretches.

The critic starts where the first stretch ends.
"""

import random
from collections.abc import Callable

import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from microworld.grammar import load
from microworld.story import draw_story
from microworld.training_loop import batches_by_length, fit, padded, words

FIRST_STEPS, STEPS, BATCH = 1500, 6000, 32


def train_first(tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None]) -> GPT2LMHeadModel:
    """The first stretch: a language model of the training passages."""
    torch.manual_seed(0)
    model = GPT2LMHeadModel(config(tokenizer))
    loss_of_step = _loss_of_step(model, tokenizer, random.Random("teacher passages"))
    return fit(model, loss_of_step, steps=FIRST_STEPS, learning_rate=2.5e-3, anneal=0.6, log=log, muon_rate=8.75e-3)


def train(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None]) -> GPT2LMHeadModel:
    """The second stretch, until it seldom confuses who did what to whom; it never sees a label of the oracle."""
    loss_of_step = _loss_of_step(model, tokenizer, random.Random("more teacher passages"))
    return fit(model, loss_of_step, steps=STEPS, learning_rate=2e-3, anneal=0.7, log=log, muon_rate=7e-3)


def _loss_of_step(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, rng: random.Random
) -> Callable[[int], torch.Tensor]:
    batches = batches_by_length(lambda: _document(rng, str(tokenizer.eos_token)), words, BATCH, rng)

    def loss_of_step(step: int) -> torch.Tensor:
        batch = padded(tokenizer(next(batches)).input_ids, tokenizer.pad_token_id)
        return model(input_ids=batch, labels=batch.masked_fill(batch == tokenizer.pad_token_id, -100)).loss

    return loss_of_step


def config(tokenizer: PreTrainedTokenizerFast) -> GPT2Config:
    """The size that teacher and critic share."""
    return GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=256,
        n_embd=128,
        n_layer=4,
        n_head=4,
        activation_function="gelu_pytorch_tanh",  # the same function as GPT-2's own, computed faster
        attn_implementation="eager",  # the fastest on short rows on a CPU
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def _document(rng: random.Random, end: str) -> str:
    """A passage as a corpus would cut it: mostly whole, at times from the middle of the report.

    Reports that tell apart two names of one type are twice as frequent as others: they are what is hard to learn.
    """
    story = draw_story(rng, "train")
    while not load().frames[story.meanings[0].frame].distinct and rng.random() < 0.5:
        story = draw_story(rng, "train")
    sentences = [sentence.text for sentence in story.sentences]
    if rng.random() < 0.3:
        return " ".join(sentences[rng.randrange(len(sentences)) :]) + end
    return f"{end}{story.text}{end}"
