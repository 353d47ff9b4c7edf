"""Settings: strict frozen dataclasses read from plain mappings, and the fingerprint that a stage goes by."""

import dataclasses
import difflib
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from builders.errors import ConfigError, one_line
from builders.files import is_unicode, read_text

T = TypeVar("T")


def from_mapping(cls: type[T], mapping: Any, where: str = "") -> T:
    """Makes the dataclass `cls` from a plain mapping, nested dataclasses included.

    Args:
        cls: A dataclass. A class with a `from_value(value, where)` classmethod reads its own value instead; one with an
            `in_full(text)` says what settings a text is short for.
        mapping: What a YAML or JSON reader gave.
        where: The section of the recipe, for messages ("" is the top).

    Raises:
        ConfigError: An unknown or missing key, a value of the wrong type, or one that the dataclass itself refuses.
    """
    own_reader = getattr(cls, "from_value", None)
    return cast(T, own_reader(mapping, where)) if own_reader is not None else from_fields(cls, mapping, where)


def from_fields(cls: type[T], mapping: Any, where: str) -> T:
    """The same field by field, also for a class with a `from_value`, which may call it."""
    section = f"section '{where}'" if where else "the recipe"
    if isinstance(mapping, str) and (in_full := getattr(cls, "in_full", None)) is not None:
        mapping = in_full(mapping)
    if not isinstance(mapping, Mapping):
        raise ConfigError(f"{section} must be a mapping of settings, got {mapping!r}")
    fields = {field.name: field for field in dataclasses.fields(cast(Any, cls)) if field.init}
    hints = typing.get_type_hints(cls)
    for name in mapping:
        if name not in fields:
            near = difflib.get_close_matches(str(name), fields, n=3, cutoff=0.4) or sorted(fields)
            raise ConfigError(f"unknown setting '{name}' in {section}; nearest valid: {', '.join(near)}")
    values = {name: _convert(hints[name], value, _join(where, name)) for name, value in mapping.items()}
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in values:
            raise ConfigError(f"setting '{_join(where, name)}' is missing; give it a {_type_name(hints[name])}")
    try:
        return cls(**values)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}" if where else str(error)) from None


def to_mapping(value: Any) -> Any:
    """The plain dicts, lists and scalars behind a configuration; `from_mapping` reads them back to an equal object."""
    own_writer = getattr(value, "to_value", None)
    if own_writer is not None:
        return own_writer()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_mapping(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init}
    if isinstance(value, Mapping):
        return {str(key): to_mapping(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_mapping(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def read_yaml(path: Path) -> dict[str, Any]:
    """The settings by name that a user's YAML file holds.

    Raises:
        ConfigError: It is no YAML, or holds something else.
        RunError: It cannot be read.
    """
    text = read_text(path)
    try:
        settings = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        problem = getattr(error, "problem", None) or one_line(error)
        raise ConfigError(f"{path}{where} is no YAML: {problem}; correct it and run again") from None
    if not isinstance(settings, dict):
        raise ConfigError(
            f"{path} must hold settings by name, got {type(settings).__name__}; see recipes/ for examples"
        )
    return settings


def fingerprint(*parts: Any) -> str:
    """16 hex digits that change when any part does; parts are configurations or JSON-able values."""
    canonical = json.dumps(to_mapping(parts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:16]


def _convert(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _convert_union(arguments, value, where)
    if origin is typing.Literal:
        if value not in arguments:
            raise ConfigError(f"{where} must be one of {', '.join(map(repr, arguments))}, got {value!r}")
        return value
    if origin in (list, tuple):
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{where} must be a list, got {value!r}")
        return origin(_convert(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where} must be a mapping, got {value!r}")
        return {str(key): _convert(arguments[1], item, _join(where, key)) for key, item in value.items()}
    if dataclasses.is_dataclass(kind) or hasattr(kind, "from_value"):
        return from_mapping(cast(type, kind), value, where)
    return _convert_scalar(kind, value, where)


def _convert_union(options: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in options:
        return None
    candidates = [option for option in options if option is not type(None)]
    for option in candidates[:-1]:
        try:
            return _convert(option, value, where)
        except ConfigError:
            continue
    return _convert(candidates[-1], value, where)


def _convert_scalar(kind: Any, value: Any, where: str) -> Any:
    if isinstance(value, str) and not is_unicode(value):
        raise ConfigError(f"{where} has half a character, such as \\ud800: {value!r}; write the whole character")
    if kind is float and not isinstance(value, bool):
        if isinstance(value, int | float):
            return float(value)
        if isinstance(value, str):  # YAML 1.1 reads 1e-3 as a string
            try:
                return float(value)
            except ValueError:
                pass
    elif kind is Path and isinstance(value, str | Path):
        return Path(value)
    elif isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise ConfigError(f"{where} must be a {_type_name(kind)}, got {value!r}")


def _join(where: str, name: Any) -> str:
    return f"{where}.{name}" if where else str(name)


def _type_name(kind: Any) -> str:
    names = {int: "whole number", float: "number", str: "text", bool: "true or false", Path: "path"}
    return names.get(kind, getattr(kind, "__name__", str(kind)))
