"""The metadata of a card against what the Hub accepts."""

from collections.abc import Mapping
from typing import Any

from model_cards.validation.dataset_fields import dataset_problems
from model_cards.validation.documented import LICENCES, RepoType
from model_cards.validation.front_matter import FrontMatterError, read_front_matter
from model_cards.validation.model_fields import model_problems
from model_cards.validation.rules import hub_rules
from model_cards.validation.space_fields import space_problems
from model_cards.validation.values import (
    list_problems,
    not_accepted,
    one_or_list_problems,
    shown,
    string_problems,
)

_KINDS = {"dataset": dataset_problems, "model": model_problems, "space": space_problems}


def card_problems(text: str, repo_type: RepoType) -> list[str]:
    """What the Hub, or a reader of the card's metadata, would not accept.

    Args:
        text: The whole README.md.
        repo_type: The kind of repository whose card it is.

    Returns:
        One line a problem: the field, the value and what would be accepted.
    """
    try:
        data = read_front_matter(text)
    except FrontMatterError as error:
        return [str(error)]
    return _common_problems(data) + _KINDS[repo_type](data)


def _common_problems(data: Mapping[str, Any]) -> list[str]:
    problems = []
    if "language" in data:
        problems += one_or_list_problems("language", data["language"], _language_problems)
    problems += _licence_problems(data)
    if "tags" in data:
        problems += list_problems("tags", data["tags"], string_problems)
    for field in ("pretty_name", "thumbnail", "title"):
        if field in data:
            problems += string_problems(field, data[field])
    return problems


def _language_problems(field: str, value: Any) -> list[str]:
    if problems := string_problems(field, value):
        return problems
    if value in hub_rules().languages:
        return []
    if value[:1].isalpha() and any(mark in value for mark in "-_"):
        return [f"{field}: {shown(value)} names a region or script; use its ISO 639 code alone, such as en or deu"]
    return [
        f"{field}: {shown(value)} is no ISO 639 code of two or three small letters, nor code or multilingual; "
        "use one, such as en or deu"
    ]


def _licence_problems(data: Mapping[str, Any]) -> list[str]:
    if "license" not in data:
        return []
    problems = one_or_list_problems("license", data["license"], _one_licence_problems)
    named = data["license"] if isinstance(data["license"], list) else [data["license"]]
    if "other" in named and "license_name" not in data:
        problems.append("license_name: is missing beside `license: other`; name the licence, such as my-licence-1.0")
    for field in ("license_name", "license_link"):
        if field in data:
            problems += string_problems(field, data[field])
    return problems


def _one_licence_problems(field: str, value: Any) -> list[str]:
    if problems := string_problems(field, value):
        return problems
    if value in LICENCES:
        return []
    if value.lower() not in LICENCES and value.lower() in hub_rules().spdx_licences:
        return [
            f"{field}: {shown(value)} is an SPDX licence that the Hub does not list; "
            f"write `license: other` and `license_name: {value.lower()}`"
        ]
    return [not_accepted(field, value, LICENCES, "https://huggingface.co/docs/hub/repositories-licenses")]
