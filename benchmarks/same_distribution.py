"""Whether our sampler and `generate` draw from one distribution: a permutation test on the microworld's teacher.

Both write first sentences after the same contexts under the same rules, among them no repeated 3-gram and two banned
characters that the teacher often writes. If both are one distribution, which of the two wrote a text means nothing:
the statistic is compared with that of the same texts dealt out anew at random.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from benchmarks.generate_ways import generate_to_sentence_end
from benchmarks.workload import MAX_NEW_TOKENS, SENTENCES, TEMPERATURE, TOP_P, contexts
from builders.generation import Decoding, Prompt, sample_continuations
from builders.models import load_causal_lm
from builders.randomness import key

TEACHER = "microworld:models/teacher-news"
DEALS = 999
RULES = Decoding(
    temperature=TEMPERATURE,
    top_p=TOP_P,
    max_new_tokens=MAX_NEW_TOKENS,
    no_repeat_ngram_size=3,
    banned=("\n", "f"),
)
FEATURES: tuple[Callable[[str], object], ...] = (
    lambda text: text,
    lambda text: len(text.split()),
    lambda text: text.split()[:1],
    lambda text: text.split()[:3],
    lambda text: text.split()[-2:],
)


def ours(n_contexts: int, n: int, rules: Decoding = RULES) -> list[list[str]]:
    """`n` first sentences of each context by our sampler."""
    model, tokenizer = load_causal_lm(TEACHER)
    prompts = [Prompt(text, key(0, "same distribution", text)) for text in contexts(n_contexts, " of a distribution")]
    written = sample_continuations(model, tokenizer, prompts, replace(rules, num_return=n), SENTENCES.first_is_done)
    return [[SENTENCES.first(text) for text in texts] for texts in written]


def theirs(n_contexts: int, n: int, rules: Decoding = RULES) -> list[list[str]]:
    """The same by `generate`, with a fixed seed."""
    model, tokenizer = load_causal_lm(TEACHER)
    torch.manual_seed(0)
    texts = contexts(n_contexts, " of a distribution")
    settings = replace(rules, num_return=n)
    written = generate_to_sentence_end(model, tokenizer, texts, settings, SENTENCES.first_is_done)
    return [[SENTENCES.first(text) for text in own] for own in written]


def p_value(one: list[list[str]], other: list[list[str]]) -> float:
    """The share of deals, the real one among them, that set the two sides at least so far apart.

    Args:
        one: Texts of each context.
        other: As many of the same contexts.
    """
    rng = np.random.default_rng(0)
    apart = np.zeros(DEALS + 1)
    for mine, yours in zip(one, other, strict=True):
        texts = [*mine, *yours]
        kinds = [_numbered([repr(feature(text)) for text in texts]) for feature in FEATURES]
        first = np.arange(len(texts)) < len(mine)
        for deal in range(DEALS + 1):
            apart[deal] += sum(_apart(own, first) for own in kinds)
            first = rng.permutation(first)
    return float((apart >= apart[0] - 1e-9).mean())


def _numbered(values: list[str]) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def _apart(kinds: np.ndarray, first: np.ndarray) -> float:
    """Chi-square of two samples of one size: how unevenly each kind of text is spread over them."""
    every = np.bincount(kinds)
    mine = np.bincount(kinds[first], minlength=len(every))
    return float(((2 * mine - every) ** 2 / every).sum())
