"""The fields of a Space's card."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from model_cards.validation.documented import MAX_SHORT_DESCRIPTION, SPACE_COLOURS, SPACE_SDKS
from model_cards.validation.files import path_problem
from model_cards.validation.values import hub_id_problems, list_problems, member_check, shown, string_problems

_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?")
_PYTHON = re.compile(r"3(\.\d+){1,2}")


def space_problems(data: Mapping[str, Any]) -> list[str]:
    """What is wrong with the metadata of a Space's card."""
    if "sdk" not in data:
        problems = [f"sdk: is missing; use one of {', '.join(sorted(SPACE_SDKS))}"]
    else:
        problems = member_check(SPACE_SDKS)("sdk", data["sdk"])
    for field in ("colorFrom", "colorTo"):
        if field in data:
            problems += member_check(SPACE_COLOURS)(field, data[field])
    problems += _version_problems(data)
    if "emoji" in data:
        problems += _emoji_problems(data["emoji"])
    if "short_description" in data:
        problems += _description_problems(data["short_description"])
    for field in ("models", "datasets"):
        if field in data:
            problems += list_problems(field, data[field], hub_id_problems)
    if "app_file" in data:
        problems += _app_file_problems(data["app_file"])
    elif data.get("sdk") == "gradio":
        problems.append("app_file: is missing; name the file that starts the app, such as app.py")
    return problems


def _version_problems(data: Mapping[str, Any]) -> list[str]:
    problems = []
    for field, pattern, example in (("sdk_version", _VERSION, "6.31.0"), ("python_version", _PYTHON, "3.11")):
        if field not in data:
            continue
        if wrong := string_problems(field, data[field]):  # 3.10 without quotes is the number 3.1
            problems += wrong
        elif not pattern.fullmatch(data[field]):
            problems.append(f"{field}: {shown(data[field])} is no version; write one such as '{example}'")
    if data.get("sdk") == "gradio" and "sdk_version" not in data:
        problems.append("sdk_version: is missing; name the release of gradio that the app was tested with")
    return problems


def _emoji_problems(value: Any) -> list[str]:
    if problems := string_problems("emoji", value):
        return problems
    # An emoji is a symbol, and what may follow it: selectors, joiners and skin tones.
    if value[0].isascii() or not all(unicodedata.category(mark) in ("So", "Sk", "Mn", "Cf") for mark in value):
        return [f"emoji: {shown(value)} is no emoji; use one such as 🍋"]
    return []


def _description_problems(value: Any) -> list[str]:
    if problems := string_problems("short_description", value):
        return problems
    if len(value) > MAX_SHORT_DESCRIPTION:
        length = f"has {len(value)} characters"
        return [f"short_description: {shown(value)} {length}; the Hub takes at most {MAX_SHORT_DESCRIPTION}"]
    return []


def _app_file_problems(value: Any) -> list[str]:
    if problems := string_problems("app_file", value):
        return problems
    problem = path_problem(value)
    return [f"app_file: {shown(value)} {problem}"] if problem else []
