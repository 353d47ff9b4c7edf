"""The grammars of the two domains, read from their YAML files."""

import re
from functools import cache
from pathlib import Path

import yaml

from microworld.frames import Choice, Frame, Optional, Realisation, Slot
from microworld.grammar import Grammar

DOMAINS = ("news", "biomedical")
_CASES = {"object": "any", "subject": "subject", "genitive": "genitive"}  # case -> form of a slot
_TOKEN = re.compile(r"\{(\w+)(?:\.(\w+))?\}|[\[\]|<>]|[^\[\]|<>{}]+")


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


def _parse_frame(name: str, data: dict, modifiers: dict[str, str]) -> Frame:
    realisations = tuple(
        Realisation(label, _parse_parts(list(_TOKEN.finditer(text)))[0]) for label, text in data["realisations"].items()
    )
    return Frame(name, data["core"], data["optional"], modifiers, tuple(data.get("distinct", ())), realisations)


def _with_cases(
    names: dict[str, tuple[str, ...]], pronouns: dict[str, dict[str, str]]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """The forms of a type that has pronouns: names are the same as subject and object, and take 's as genitive."""
    genitives = {value: tuple(f"{surface}'s" for surface in surfaces) for value, surfaces in names.items()}
    said = {case: {it: tuple(data[case].split("|")) for it, data in pronouns.items()} for case in _CASES}
    return {form: (genitives if form == "genitive" else names) | said[case] for case, form in _CASES.items()}


@cache
def load(domain: str) -> Grammar:
    """The grammar of an embedded domain, parsed once a process."""
    data = yaml.safe_load((Path(__file__).parent / f"{domain}.yaml").read_text(encoding="utf-8"))
    lexicon = {
        type_name: {
            form: _parse_forms(text) for form, text in ({"any": forms} if isinstance(forms, str) else forms).items()
        }
        for type_name, forms in data["lexicon"].items()
    }
    for type_name, pronouns in data["pronouns"].items():
        lexicon[type_name] = _with_cases(lexicon[type_name]["any"], pronouns)
    modifiers = {role: role for role in data["modifiers"]}
    return Grammar(
        name=domain,
        dateline=data.get("dateline", ""),
        agencies=tuple(data.get("agencies", "").split("|")),
        topics=tuple(data["topics"]),
        lexicon=lexicon,
        pronouns={
            type_name: {it: frozenset(forms.get("of", "").split()) for it, forms in pronouns.items()}
            for type_name, pronouns in data["pronouns"].items()
        },
        wrappers={role: tuple(ways) for role, ways in data["modifiers"].items()},
        frames={name: _parse_frame(name, frame, modifiers) for name, frame in data["frames"].items()},
    )


def grammar_of(frame_name: str) -> Grammar:
    """The grammar of the domain that a frame belongs to."""
    return next(grammar for grammar in map(load, DOMAINS) if frame_name in grammar.frames)
