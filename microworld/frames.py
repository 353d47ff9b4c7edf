"""What a grammar is made of: meanings, frames, and the parts of their realisations."""

from dataclasses import dataclass, field
from typing import NamedTuple


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


@dataclass(frozen=True)
class Realisation:
    """One way to say a frame."""

    name: str
    parts: tuple
    required: frozenset[str] = field(init=False)
    roles: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        said = list(slots(self.parts, optional=False))
        object.__setattr__(self, "required", frozenset(role for role, optional in said if not optional))
        object.__setattr__(self, "roles", frozenset(role for role, _ in said))


@dataclass(frozen=True)
class Frame:
    """A kind of event: its core roles, its optional ones and all the ways to say it."""

    name: str
    core: dict[str, str]  # role -> lexicon type
    optional: dict[str, str]
    modifiers: dict[str, str]  # those of the domain
    distinct: tuple[str, ...]  # roles of one type that never share a value
    realisations: tuple[Realisation, ...]

    @property
    def types(self) -> dict[str, str]:
        """Lexicon type of every role, the modifiers included."""
        return self.core | self.optional | self.modifiers


def slots(parts: tuple, optional: bool) -> list[tuple[str, bool]]:
    """Roles said by the parts, each with whether it stands in an optional part."""
    found: list[tuple[str, bool]] = []
    for part in parts:
        match part:
            case Slot(role, _):
                found.append((role, optional))
            case Optional(inner):
                found += slots(inner, optional=True)
            case Choice(options):
                found += [slot for option in options for slot in slots(option, optional)]
    return found
