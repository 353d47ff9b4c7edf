"""Pairs of sentences labelled by the oracle, from which the critic learns."""

import random
from itertools import combinations
from typing import NamedTuple

from microworld.grammar import Frame, Meaning, load
from microworld.oracle import entails
from microworld.story import draw_event, draw_story, restrict

GARBLED = 0.1  # share of pairs with a broken sentence, as models of a language write at times


class LabelledPair(NamedTuple):
    """A premise, a hypothesis, the oracle's verdict, and whether the premise holds each role that the hypothesis says.

    `roles` maps the last character of a role in the hypothesis to that.
    """

    premise: str
    hypothesis: str
    entailed: bool
    roles: dict[int, bool]


def draw_pair(rng: random.Random, split: str) -> LabelledPair:
    """A pair from the split's meanings: what two samples of one context look like, and harder."""
    grammar = load()
    while True:
        premise_meaning = _draw_meaning(rng, split)
        hypothesis_meaning = _follow(rng, grammar.frames[premise_meaning.frame], premise_meaning, split)
        premise, hypothesis = grammar.realise(premise_meaning, rng), grammar.realise(hypothesis_meaning, rng)
        if premise is None or hypothesis is None:
            continue
        if rng.random() < GARBLED:
            return _garbled_pair(rng, premise.text, hypothesis_meaning)
        held = dict(premise_meaning.roles) if premise_meaning.frame == hypothesis_meaning.frame else {}
        said = dict(hypothesis_meaning.roles)
        roles = {s.end: held.get(s.role) in (said[s.role], said[s.role] + "+") for s in hypothesis.spans}
        return LabelledPair(premise.text, hypothesis.text, all(roles.values()), roles)


def _draw_meaning(rng: random.Random, split: str) -> Meaning:
    if rng.random() < 0.5:
        return rng.choice(draw_story(rng, split).meanings)
    event = draw_event(rng, split)
    frame = load().frames[event.frame]
    optional = [role for role, _ in sorted(event.roles) if role not in frame.core]
    return restrict(frame, event, set(rng.sample(optional, rng.randint(0, min(4, len(optional))))))


def _follow(rng: random.Random, frame: Frame, premise: Meaning, split: str) -> Meaning:
    """A hypothesis meaning: the same, less, more, changed in a role, with two roles exchanged, or another event."""
    roles = dict(sorted(premise.roles))  # a set's order differs from process to process
    droppable = [role for role in roles if role not in frame.core]
    kind = rng.random()
    if kind < 0.4:
        return premise
    if kind < 0.5 and droppable:
        gone = set(rng.sample(droppable, rng.randint(1, len(droppable))))
        return Meaning(premise.frame, frozenset((r, v) for r, v in roles.items() if r not in gone))
    if kind < 0.65 and (addable := [role for role in frame.types if role not in roles]):
        return Meaning(premise.frame, premise.roles | {_fill(rng, frame, rng.choice(addable), roles)})
    if kind < 0.88:
        for role in rng.sample(sorted(roles), rng.choice((1, 1, 1, 2)) if len(roles) > 1 else 1):
            roles[role] = _changed(rng, frame, role, roles)
        return Meaning(premise.frame, frozenset(roles.items()))
    if kind < 0.96 and (exchangeable := _exchangeable(frame, roles)):
        first, second = rng.choice(exchangeable)
        exchanged = {first: roles.get(second), second: roles.get(first)}
        return Meaning(premise.frame, frozenset((r, v) for r, v in (roles | exchanged).items() if v is not None))
    return _draw_meaning(rng, split)


def _exchangeable(frame: Frame, roles: dict[str, str]) -> list[tuple[str, str]]:
    """Two roles of one type that can hold what the other does, or nothing: three dead and three hurt, say."""
    return [
        (a, b)
        for a, b in combinations(frame.types, 2)
        if frame.types[a] == frame.types[b]
        and (roles.keys() >= {a, b} or (roles.keys() & {a, b} and not frame.core.keys() & {a, b}))
    ]


def _fill(rng: random.Random, frame: Frame, role: str, roles: dict[str, str]) -> tuple[str, str]:
    taken = {roles[other] for other in frame.distinct if other in roles} if role in frame.distinct else set()
    return role, rng.choice([value for value in load().values(frame.types[role]) if value not in taken])


def _changed(rng: random.Random, frame: Frame, role: str, roles: dict[str, str]) -> str:
    value = roles[role]
    if frame.types[role] == "change" and rng.random() < 0.5:
        return value.rstrip("+") if value.endswith("+") else value + "+"
    return _fill(rng, frame, role, {r: v for r, v in roles.items() if r != role} | {role: value})[1]


def _garbled_pair(rng: random.Random, premise: str, said: Meaning) -> LabelledPair:
    """A hypothesis as a weak model writes it, at times after a premise with the same mistake; the oracle decides."""
    grammar = load()
    distinct = [role for role, _ in sorted(said.roles) if role in grammar.frames[said.frame].distinct]
    if len(distinct) > 1 and rng.random() < 0.5:
        return _confused_pair(rng, premise, said, distinct)
    hypothesis, other = (_say(rng, said) for _ in range(2))
    text = _crossed(rng, hypothesis, other) if rng.random() < 0.3 else _broken(rng, hypothesis)
    if rng.random() < 0.3:
        premise = rng.choice((text, _broken(rng, premise)))
    return LabelledPair(premise, text, entails(premise, text), {})


def _confused_pair(rng: random.Random, premise: str, said: Meaning, distinct: list[str]) -> LabelledPair:
    """A hypothesis that gives two roles one name; the premise may do so too, and entails it no more for that."""
    roles = dict(said.roles)
    first, second = rng.sample(distinct, 2)
    roles[first] = roles[second]
    confused = Meaning(said.frame, frozenset(roles.items()))
    hypothesis = load().realise(confused, rng)
    assert hypothesis is not None, said
    if rng.random() < 0.5:
        premise = _say(rng, confused)
    repeated = max(span.end for span in hypothesis.spans if span.role in (first, second))
    return LabelledPair(premise, hypothesis.text, entails(premise, hypothesis.text), {repeated: False})


def _say(rng: random.Random, said: Meaning) -> str:
    sentence = load().realise(said, rng)
    assert sentence is not None, said
    return sentence.text


def _crossed(rng: random.Random, first: str, second: str) -> str:
    """The beginning of one sentence and the end of another."""
    start, end = first.split(" "), second.split(" ")
    return " ".join(start[: rng.randint(1, len(start))] + end[rng.randrange(len(end)) :])


def _broken(rng: random.Random, sentence: str) -> str:
    """The sentence with a word lost, doubled or moved, a part said twice, or its end cut off."""
    words = sentence.split(" ")
    at = rng.randrange(len(words))
    match rng.choice(("lost", "doubled", "moved", "looped", "cut")):
        case "lost":
            words = words[:at] + words[at + 1 :]
        case "doubled":
            words.insert(at, words[at])
        case "moved":
            words.insert(rng.randrange(len(words)), words.pop(at))
        case "looped":
            words[at:at] = words[max(0, at - rng.randint(2, 5)) : at]
        case _:
            words = words[: at + 1]
    return " ".join(words).rstrip(".,") + "."
