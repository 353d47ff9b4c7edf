"""The grammar of a domain: a lexicon and frames, and sentences realised from meanings."""

import random
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from microworld.frames import Choice, Frame, Meaning, Optional, Slot, slots

AROUND = 0.25  # how often a modifier stands around a sentence that has a place for it within
_ARTICLE = re.compile(r"\b([Aa]) (?=(?:[aeiou](?!ni)|8|11\b|18\b))")


class Span(NamedTuple):
    """Where a realised sentence says a role: characters [start, end)."""

    start: int
    end: int
    role: str


class Sentence(NamedTuple):
    """A realised sentence with the spans of its roles and the name of its realisation."""

    text: str
    spans: tuple[Span, ...]
    way: str


@dataclass(frozen=True)
class Grammar:
    """A domain.

    Args:
        name: Of the domain.
        dateline: What a passage begins with, with `{city}` and `{agency}`; "" where passages have none.
        agencies: Of datelines.
        topics: Types of what a passage can be about.
        lexicon: `lexicon[type][form][value]` is the tuple of its surface forms.
        pronouns: `pronouns[type][value]` are the first names that a pronoun stands for; none stands for all.
        wrappers: Role of a modifier -> the ways to say it around a sentence, the innermost modifier first.
        frames: By name.
    """

    name: str
    dateline: str
    agencies: tuple[str, ...]
    topics: tuple[str, ...]
    lexicon: dict[str, dict[str, dict[str, tuple[str, ...]]]]
    pronouns: dict[str, dict[str, frozenset[str]]]
    wrappers: dict[str, tuple[str, ...]]
    frames: dict[str, Frame]

    def surfaces(self, frame: Frame, slot: Slot) -> dict[str, tuple[str, ...]]:
        """Surface forms of every value that the slot can take."""
        return self.lexicon[frame.types[slot.role]][slot.form]

    def values(self, type_name: str) -> tuple[str, ...]:
        """Every value of a lexicon type but its pronouns, in file order."""
        return self._values[type_name]

    @cached_property
    def _values(self) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(value for value in next(iter(forms.values())) if value not in self.pronouns.get(name, {}))
            for name, forms in self.lexicon.items()
        }

    def pronoun(self, type_name: str, value: str) -> str | None:
        """The pronoun that can stand for a value, if there is one."""
        for pronoun, names in self.pronouns.get(type_name, {}).items():
            if value != pronoun and (not names or value.split()[0] in names):
                return pronoun
        return None

    def realise(self, meaning: Meaning, rng: random.Random) -> Sentence | None:
        """Say a meaning in a randomly drawn way.

        Returns:
            The sentence, or None when no realisation of the frame can say just these roles.
        """
        frame, roles = self.frames[meaning.frame], dict(meaning.roles)
        fitting = [r for r in frame.realisations if r.required <= roles.keys() <= r.roles | frame.modifiers.keys()]
        if not fitting:
            return None
        realisation = rng.choice(fitting)
        around = [
            role for role in self.wrappers if role in roles and (role not in realisation.roles or rng.random() < AROUND)
        ]
        inside = {role: value for role, value in roles.items() if role not in around}
        pieces = self._pieces(frame, realisation.parts, inside, rng)
        for role in around:
            pieces = self._wrap(rng.choice(self.wrappers[role]), pieces, role, roles[role], rng)
        return _assemble(pieces, realisation.name)

    def _pieces(self, frame: Frame, parts: tuple, roles: dict[str, str], rng: random.Random) -> list[tuple[str, str]]:
        pieces: list[tuple[str, str]] = []
        for part in parts:
            match part:
                case Slot(role, _):
                    pieces.append((rng.choice(self.surfaces(frame, part)[roles[role]]), role))
                case Choice(options):
                    pieces += self._pieces(frame, rng.choice(options), roles, rng)
                case Optional(inner):
                    if all(role in roles for role, _ in slots(inner, optional=False)):
                        pieces += self._pieces(frame, inner, roles, rng)
                case text:
                    pieces.append((text, ""))
        return pieces

    def _wrap(
        self, wrapper: str, pieces: list[tuple[str, str]], role: str, value: str, rng: random.Random
    ) -> list[tuple[str, str]]:
        surface = rng.choice(self.lexicon[role]["any"][value])
        before, after = wrapper.split("{sentence}")
        wrapped: list[tuple[str, str]] = []
        for text in (before, after):
            left, slot, right = text.partition("{" + role + "}")
            wrapped += [(left, "")] + ([(surface, role), (right, "")] if slot else [])
            if text is before:
                wrapped += pieces
        return wrapped


def with_articles(text: str) -> str:
    """The text with `a` written `an` before a vowel sound."""
    return _ARTICLE.sub(r"\1n ", text)


def _assemble(pieces: list[tuple[str, str]], way: str) -> Sentence:
    text, spans = "", []
    for piece, role in pieces:
        if role:
            spans.append(Span(len(text), len(text) + len(piece), role))
        text += piece
    for match in reversed(list(_ARTICLE.finditer(text))):
        at = match.end(1)
        text = text[:at] + "n" + text[at:]
        spans = [Span(start + (start >= at), end + (end >= at), role) for start, end, role in spans]
    return Sentence(text[0].upper() + text[1:] + ".", tuple(spans), way)
