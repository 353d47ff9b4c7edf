"""What is wrong with an output, by the oracle of the microworld: the frame, the roles, or their values."""

from collections.abc import Iterator
from functools import cache

from builders.critics.compression import CompressionConfig, compression_ratio
from builders.critics.dissimilarity import RougeLConfig
from metrics.rouge_l.overlap import rouge_l
from microworld.grammar import load
from microworld.oracle import entails, equivalent, meaning
from trainers.training_pairs import Task

FAITHFUL, NEAR_COPY, TOO_LONG, SAYS_ALL = "faithful", "near-copy", "entailed, too long", "entailed, says all"
NO_SENTENCE, FRAME, SEVERAL = "not of the world", "another frame", "several of these"
DROPPED, ADDED, SWAPPED = "role dropped", "role added", "roles swapped"
CHANGED = {kind: f"{kind} changed" for kind in ("name", "number", "polarity or hedge", "other role")}
_SAID_OTHERWISE = (ADDED, *CHANGED.values(), SWAPPED, SEVERAL)
KINDS: dict[Task, tuple[str, ...]] = {
    "paraphrase": (FAITHFUL, NEAR_COPY, NO_SENTENCE, FRAME, DROPPED, *_SAID_OTHERWISE),
    "summary": (FAITHFUL, SAYS_ALL, TOO_LONG, NO_SENTENCE, FRAME, *_SAID_OTHERWISE),
}
_POLARITY = {"change", "effect"}  # lexicon types that say which way something went, or how sure it is
_CALENDAR = {"day"}  # written with a capital and no name


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
    if said.frame != told.frame:
        return FRAME
    kinds = set(_differences(said.frame, dict(said.roles), dict(told.roles), task))
    return kinds.pop() if len(kinds) == 1 else SEVERAL


def _differences(frame: str, said: dict[str, str], told: dict[str, str], task: Task) -> Iterator[str]:
    """What tells two meanings of one frame apart; a summary may leave out, and may say less strongly."""
    changed = {role for role in said.keys() & told.keys() if said[role] != told[role]}
    if task == "paraphrase" and said.keys() - told.keys():
        yield DROPPED
    if told.keys() - said.keys():
        yield ADDED
    if task == "summary":
        changed = {role for role in changed if said[role] != told[role] + "+"}
    swapped = {
        role
        for role in changed
        if any(said[role] == told[other] and told[role] == said[other] for other in changed - {role})
    }
    if swapped:
        yield SWAPPED
    for role in changed - swapped:
        yield CHANGED[role_kind(frame, role)]


@cache
def role_kind(frame: str, role: str) -> str:
    """What a role holds, by the lexicon type that it has in its frame: a key of `CHANGED`."""
    grammar = load()
    lexicon_type = grammar.frames[frame].types[role]
    values = grammar.values(lexicon_type)
    if lexicon_type in _POLARITY:
        return "polarity or hedge"
    if all(value[0].isdigit() for value in values):
        return "number"
    is_name = all(any(word[0].isupper() for word in value.split()) for value in values)
    return "name" if is_name and lexicon_type not in _CALENDAR else "other role"
