"""What is wrong with an output, by the oracle of the microworld."""

from builders.critics.compression import CompressionConfig, compression_ratio
from builders.critics.dissimilarity import RougeLConfig
from metrics.rouge_l.overlap import rouge_l
from microworld import differences
from microworld.frames import Meaning
from microworld.oracle import entails, equivalent, meaning
from trainers.training_pairs import Task

FAITHFUL, NEAR_COPY, TOO_LONG, SAYS_ALL = "faithful", "near-copy", "entailed, too long", "entailed, says all"
NO_SENTENCE = "not of the world"
_WRONG = (NO_SENTENCE, *(kind for kind in differences.KINDS if kind != differences.NONE))
KINDS: dict[Task, tuple[str, ...]] = {
    "paraphrase": (FAITHFUL, NEAR_COPY, *_WRONG),
    "summary": (FAITHFUL, SAYS_ALL, TOO_LONG, *(kind for kind in _WRONG if kind != differences.DROPPED)),
}


def output_kind(source: str, output: str, task: Task) -> str:
    """One of `KINDS` of the task; "faithful" is what the headline figure of the evaluation counts.

    Args:
        source: A sentence of the world.
        output: What a system made of it.
        task: What the output was meant to be.
    """
    if task == "paraphrase" and equivalent(source, output):
        return FAITHFUL if rouge_l(source, output) <= RougeLConfig().max else NEAR_COPY
    if task == "summary" and entails(source, output):
        if equivalent(source, output):
            return SAYS_ALL
        return FAITHFUL if compression_ratio(source, output) < CompressionConfig().max else TOO_LONG
    said, told = meaning(source), meaning(output)
    if said is None or told is None:
        return NO_SENTENCE
    return differences.difference(said if task == "paraphrase" else _what_is_left(said, told), told)


def _what_is_left(said: Meaning, told: Meaning) -> Meaning:
    """The meaning of a source without what a summary may do to it: leave out, and say less strongly."""
    after = dict(told.roles)
    left = ((role, after[role] if value == after[role] + "+" else value) for role, value in said.roles if role in after)
    return Meaning(said.frame, frozenset(left))
