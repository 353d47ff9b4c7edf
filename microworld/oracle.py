"""The oracle of the microworld: what a sentence means, and what follows from it.

It only scores. Nothing inside the loop may filter, parse or select with it.
"""

import re
from functools import cache, lru_cache

from microworld.grammar import Choice, Frame, Grammar, Meaning, Optional, Slot, load, with_articles


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
    """Every meaning that the grammar gives a sentence; at most one, as the tests show."""
    if len(sentence) < 2 or sentence[-1] != "." or sentence[0] != sentence[0].upper():
        return frozenset()
    grammar = load()
    plain = _without_articles(sentence[:-1])
    if with_articles(plain) != sentence[:-1]:
        return frozenset()
    starts = {plain, plain[0].lower() + plain[1:]}
    return frozenset(found for start in starts for found in _attributed(grammar, start))


def _attributed(grammar: Grammar, text: str) -> list[Meaning]:
    """Meanings of a text with or without its source."""
    found = _dated(grammar, text)
    for pattern in _attribution_patterns(grammar.attributions):
        if match := pattern.fullmatch(text):
            source = _values(grammar, "source", "any")[match["source"]]
            found += [Meaning(m.frame, m.roles | {("source", source)}) for m in _dated(grammar, match["sentence"])]
    return found


def _dated(grammar: Grammar, text: str) -> list[Meaning]:
    """Meanings of a text with or without a fronted day."""
    found = [m for m, _ in _framed(text)]
    if match := _wrapper_pattern(grammar.fronted_day).fullmatch(text):
        day = _values(grammar, "day", "any")[match["day"]]
        found += [
            Meaning(m.frame, m.roles | {("day", day)}) for m, says_day in _framed(match["sentence"]) if not says_day
        ]
    return found


def _framed(text: str) -> list[tuple[Meaning, bool]]:
    """Meanings of a bare clause, each with whether its realisation has a place for the day."""
    grammar, found = load(), []
    for frame in grammar.frames.values():
        for anchor, pattern, slots, says_day in _realisation_patterns(frame.name):
            if anchor not in text or not (match := pattern.fullmatch(text)):
                continue
            roles = {
                slot.role: _values(grammar, frame.types[slot.role], slot.form)[match[group]]
                for group, slot in slots.items()
                if match[group] is not None
            }
            kept_apart = [roles[role] for role in frame.distinct if role in roles]
            if len(kept_apart) == len(set(kept_apart)):
                found.append((Meaning(frame.name, frozenset(roles.items())), says_day))
    return found


@cache
def _realisation_patterns(frame_name: str) -> list[tuple[str, re.Pattern[str], dict[str, Slot], bool]]:
    """For each realisation a text it always holds (cheap to look for), its pattern, slots and if it says the day."""
    grammar, patterns = load(), []
    frame = grammar.frames[frame_name]
    for realisation in frame.realisations:
        slots: dict[str, Slot] = {}
        pattern = re.compile(_pattern(grammar, frame, realisation.parts, slots))
        anchor = max((part for part in realisation.parts if isinstance(part, str)), key=len)
        patterns.append((anchor, pattern, slots, "day" in realisation.roles))
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
                out += re.escape(text)
    return out


@cache
def _attribution_patterns(attributions: tuple[str, ...]) -> list[re.Pattern[str]]:
    return [_wrapper_pattern(attribution) for attribution in attributions]


@cache
def _wrapper_pattern(wrapper: str) -> re.Pattern[str]:
    pattern = re.escape(wrapper).replace(re.escape("{sentence}"), "(?P<sentence>.*)")
    for role in ("source", "day"):
        surfaces = _alternation(_values(load(), role, "any"))
        pattern = pattern.replace(re.escape("{" + role + "}"), f"(?P<{role}>{surfaces})")
    return re.compile(pattern)


_value_tables: dict[tuple[str, str], dict[str, str]] = {}


def _values(grammar: Grammar, type_name: str, form: str) -> dict[str, str]:
    """Surface form -> value of a lexicon type."""
    if (type_name, form) not in _value_tables:
        _value_tables[type_name, form] = {
            _without_articles(surface): value
            for value, surfaces in grammar.lexicon[type_name][form].items()
            for surface in surfaces
        }
    return _value_tables[type_name, form]


def _without_articles(text: str) -> str:
    """The text with `an` written `a`, so that one pattern serves both."""
    return re.sub(r"\b([Aa])n (?=[a-z0-9])", r"\1 ", text)


def _alternation(surfaces: dict[str, str]) -> str:
    return "(?:" + "|".join(re.escape(surface) for surface in sorted(surfaces, key=len, reverse=True)) + ")"
