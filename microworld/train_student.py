"""The student's base: a small T5 trained from scratch to restore masked sentences of raw passages."""

import random
from collections.abc import Callable

import torch
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from microworld.story import draw_story
from microworld.training_loop import batches_by_length, fit, padded, words

STEPS, BATCH = 5000, 64
MASKED, MASKED_BESIDE = 0.15, 0.5  # share of the words; more where a neighbouring sentence helps to restore them
CHUNK = 3  # words that stay together, at most, where the order is lost


def train(
    tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None], steps: int = STEPS
) -> T5ForConditionalGeneration:
    """Train the base on training passages; it never sees a pair or a label."""
    rng = random.Random("student passages")
    batches = batches_by_length(lambda: draw_example(rng), lambda example: tuple(map(words, example)), BATCH, rng)

    def loss_of_step(step: int) -> torch.Tensor:
        examples = next(batches)
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
            feed_forward_proj="gated-gelu_pytorch_tanh",  # the same function as "gated-gelu", computed faster
            attn_implementation="eager",  # the fastest on short rows on a CPU
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=tokenizer.pad_token_id,
        )
    )
    return fit(model, loss_of_step, steps=steps, learning_rate=2e-3, anneal=0.5, log=log)


def draw_example(rng: random.Random) -> tuple[str, str]:
    """A sentence of a passage and what is left of it: some words, their order lost, or half beside a neighbour."""
    sentences = [sentence.text for sentence in draw_story(rng, "train").sentences]
    at = rng.randrange(len(sentences) - 1)
    before, target = sentences[at : at + 2]
    match rng.randrange(3):
        case 0:
            return _masked(target.split(" "), MASKED, rng), target
        case 1:
            return _masked(_shuffled(target.split(" "), rng), MASKED, rng), target
        case _:
            return f"{before} {_masked(target.split(' '), MASKED_BESIDE, rng)}", target


def _shuffled(words: list[str], rng: random.Random) -> list[str]:
    """The words in chunks of a few, the chunks in another order."""
    chunks = []
    while words:
        length = rng.randint(1, CHUNK)
        chunks.append(words[:length])
        words = words[length:]
    rng.shuffle(chunks)
    return [word for chunk in chunks for word in chunk]


def _masked(words: list[str], share: float, rng: random.Random) -> str:
    """The words with about a share of them masked, each stretch of those by one mask."""
    left = ["<mask>" if rng.random() < share else word for word in words]
    kept = [word for word, before in zip(left, ["", *left], strict=False) if (word, before) != ("<mask>", "<mask>")]
    return " ".join(kept).replace(" <mask>", "<mask>")  # a mask takes the place of a token with its leading space
