"""The student's base: a small T5 trained from scratch to restore raw sentences whose parts were masked."""

import random
from collections.abc import Callable

import torch
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from microworld.story import draw_story
from microworld.training_loop import fit, padded

STEPS, BATCH, SENTENCES = 700, 64, 20_000
MASKED = 0.15


def train(
    tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None], steps: int = STEPS
) -> T5ForConditionalGeneration:
    """Train the base on sentences of training passages; it never sees a pair or a label."""
    rng = random.Random("student sentences")
    sentences = [s.text for _ in range(SENTENCES // 6) for s in draw_story(rng, "train").sentences]
    rows = tokenizer(sentences).input_ids

    def loss_of_step(step: int) -> torch.Tensor:
        targets = rng.sample(rows, BATCH)
        sources = padded([_masked(row, tokenizer.mask_token_id, rng) for row in targets], tokenizer.pad_token_id)
        labels = padded(targets, -100)
        return model(input_ids=sources, attention_mask=(sources != tokenizer.pad_token_id).long(), labels=labels).loss

    torch.manual_seed(0)
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(tokenizer),
            d_model=128,
            d_kv=32,
            num_heads=4,
            d_ff=256,
            num_layers=3,
            num_decoder_layers=3,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=tokenizer.pad_token_id,
        )
    )
    return fit(model, loss_of_step, steps=steps, learning_rate=2e-3, anneal=0.5, log=log)


def _masked(row: list[int], mask: int, rng: random.Random) -> list[int]:
    """The sentence with spans of one to three tokens replaced by one mask each; its end stays."""
    out, at = [], 0
    while at < len(row) - 1:
        if rng.random() < MASKED:
            out.append(mask)
            at += rng.choice((1, 1, 2, 3))
        else:
            out.append(row[at])
            at += 1
    return [*out, row[-1]]
