"""What a recipe's file says, with what the command line overrides, before anything is made of it."""

import difflib
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from builders.config import read_yaml
from builders.errors import UsageError
from builders.sampling_config import CorpusConfig, ServerConfig

_CORPUS = "sampling.corpus"
_NAMED_BY_CONTEXTS = (_CORPUS, f"{_CORPUS}.place", f"{_CORPUS}.column")
# Sections for which one text is short.
_SHORT = {_CORPUS: CorpusConfig.in_full, "sampling.server": ServerConfig.in_full}


def read_settings(path: str, overrides: list[str], contexts: str | None = None) -> dict[str, Any]:
    """What the recipe at a path, or the bundled one of that name, says.

    Args:
        path: `recipes/microworld-news.yaml` or `microworld-news`.
        overrides: `section.key=value` each, the value read as YAML.
        contexts: A source of contexts, `PLACE` or `PLACE:COLUMN`, to use in place of the recipe's; overrides may add
            its configuration and split.

    Raises:
        UsageError: There is no such recipe, or an override cannot be read or names another source of contexts.
        RunError: The file cannot be read.
    """
    settings = read_yaml(_find(path))
    if contexts is not None:
        _set(settings, _CORPUS, contexts, "--contexts")
    for override in overrides:
        if contexts is not None and override.partition("=")[0] in _NAMED_BY_CONTEXTS:
            raise UsageError(f"--set {override}: --contexts {contexts} names the corpus already; leave one of them out")
        apply_override(settings, override)
    return settings


def _find(path: str) -> Path:
    entries = [Path(str(entry)) for entry in files("recipes").iterdir()]
    bundled = {entry.stem: entry for entry in entries if entry.suffix == ".yaml"}
    if Path(path).is_file() or (Path(path).exists() and path not in bundled):
        return Path(path)
    if path in bundled:
        return bundled[path]
    near = difflib.get_close_matches(Path(path).stem, bundled, n=1)
    hint = f"did you mean {near[0]}?" if near else f"bundled are {', '.join(sorted(bundled))}"
    raise UsageError(f"recipe '{path}' is neither a file nor a bundled recipe; {hint}")


def apply_override(settings: dict[str, Any], override: str) -> None:
    """Puts `section.key=value` into settings, the value read as YAML.

    Raises:
        UsageError: It cannot be read, or its section holds no settings by name.
    """
    name, equals, text = override.partition("=")
    if not equals or not name:
        raise UsageError(f"--set needs section.key=value, got '{override}'")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        raise UsageError(f"--set {override}: the value is no YAML; quote it") from None
    _set(settings, name, value, f"--set {override}")


def _set(settings: dict[str, Any], name: str, value: Any, option: str) -> None:
    *sections, key = name.split(".")
    place = settings
    for depth, section in enumerate(sections):
        if place.get(section) is None:  # left out, or spelled out as null in a resolved recipe
            place[section] = {}
        where = ".".join(sections[: depth + 1])
        if isinstance(place[section], str) and where in _SHORT:
            place[section] = _SHORT[where](place[section])
        place = place[section]
        if not isinstance(place, dict):
            raise UsageError(f"{option}: '{section}' holds no settings by name; set it as a whole")
    place[key] = value
