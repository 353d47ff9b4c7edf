"""The oracle of the microworld: what a sentence of either domain means, and what follows from it.

It only scores. Nothing inside the loop may filter, parse or select with it.
"""

import re
from functools import cache, lru_cache

from microworld.frames import Choice, Frame, Meaning, Optional, Slot
from microworld.grammar import Grammar, with_articles
from microworld.reading import DOMAINS, load


def meaning(sentence: str) -> Meaning | None:
    """The meaning of a sentence.

    Returns:
        Its only meaning, or None when it is no sentence of the world.
    """
    return next(iter(meanings(sentence)), None)


def equivalent(a: str, b: str) -> bool:
    """Whether both are sentences of the world and say the same: mutual entailment."""
    return entails(a, b) and entails(b, a)


def entails(a: str, b: str) -> bool:
    """Whether b must be true when a is; False when either is no sentence of the world."""
    first, second = meaning(a), meaning(b)
    return first is not None and second is not None and meaning_entails(first, second)


def meaning_entails(a: Meaning, b: Meaning) -> bool:
    """Whether b follows from a: the same frame, and no role that a does not hold, or hold more strongly."""
    held = dict(a.roles)
    return a.frame == b.frame and all(held.get(role) in (value, value + "+") for role, value in b.roles)


@lru_cache(maxsize=200_000)
def meanings(sentence: str) -> frozenset[Meaning]:
    """Every meaning that the grammars give a sentence; at most one, as the tests show."""
    if len(sentence) < 2 or sentence[-1] != "." or sentence[0] != sentence[0].upper():
        return frozenset()
    plain = _without_articles(sentence[:-1])
    if with_articles(plain) != sentence[:-1]:
        return frozenset()
    starts = {plain, plain[0].lower() + plain[1:]}
    return frozenset(
        found
        for grammar in map(load, DOMAINS)
        for start in starts
        for found in _wrapped(grammar, start, tuple(grammar.wrappers))
    )


def _wrapped(grammar: Grammar, text: str, modifiers: tuple[str, ...]) -> list[Meaning]:
    """Meanings of a text with or without these modifiers around it."""
    if not modifiers:
        return _framed(grammar, text)
    *inner, role = modifiers
    found = _wrapped(grammar, text, tuple(inner))
    for pattern in _wrapper_patterns(grammar.name, role):
        if match := pattern.fullmatch(text):
            said = (role, _values(grammar, role, "any")[match[role]])
            within = _wrapped(grammar, match["sentence"], tuple(inner))
            found += [Meaning(m.frame, m.roles | {said}) for m in within if role not in dict(m.roles)]
    return found


def _framed(grammar: Grammar, text: str) -> list[Meaning]:
    """Meanings of a bare clause."""
    found = []
    for frame in grammar.frames.values():
        for anchor, pattern, slots in _realisation_patterns(grammar.name, frame.name):
            if anchor not in text or not (match := pattern.fullmatch(text)):
                continue
            roles = {
                slot.role: _values(grammar, frame.types[slot.role], slot.form)[match[group]]
                for group, slot in slots.items()
                if match[group] is not None
            }
            kept_apart = [roles[role] for role in frame.distinct if role in roles]
            if len(kept_apart) == len(set(kept_apart)):
                found.append(Meaning(frame.name, frozenset(roles.items())))
    return found


@cache
def _realisation_patterns(domain: str, frame_name: str) -> list[tuple[str, re.Pattern[str], dict[str, Slot]]]:
    """For each realisation a text it always holds (cheap to look for), its pattern and its slots."""
    grammar, patterns = load(domain), []
    frame = grammar.frames[frame_name]
    for realisation in frame.realisations:
        slots: dict[str, Slot] = {}
        pattern = re.compile(_pattern(grammar, frame, realisation.parts, slots))
        anchor = max((_without_articles(part) for part in realisation.parts if isinstance(part, str)), key=len)
        patterns.append((anchor, pattern, slots))
    return patterns


def _pattern(grammar: Grammar, frame: Frame, parts: tuple, slots: dict[str, Slot]) -> str:
    """A regular expression for the parts; fills `slots` with group name -> slot."""
    out = ""
    for part in parts:
        match part:
            case Slot(role, form):
                group = f"{role}_{len(slots)}"
                slots[group] = part
                out += f"(?P<{group}>{_alternation(_values(grammar, frame.types[role], form))})"
            case Optional(inner):
                out += f"(?:{_pattern(grammar, frame, inner, slots)})?"
            case Choice(options):
                out += "(?:" + "|".join(_pattern(grammar, frame, option, slots) for option in options) + ")"
            case text:
                out += re.escape(_without_articles(text))
    return out


@cache
def _wrapper_patterns(domain: str, role: str) -> list[re.Pattern[str]]:
    grammar = load(domain)
    surfaces = _alternation(_values(grammar, role, "any"))
    parts = {"{sentence}": "(?P<sentence>.*)", "{" + role + "}": f"(?P<{role}>{surfaces})"}
    patterns = []
    for way in grammar.wrappers[role]:
        pattern = re.escape(way)
        for slot, found in parts.items():
            pattern = pattern.replace(re.escape(slot), found)
        patterns.append(re.compile(pattern))
    return patterns


_value_tables: dict[tuple[str, str, str], dict[str, str]] = {}


def _values(grammar: Grammar, type_name: str, form: str) -> dict[str, str]:
    """Surface form -> value of a lexicon type."""
    key = grammar.name, type_name, form
    if key not in _value_tables:
        _value_tables[key] = {
            _without_articles(surface): value
            for value, surfaces in grammar.lexicon[type_name][form].items()
            for surface in surfaces
        }
    return _value_tables[key]


def _without_articles(text: str) -> str:
    """The text with `an` written `a`, so that one pattern serves both."""
    return re.sub(r"\b([Aa])n (?=[a-z0-9])", r"\1 ", text)


def _alternation(surfaces: dict[str, str]) -> str:
    return "(?:" + "|".join(re.escape(surface) for surface in sorted(surfaces, key=len, reverse=True)) + ")"
