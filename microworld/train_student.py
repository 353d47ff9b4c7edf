"""The student's base: a small T5 trained from scratch to restore masked sentences of raw passages."""

import random
from collections.abc import Callable

import torch
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from microworld.story import draw_story
from microworld.training_loop import fit, padded

STEPS, BATCH = 2500, 64
NEIGHBOURS = (0, 1, 1, 2)  # sentences of the passage that stand beside the masked one
MASKED = (0.15, 0.5, 1.0)  # how much of it is masked: little, half, or all


def train(
    tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None], steps: int = STEPS
) -> T5ForConditionalGeneration:
    """Train the base on training passages; it never sees a pair or a label."""
    rng = random.Random("student passages")

    def loss_of_step(step: int) -> torch.Tensor:
        examples = [_example(rng) for _ in range(BATCH)]
        sources = padded(tokenizer([source for source, _ in examples]).input_ids, tokenizer.pad_token_id)
        labels = padded(tokenizer([target for _, target in examples]).input_ids, -100)
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


def _example(rng: random.Random) -> tuple[str, str]:
    """Neighbouring sentences of a passage with one of them masked, and that one whole."""
    sentences = [sentence.text for sentence in draw_story(rng, "train").sentences]
    length = 1 + rng.choice(NEIGHBOURS)
    first = rng.randrange(len(sentences) - length + 1)
    passage = sentences[first : first + length]
    at = rng.randrange(length)
    target = passage[at]
    passage[at] = _masked(target, rng.choice(MASKED), rng)
    return " ".join(passage), target


def _masked(sentence: str, share: float, rng: random.Random) -> str:
    """The sentence with about a share of its words masked, each stretch of them by one mask."""
    words = ["<mask>" if rng.random() < share else word for word in sentence.split(" ")]
    kept = [word for word, before in zip(words, ["", *words], strict=False) if (word, before) != ("<mask>", "<mask>")]
    return " ".join(kept).replace(" <mask>", "<mask>")  # a mask takes the place of a token with its leading space
