"""The teachers: GPT-2s of a million parameters trained from scratch on raw passages, in two stretches.

The first is of both domains, and the critic starts where it ends. In the second each teacher reads one domain.
"""

import random
from collections.abc import Callable

import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from microworld.frames import Frame
from microworld.reading import DOMAINS, load
from microworld.story import draw_story
from microworld.training_loop import batches_by_length, fit, padded, words

FIRST_STEPS, STEPS, BATCH = 1500, {"news": 8000, "biomedical": 7000}, 32
FREQUENCY = {"acquisition": 8, "comparison": 8, "interaction": 6, "match": 2, "appointment": 2}
"""How much more often than others those reports are read that tell apart several names of one type: they are hard."""
EVEN = 0.5  # the last fraction of the steps, in which all reports are read equally often, so that they are written so


def train_first(tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None]) -> GPT2LMHeadModel:
    """The first stretch: a language model of the training passages of both domains."""
    torch.manual_seed(0)
    model = GPT2LMHeadModel(config(tokenizer))
    loss_of_step = _loss_of_step(model, tokenizer, DOMAINS, FIRST_STEPS, random.Random("passages"))
    return fit(model, loss_of_step, steps=FIRST_STEPS, learning_rate=2.5e-3, anneal=0.6, log=log, muon_rate=8.75e-3)


def train(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, domain: str, log: Callable[[str], None]
) -> GPT2LMHeadModel:
    """The second stretch, on one domain, until it seldom confuses who did what to whom; it never sees a label."""
    steps = STEPS[domain]
    loss_of_step = _loss_of_step(model, tokenizer, (domain,), (1 - EVEN) * steps, random.Random(f"{domain} passages"))
    return fit(model, loss_of_step, steps=steps, learning_rate=2e-3, anneal=0.7, log=log, muon_rate=7e-3)


def _loss_of_step(
    model: GPT2LMHeadModel,
    tokenizer: PreTrainedTokenizerFast,
    domains: tuple[str, ...],
    uneven_steps: float,
    rng: random.Random,
) -> Callable[[int], torch.Tensor]:
    frames = [frame for domain in domains for frame in load(domain).frames.values()]
    end, now = str(tokenizer.eos_token), 0

    def document() -> str:
        weights = [FREQUENCY.get(frame.name, 1) if now < uneven_steps else 1 for frame in frames]
        return _document(rng, rng.choices(frames, weights)[0], end)

    batches = batches_by_length(document, words, BATCH, rng)

    def loss_of_step(step: int) -> torch.Tensor:
        nonlocal now
        now = step
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


def _document(rng: random.Random, frame: Frame, end: str) -> str:
    """A passage as a corpus would cut it: mostly whole, after the end of another or not, at times from its middle."""
    story = draw_story(rng, "train", frame=frame)
    sentences = [sentence.text for sentence in story.sentences]
    match rng.randrange(4):
        case 0:
            return " ".join(sentences[rng.randrange(len(sentences)) :]) + end
        case 1:
            return story.text + end
        case _:
            return end + story.text + end
