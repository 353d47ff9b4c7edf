"""The settings of a recipe as rows of a table, and where they depart from the paper."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

# Section, key, the paper's value and where it stands there.
_PAPER_SETTINGS: tuple[tuple[str, str, Any, str], ...] = (
    ("sampling", "k", 100, "Section 3.1"),
    ("sampling", "temperature", 0.7, "Section 3.1"),
    ("sampling", "top_p", 0.9, "A.1"),
    ("sampling", "min_sentences", 1, "A.1"),
    ("sampling", "max_sentences", 5, "A.1"),
    ("sampling", "context_temperature", 1.0, "A.1"),
    ("sampling", "context_top_p", 0.9, "A.1"),
    ("rouge_l", "max", 0.75, "A.2"),
    ("semantic_equivalence", "min_entailment", 0.75, "A.2"),
    ("tree_edit_distance", "min", 12, "A.2"),
    ("compression", "max", 0.8, "Appendix C"),
    ("diversity", "pairs_per_component", 1, "Algorithm 1"),
)

_PAPER_CRITICS = {
    "paraphrase": ("semantic_equivalence", "rouge_l", "tree_edit_distance", "diversity"),
    "summary": ("semantic_equivalence", "compression", "diversity"),
}

# Told elsewhere on the card, or no setting of the run.
_NOT_SETTINGS = ("name", "notes", "license", "licenses", "language")
_LONG_LIST = 8  # the recipe on the card has every item


@dataclass(frozen=True)
class Deviation:
    """A setting that is not the paper's."""

    setting: str
    value: str
    paper: str
    place: str


def setting_rows(recipe: dict[str, Any], sections: Collection[str] | None = None) -> list[tuple[str, str]]:
    """Every setting by its dotted name, in the recipe's order.

    Args:
        recipe: Settings by name.
        sections: Those of the top level to show; all when left out.
    """
    wanted = recipe.keys() if sections is None else sections
    shown = {key: value for key, value in recipe.items() if key in wanted and key not in _NOT_SETTINGS}
    return [(name, _text(value)) for name, value in _leaves(shown, "")]


def deviations(recipe: dict[str, Any], task: str) -> list[Deviation]:
    """The settings that differ from the paper's, in the paper's order."""
    leaves = dict(_leaves(recipe, ""))
    found = [
        Deviation(name, _text(value), _text(paper_value), place)
        for section, key, paper_value, place in _PAPER_SETTINGS
        for name, value in leaves.items()
        if f".{name}".endswith(f".{section}.{key}") and value is not None and value != paper_value
    ]
    used = set(critics_of(recipe))
    unused = [critic for critic in _PAPER_CRITICS.get(task, ()) if used and critic not in used]
    return found + [Deviation(f"critics.{critic}", "not used", "used", "Section 3.2") for critic in unused]


def critics_of(recipe: dict[str, Any]) -> list[str]:
    """The names of the critics, in their order."""
    return [critic for critic, _ in _critics(recipe)]


def _critics(recipe: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    critics = recipe.get("critics")
    for entry in critics if isinstance(critics, list) else [critics]:
        if isinstance(entry, dict):
            yield from entry.items()
        elif isinstance(entry, str):
            yield entry, {}


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(child, dict) for child in value):
        # A list of named parts, such as the critics, reads best by the parts' names.
        for child in value:
            yield from _leaves(child, name)
    else:
        yield name, value


def _text(value: Any) -> str:
    if isinstance(value, list) and len(value) > _LONG_LIST:
        return f"{_text(value[:3])} and {len(value) - 3} more"
    if isinstance(value, list):
        apart = "; " if any("," in str(child) for child in value) else ", "
        return apart.join(_text(child) for child in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "defaults"
    if isinstance(value, str) and not (value and value.isprintable()):
        return json.dumps(value)  # a line break would be lost in a table
    return "none" if value is None else str(value)
