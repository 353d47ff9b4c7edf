"""The grammar of a domain: lexicon and frames read from YAML, and sentences realised from meanings."""

import random
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

MODIFIERS = {"day": "day", "source": "source"}  # roles that every frame has, role -> type
_TOKEN = re.compile(r"\{(\w+)(?:\.(\w+))?\}|[\[\]|<>]|[^\[\]|<>{}]+")
_ARTICLE = re.compile(r"\b([Aa]) (?=(?:[aeiou](?!ni)|8|11\b|18\b))")


class Meaning(NamedTuple):
    """What a sentence says: its frame and the roles it fills, as a frozen set of (role, value)."""

    frame: str
    roles: frozenset[tuple[str, str]]


class Slot(NamedTuple):
    """A place in a realisation that says one role in one form."""

    role: str
    form: str


class Optional(NamedTuple):
    """A part that is said only when the meaning holds its roles."""

    parts: tuple


class Choice(NamedTuple):
    """Wordings that mean the same."""

    options: tuple[tuple, ...]


class Span(NamedTuple):
    """Where a realised sentence says a role: characters [start, end)."""

    start: int
    end: int
    role: str


class Sentence(NamedTuple):
    """A realised sentence with the spans of its roles."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Realisation:
    """One way to say a frame."""

    name: str
    parts: tuple
    required: frozenset[str] = field(init=False)
    roles: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        slots = list(_slots(self.parts, optional=False))
        object.__setattr__(self, "required", frozenset(role for role, optional in slots if not optional))
        object.__setattr__(self, "roles", frozenset(role for role, _ in slots))


@dataclass(frozen=True)
class Frame:
    """A kind of event: its core roles, its optional ones and all the ways to say it."""

    name: str
    core: dict[str, str]  # role -> lexicon type
    optional: dict[str, str]
    distinct: tuple[str, ...]  # roles of one type that never share a value
    realisations: tuple[Realisation, ...]

    @property
    def types(self) -> dict[str, str]:
        """Lexicon type of every role, the modifiers included."""
        return self.core | self.optional | MODIFIERS


@dataclass(frozen=True)
class Grammar:
    """A domain: `lexicon[type][form][value]` is the tuple of its surface forms."""

    agencies: tuple[str, ...]
    lexicon: dict[str, dict[str, dict[str, tuple[str, ...]]]]
    frames: dict[str, Frame]
    attributions: tuple[str, ...]
    fronted_day: str

    def surfaces(self, frame: Frame, slot: Slot) -> dict[str, tuple[str, ...]]:
        """Surface forms of every value that the slot can take."""
        return self.lexicon[frame.types[slot.role]][slot.form]

    def values(self, type_name: str) -> tuple[str, ...]:
        """Every value of a lexicon type, in file order."""
        return tuple(next(iter(self.lexicon[type_name].values())))

    def realise(self, meaning: Meaning, rng: random.Random) -> Sentence | None:
        """Say a meaning in a randomly drawn way.

        Returns:
            The sentence, or None when no realisation of the frame can say just these roles.
        """
        frame, roles = self.frames[meaning.frame], dict(meaning.roles)
        said = roles.keys() - {"source"}
        fitting = [r for r in frame.realisations if r.required <= said and said - {"day"} <= r.roles]
        if not fitting:
            return None
        realisation = rng.choice(fitting)
        pieces = self._pieces(frame, realisation.parts, roles, rng)
        if "day" in roles and "day" not in realisation.roles:
            pieces = self._wrap(self.fronted_day, pieces, "day", roles["day"], rng)
        if "source" in roles:
            pieces = self._wrap(rng.choice(self.attributions), pieces, "source", roles["source"], rng)
        return _assemble(pieces)

    def _pieces(self, frame: Frame, parts: tuple, roles: dict[str, str], rng: random.Random) -> list[tuple[str, str]]:
        pieces: list[tuple[str, str]] = []
        for part in parts:
            match part:
                case Slot(role, _):
                    pieces.append((rng.choice(self.surfaces(frame, part)[roles[role]]), role))
                case Choice(options):
                    pieces += self._pieces(frame, rng.choice(options), roles, rng)
                case Optional(inner):
                    if all(role in roles for role, _ in _slots(inner, optional=False)):
                        pieces += self._pieces(frame, inner, roles, rng)
                case text:
                    pieces.append((text, ""))
        return pieces

    def _wrap(
        self, wrapper: str, pieces: list[tuple[str, str]], role: str, value: str, rng: random.Random
    ) -> list[tuple[str, str]]:
        surface = rng.choice(self.lexicon[MODIFIERS[role]]["any"][value])
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


def _assemble(pieces: list[tuple[str, str]]) -> Sentence:
    text, spans = "", []
    for piece, role in pieces:
        if role:
            spans.append(Span(len(text), len(text) + len(piece), role))
        text += piece
    for match in reversed(list(_ARTICLE.finditer(text))):
        at = match.end(1)
        text = text[:at] + "n" + text[at:]
        spans = [Span(start + (start >= at), end + (end >= at), role) for start, end, role in spans]
    return Sentence(text[0].upper() + text[1:] + ".", tuple(spans))


def _slots(parts: tuple, optional: bool) -> list[tuple[str, bool]]:
    """Roles said by the parts, each with whether it stands in an optional part."""
    found: list[tuple[str, bool]] = []
    for part in parts:
        match part:
            case Slot(role, _):
                found.append((role, optional))
            case Optional(inner):
                found += _slots(inner, optional=True)
            case Choice(options):
                found += [slot for option in options for slot in _slots(option, optional)]
    return found


def _parse_parts(tokens: list[re.Match[str]], close: str = "") -> tuple:
    """Parse a realisation up to the closing bracket; `|` splits it into options."""
    options: list[list] = [[]]
    while tokens:
        token = tokens.pop(0)
        match token[0]:
            case "<":
                options[-1].append(Optional(_parse_parts(tokens, ">")[0]))
            case "[":
                options[-1].append(Choice(_parse_parts(tokens, "]")))
            case "|":
                options.append([])
            case text if text == close:
                break
            case text if token[1]:
                options[-1].append(Slot(token[1], token[2] or "any"))
            case text:
                options[-1].append(text)
    return tuple(tuple(option) for option in options)


def _parse_forms(entries: str) -> dict[str, tuple[str, ...]]:
    forms: dict[str, tuple[str, ...]] = {}
    for entry in re.split(r";\s*", entries):
        value, _, surfaces = entry.rpartition(": ")
        options = tuple(surfaces.strip().split("|"))
        forms[value.strip() or options[0]] = options
    return forms


def _parse_frame(name: str, data: dict) -> Frame:
    realisations = tuple(
        Realisation(label, _parse_parts(list(_TOKEN.finditer(text)))[0]) for label, text in data["realisations"].items()
    )
    return Frame(name, data["core"], data["optional"], tuple(data.get("distinct", ())), realisations)


@cache
def load(domain: str = "news") -> Grammar:
    """The grammar of an embedded domain, parsed once a process."""
    data = yaml.safe_load((Path(__file__).parent / f"{domain}.yaml").read_text(encoding="utf-8"))
    lexicon = {
        type_name: {
            form: _parse_forms(text) for form, text in ({"any": forms} if isinstance(forms, str) else forms).items()
        }
        for type_name, forms in data["lexicon"].items()
    }
    return Grammar(
        agencies=tuple(data["agencies"].split("|")),
        lexicon=lexicon,
        frames={name: _parse_frame(name, frame) for name, frame in data["frames"].items()},
        attributions=tuple(data["attributions"]),
        fronted_day=data["fronted_day"],
    )
