"""What every benchmark works on: sentences that the teacher writes after held-out contexts, as in a run."""

import random

from builders.generation import Prompt, sample_continuations
from builders.models import load_causal_lm
from builders.randomness import key
from builders.sentences import first_sentence, first_sentence_done, qualified
from microworld.story import draw_story

TEMPERATURE, TOP_P = 0.7, 0.9  # paper, Section 3.1 and A.1
MAX_NEW_TOKENS = 100  # the authors' released code
K = 24  # sentences a context; no recipe's own, so that timings compare when recipes change


def contexts(n: int) -> list[str]:
    """Openings of `n` newswire passages, one to five sentences long, none of them a training passage."""
    rng = random.Random("benchmark contexts")
    stories = [draw_story(rng, "development") for _ in range(n)]
    return [
        " ".join([story.dateline, *(sentence.text for sentence in story.sentences[: number % 5 + 1])])
        for number, story in enumerate(stories)
    ]


def sample(teacher: str, prompts: list[str], k: int) -> list[list[str]]:
    """`k` continuations of each prompt by this project's sampler, the prompts in one batch."""
    model, tokenizer = load_causal_lm(teacher)
    return sample_continuations(
        model,
        tokenizer,
        [Prompt(text, key(0, "benchmark", text)) for text in prompts],
        num_return=k,
        temperature=TEMPERATURE,
        top_p=TOP_P,
        max_new_tokens=MAX_NEW_TOKENS,
        is_done=first_sentence_done,
    )


def kept_sentences(samples: list[list[str]]) -> list[list[str]]:
    """The qualified first sentences of each prompt's samples."""
    return [[text for text in map(first_sentence, texts) if qualified(text)] for texts in samples]


def distinct_sentences(teacher: str, n: int, k: int = K) -> list[list[str]]:
    """The distinct qualified sentences of `n` contexts: what the critics compare with one another."""
    return [list(dict.fromkeys(texts)) for texts in kept_sentences(sample(teacher, contexts(n), k))]
