"""Pairs of sentences labelled by the oracle, from which the critic learns."""

import random
from itertools import combinations
from typing import NamedTuple

from microworld.differences import bare, difference
from microworld.frames import Frame, Meaning
from microworld.grammar import Grammar
from microworld.oracle import entails
from microworld.reading import grammar_of
from microworld.story import draw_any_event, draw_story, restrict

NOT_OF_THE_WORLD = "not of the world"  # the kind of pairs with a broken sentence
GARBLED = 0.2  # share of pairs with a broken sentence, as models of a language write at times


class LabelledPair(NamedTuple):
    """Two sentences and what the oracle says of them.

    `roles` tells, by the character at which the hypothesis has said a role, whether the premise holds it; `kind` is in
    what the two differ.
    """

    premise: str
    hypothesis: str
    entailed: bool
    roles: dict[int, bool]
    kind: str


def draw_pair(rng: random.Random, split: str) -> LabelledPair:
    """A pair from the split's meanings: what two samples of one context look like, and harder."""
    while True:
        before = _draw_meaning(rng, split)
        grammar = grammar_of(before.frame)
        after = _follow(rng, grammar, before, split)
        premise, hypothesis = grammar.realise(before, rng), grammar_of(after.frame).realise(after, rng)
        if premise is None or hypothesis is None:
            continue
        if rng.random() < GARBLED:
            return _garbled_pair(rng, premise.text, after, split)
        held = dict(before.roles) if before.frame == after.frame else {}
        said = dict(after.roles)
        roles = {s.end: held.get(s.role) in (said[s.role], said[s.role] + "+") for s in hypothesis.spans}
        return LabelledPair(premise.text, hypothesis.text, all(roles.values()), roles, difference(before, after))


def _draw_meaning(rng: random.Random, split: str) -> Meaning:
    if rng.random() < 0.5:
        return rng.choice(draw_story(rng, split).meanings)
    event = draw_any_event(rng, split)
    frame = grammar_of(event.frame).frames[event.frame]
    optional = [role for role, _ in sorted(event.roles) if role not in frame.core]
    return restrict(frame, event, set(rng.sample(optional, rng.randint(0, min(4, len(optional))))))


def _follow(rng: random.Random, grammar: Grammar, premise: Meaning, split: str) -> Meaning:
    """A hypothesis meaning: the same, less, more, changed in a role, with two roles exchanged, or another event."""
    frame = grammar.frames[premise.frame]
    roles = dict(sorted(premise.roles))  # a set's order differs from process to process
    droppable = [role for role in roles if role not in frame.core]
    kind = rng.random()
    if kind < 0.42:
        return premise
    if kind < 0.52 and droppable:
        gone = set(rng.sample(droppable, rng.randint(1, len(droppable))))
        return Meaning(premise.frame, frozenset((r, v) for r, v in roles.items() if r not in gone))
    if kind < 0.63 and (addable := [role for role in frame.types if role not in roles]):
        return Meaning(premise.frame, premise.roles | {_other(rng, grammar, frame, rng.choice(addable), roles)})
    if kind < 0.83:
        shaded = [role for role, value in roles.items() if _kin(grammar, frame.types[role], value)]
        several = rng.choice((1, 1, 1, 2)) if len(roles) > 1 else 1
        for role in shaded if shaded and rng.random() < 0.5 else rng.sample(sorted(roles), several):
            roles[role] = _changed(rng, grammar, frame, role, roles)
        return Meaning(premise.frame, frozenset(roles.items()))
    if kind < 0.94 and (exchangeable := _exchangeable(frame, roles)):
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


def _other(rng: random.Random, grammar: Grammar, frame: Frame, role: str, roles: dict[str, str]) -> tuple[str, str]:
    """The role with another value than it has, and than any that it is kept apart from."""
    apart = frame.distinct if role in frame.distinct else (role,)
    taken = {roles[other] for other in (*apart, role) if other in roles}
    return role, rng.choice([value for value in grammar.values(frame.types[role]) if value not in taken])


def _changed(rng: random.Random, grammar: Grammar, frame: Frame, role: str, roles: dict[str, str]) -> str:
    """Another value: often the same one negated, hedged or stronger, at times a pronoun for it."""
    value, type_name = roles[role], frame.types[role]
    kin = _kin(grammar, type_name, value)
    if kin and rng.random() < 0.75:
        return rng.choice(kin)
    pronouns = [it for it in grammar.pronouns.get(type_name, {}) if it not in roles.values()]
    if pronouns and rng.random() < 0.2:
        return grammar.pronoun(type_name, value) or rng.choice(pronouns)
    return _other(rng, grammar, frame, role, roles)[1]


def _kin(grammar: Grammar, type_name: str, value: str) -> list[str]:
    """The value negated, hedged or stronger, where it has such cases."""
    return [other for other in grammar.values(type_name) if other != value and bare(other) == bare(value)]


def _garbled_pair(rng: random.Random, premise: str, said: Meaning, split: str) -> LabelledPair:
    """A hypothesis as a weak model writes it, at times after a premise with the same mistake; the oracle decides."""
    frame = grammar_of(said.frame).frames[said.frame]
    named = [role for role, _ in sorted(said.roles) if role in frame.distinct]
    if rng.random() < 0.7:
        premise = _say(rng, said)
    way = rng.random()
    if way < 0.3 and named and len(frame.distinct) > 1:
        return _confused_pair(rng, premise, said, named)
    if way < 0.7:
        text, seen = _crossed(rng, _say(rng, said), _say(rng, _nearly(rng, said, split))), None
    else:
        text, seen = _broken(rng, _say(rng, said))
    if rng.random() < 0.2:
        premise = rng.choice((text, _broken(rng, premise)[0]))
    verdict = entails(premise, text)
    return LabelledPair(premise, text, verdict, {} if verdict or seen is None else {seen: False}, NOT_OF_THE_WORLD)


def _confused_pair(rng: random.Random, premise: str, said: Meaning, named: list[str]) -> LabelledPair:
    """A hypothesis that gives two roles one name; the premise may do so too, and entails it no more for that."""
    roles = dict(said.roles)
    first = rng.choice(named)
    second = rng.choice([role for role in grammar_of(said.frame).frames[said.frame].distinct if role != first])
    roles[second] = roles[first]
    confused = Meaning(said.frame, frozenset(roles.items()))
    hypothesis = grammar_of(said.frame).realise(confused, rng)
    assert hypothesis is not None, said
    if rng.random() < 0.2:
        premise = _say(rng, confused)
    repeated = max(span.end for span in hypothesis.spans if span.role in (first, second))
    verdict = entails(premise, hypothesis.text)
    return LabelledPair(premise, hypothesis.text, verdict, {repeated: False}, NOT_OF_THE_WORLD)


def _nearly(rng: random.Random, said: Meaning, split: str) -> Meaning:
    """The meaning, or one with a detail more, less or another."""
    nearly = _follow(rng, grammar_of(said.frame), said, split) if rng.random() < 0.5 else said
    return nearly if nearly.frame == said.frame else said


def _say(rng: random.Random, said: Meaning) -> str:
    sentence = grammar_of(said.frame).realise(said, rng)
    assert sentence is not None, said
    return sentence.text


def _crossed(rng: random.Random, first: str, second: str) -> str:
    """The beginning of one sentence and the end of another, or all of one and what another adds at its end."""
    whole, comma, added = first.rstrip("."), *second.rpartition(", ")[1:]
    if comma and rng.random() < 0.3:
        return whole + comma + added
    start, end = whole.split(" "), second.split(" ")
    return " ".join(start[: rng.randint(1, len(start))] + end[rng.randrange(len(end)) :])


def _broken(rng: random.Random, sentence: str) -> tuple[str, int]:
    """The sentence with a word lost, doubled or moved, a part said twice, or its end cut off; where that is seen."""
    words = sentence.rstrip(".").split(" ")
    at = rng.randrange(len(words))
    match rng.choice(("lost", "doubled", "moved", "looped", "cut")):
        case "lost":
            words, seen = words[:at] + words[at + 1 :], at
        case "doubled":
            words.insert(at, words[at])
            seen = at + 1
        case "moved":
            to = rng.randrange(len(words))
            words.insert(to, words.pop(at))
            seen = min(at, to)
        case "looped":
            words[at:at] = words[max(0, at - rng.randint(2, 5)) : at]
            seen = at
        case _:
            words, seen = words[: at + 1], at
    return " ".join(words) + ".", len(" ".join(words[: seen + 1]))
