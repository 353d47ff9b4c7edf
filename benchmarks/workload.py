"""What every benchmark works on: sentences that the teacher writes after held-out contexts, as in a run."""

import random

from builders.domain import SentencesConfig
from builders.generation import Decoding, Prompt, sample_continuations
from builders.models import load_causal_lm
from builders.randomness import key
from builders.sentences import Sentences
from microworld.story import draw_story

TEMPERATURE, TOP_P = 0.7, 0.9  # paper, Section 3.1 and A.1
MAX_NEW_TOKENS = 100  # the authors' released code
SENTENCES = Sentences(SentencesConfig())
K = 24  # sentences a context; no recipe's own, so that timings compare when recipes change


def contexts(n: int, name: str = "", lengths: tuple[int, ...] = (1, 2, 3, 4, 5)) -> list[str]:
    """Openings of `n` newswire passages, none of them a training passage.

    Args:
        n: How many.
        name: Another one draws other passages.
        lengths: Of the openings, in sentences, by turns.
    """
    rng = random.Random(f"benchmark contexts{name}")
    stories = [draw_story(rng, "development", "news") for _ in range(n)]
    return [
        " ".join([story.dateline, *(sentence.text for sentence in story.sentences[: lengths[number % len(lengths)]])])
        for number, story in enumerate(stories)
    ]


def sample(teacher: str, prompts: list[str], k: int, temperature: float = TEMPERATURE) -> list[list[str]]:
    """`k` continuations of each prompt by this project's sampler, the prompts in one batch."""
    model, tokenizer = load_causal_lm(teacher)
    return sample_continuations(
        model,
        tokenizer,
        [Prompt(text, key(0, "benchmark", text)) for text in prompts],
        Decoding(num_return=k, temperature=temperature, top_p=TOP_P, max_new_tokens=MAX_NEW_TOKENS),
        SENTENCES.first_is_done,
    )


def kept_sentences(samples: list[list[str]]) -> list[list[str]]:
    """The qualified first sentences of each prompt's samples."""
    return [[text for text in map(SENTENCES.first, texts) if SENTENCES.refusal(text) is None] for texts in samples]


def usual_pool(teacher: str, n: int, k: int, name: str) -> list[list[str]]:
    """The distinct qualified sentences of `n` contexts, which are what the critics compare with one another."""
    return _distinct(sample(teacher, contexts(n, name), k))


def sparse_pool(teacher: str, n: int, k: int, name: str) -> list[list[str]]:
    """The same after short contexts at a high temperature: about 2% of the pairs are equivalent, as GPT-2 gives."""
    return _distinct(sample(teacher, contexts(n, name, lengths=(1,)), k, temperature=1.0))


def _distinct(samples: list[list[str]]) -> list[list[str]]:
    return [list(dict.fromkeys(texts)) for texts in kept_sentences(samples)]
