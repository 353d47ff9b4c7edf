"""The words for what is wrong with one value of a card, and the simple kinds of values."""

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

_SHOWN = 80
_LISTED = 16


def shown(value: Any) -> str:
    """A value on one line, shortened."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def not_accepted(field: str, value: Any, accepted: Iterable[str], source: str = "") -> str:
    """The line for a value outside a list.

    Args:
        field: Where it stands in the card, such as `task_categories[0]`.
        value: What stands there.
        accepted: What may stand there.
        source: Where the whole list can be read, for lists too long to print.
    """
    names = sorted(accepted)
    near = difflib.get_close_matches(str(value).lower(), names, n=3, cutoff=0.6)
    if len(names) <= _LISTED:
        remedy = f"use one of {', '.join(names)}"
    elif near:
        remedy = f"did you mean {' or '.join(near)}?"
    else:
        remedy = f"use a name that {source} lists"
    return f"{field}: the Hub does not know {shown(value)}; {remedy}"


def string_problems(field: str, value: Any) -> list[str]:
    """Whether a value is text; YAML reads unquoted words such as `no` and `1.0` as something else."""
    if isinstance(value, str) and value.strip():
        return []
    if isinstance(value, str):
        return [f"{field}: is empty; give it a text or leave the field out"]
    return [f"{field}: must be a text, got {shown(value)}; put it in quotes"]


def list_problems(field: str, value: Any, check: Callable[[str, Any], list[str]]) -> list[str]:
    """What is wrong with a field that must be a list, item by item and with doubled items."""
    if not isinstance(value, list):
        return [f"{field}: must be a list, got {shown(value)}; write each entry on a line of its own behind a dash"]
    problems = [problem for place, item in enumerate(value) for problem in check(f"{field}[{place}]", item)]
    doubled = [item for place, item in enumerate(value) if item in value[:place]]
    return problems + [f"{field}: {shown(item)} stands there twice; name it once" for item in doubled]


def one_or_list_problems(field: str, value: Any, check: Callable[[str, Any], list[str]]) -> list[str]:
    """The same for a field that may also hold one entry alone."""
    return list_problems(field, value, check) if isinstance(value, list) else check(field, value)


def member_check(accepted: Iterable[str], source: str = "") -> Callable[[str, Any], list[str]]:
    """A check that a value is text from a list."""
    names = frozenset(accepted)

    def check(field: str, value: Any) -> list[str]:
        if problems := string_problems(field, value):
            return problems
        return [] if value in names else [not_accepted(field, value, names, source)]

    return check


def mapping_problems(field: str, value: Any, required: Iterable[str] = ()) -> list[str]:
    """Whether a value is a mapping that holds the required keys, each with something in it."""
    if not isinstance(value, dict):
        return [f"{field}: must be a mapping of names to values, got {shown(value)}"]
    return [f"{field}.{key}: is missing; give it a value" for key in required if value.get(key) in (None, "")]


def hub_id_problems(field: str, value: Any) -> list[str]:
    """Whether a value names a repository of the Hub; old ones have no namespace."""
    if problems := string_problems(field, value):
        return problems
    try:
        validate_repo_id(value)
    except HFValidationError:
        return [f"{field}: {shown(value)} names no repository of the Hub; write NAMESPACE/NAME or leave it out"]
    return []
