"""The fields of a dataset card."""

import re
from collections.abc import Mapping
from typing import Any

from model_cards.validation.documented import ANNOTATIONS_CREATORS, LANGUAGE_CREATORS, MULTILINGUALITY, SIZE_CATEGORIES
from model_cards.validation.files import path_problem
from model_cards.validation.rules import hub_rules
from model_cards.validation.values import (
    hub_id_problems,
    list_problems,
    mapping_problems,
    member_check,
    one_or_list_problems,
    shown,
    string_problems,
)

_TASK_PAGE = "https://huggingface.co/tasks"
_LISTS = {
    "annotations_creators": ANNOTATIONS_CREATORS,
    "language_creators": LANGUAGE_CREATORS,
    "multilinguality": MULTILINGUALITY,
    "size_categories": SIZE_CATEGORIES,
}
# What `datasets` allows in the name of a config and of a split (datasets/naming.py).
_NOT_IN_CONFIG_NAMES = frozenset('<>:/\\|?*"')
_SPLIT = re.compile(r"\w+(\.\w+)*")

Splits = dict[str, list[str]]


def dataset_problems(data: Mapping[str, Any]) -> list[str]:
    """What is wrong with the metadata of a dataset card."""
    problems = []
    for field, accepted in _LISTS.items():
        if field in data:
            problems += one_or_list_problems(field, data[field], member_check(accepted))
    if "source_datasets" in data:
        problems += one_or_list_problems("source_datasets", data["source_datasets"], _source_problems)
    problems += _task_problems(data)
    config_problems, configs = _config_problems(data.get("configs"))
    return problems + config_problems + _info_problems(data.get("dataset_info"), configs)


def _source_problems(field: str, value: Any) -> list[str]:
    if isinstance(value, str) and value in ("original", "extended"):
        return []
    name = value.removeprefix("extended|") if isinstance(value, str) else value
    return hub_id_problems(field, name)


def _task_problems(data: Mapping[str, Any]) -> list[str]:
    rules = hub_rules()
    problems = []
    categories = data.get("task_categories", [])
    if "task_categories" in data:
        problems += list_problems("task_categories", categories, member_check(rules.pipelines, _TASK_PAGE))
    if "task_ids" not in data:
        return problems
    problems += list_problems("task_ids", data["task_ids"], member_check(rules.subtasks, _TASK_PAGE))
    if problems:
        return problems
    belonging = frozenset().union(*(rules.pipelines[category].subtasks for category in categories))
    for place, subtask in enumerate(data["task_ids"]):
        if subtask not in belonging:
            tasks = " or ".join(sorted(name for name, task in rules.pipelines.items() if subtask in task.subtasks))
            problems.append(f"task_ids[{place}]: {shown(subtask)} belongs to {tasks}; add that to task_categories")
    return problems


def _config_problems(configs: Any) -> tuple[list[str], dict[str, Splits | None] | None]:
    """The problems, and the configs with the files of their splits; None for what a card does not say."""
    if configs is None:
        return [], None
    problems = list_problems("configs", configs, lambda field, value: mapping_problems(field, value, ["config_name"]))
    if problems:
        return problems, None
    found: dict[str, Splits | None] = {}
    for place, config in enumerate(configs):
        field, name = f"configs[{place}]", config["config_name"]
        problems += string_problems(f"{field}.config_name", name) or _config_name_problems(field, name, found)
        file_problems, splits = _data_files_problems(f"{field}.data_files", config.get("data_files"))
        problems += file_problems
        found[str(name)] = splits
        if not isinstance(config.get("default", False), bool):
            problems.append(f"{field}.default: must be true or false, got {shown(config['default'])}")
    defaults = [config["config_name"] for config in configs if config.get("default") is True]
    if len(defaults) > 1:
        problems.append(f"configs: {', '.join(map(str, defaults))} are all `default: true`; keep it at one of them")
    return problems, found


def _config_name_problems(field: str, name: str, earlier: Mapping[str, Any]) -> list[str]:
    if name in earlier:
        return [f"{field}.config_name: {shown(name)} names two configs; give each a name of its own"]
    if bad := sorted(_NOT_IN_CONFIG_NAMES & set(name)):
        return [f"{field}.config_name: {shown(name)} holds {' '.join(bad)}, which datasets refuses; leave it out"]
    return []


def _data_files_problems(field: str, files: Any) -> tuple[list[str], Splits | None]:
    if files is None:
        return [], None
    entries = files if isinstance(files, list) else [files]
    if not any(isinstance(entry, dict) for entry in entries):
        return one_or_list_problems(field, files, _pattern_problems), None
    problems, splits = [], Splits()
    for place, entry in enumerate(entries):
        where = f"{field}[{place}]"
        if wrong := mapping_problems(where, entry, ["split", "path"]):
            problems += wrong
            continue
        split, path = str(entry["split"]), entry["path"]
        if not _SPLIT.fullmatch(split):
            problems.append(f"{where}.split: datasets takes no split named {shown(split)}; use letters, digits and _")
        if split in splits:
            problems.append(f"{where}.split: {shown(split)} stands there twice; put its paths into one list")
        problems += one_or_list_problems(f"{where}.path", path, _pattern_problems)
        splits[split] = path if isinstance(path, list) else [path]
    return problems, splits


def _pattern_problems(field: str, pattern: Any) -> list[str]:
    if problems := string_problems(field, pattern):
        return problems
    if "://" in pattern:
        return [f"{field}: {shown(pattern)} lies outside the repository; name a path within it"]
    problem = path_problem(re.sub(r"[*?]", "x", pattern))
    return [f"{field}: {shown(pattern)} {problem}"] if problem else []


def _info_problems(infos: Any, configs: Mapping[str, Splits | None] | None) -> list[str]:
    if infos is None:
        return []
    entries = infos if isinstance(infos, list) else [infos]
    problems, seen = [], set()
    for place, info in enumerate(entries):
        field = f"dataset_info[{place}]" if isinstance(infos, list) else "dataset_info"
        if wrong := mapping_problems(field, info):
            problems += wrong
            continue
        name = info.get("config_name", "default")
        if name in seen:
            problems.append(f"{field}.config_name: {shown(name)} is described twice; keep one of them")
        seen.add(name)
        if configs is None:
            continue
        if name not in configs:
            problems.append(f"{field}.config_name: no config is named {shown(name)}; use one of {', '.join(configs)}")
        elif configs[name] is not None:
            problems += _split_problems(field, info.get("splits"), configs[name] or {})
    return problems


def _split_problems(field: str, described: Any, splits: Splits) -> list[str]:
    """Whether the splits with files are those that are described: datasets refuses to load them otherwise."""
    if not isinstance(described, list) or not all(isinstance(split, dict) for split in described):
        return []
    names = [split.get("name") for split in described]
    problems = [f"{field}.splits: {shown(name)} has no data_files; add them" for name in names if name not in splits]
    return problems + [f"{field}.splits: lacks {shown(name)}; describe it" for name in splits if name not in names]
