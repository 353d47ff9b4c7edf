"""The results in a model card, which the Hub shows beside the model."""

import math
import re
from typing import Any

from model_cards.validation.rules import hub_rules
from model_cards.validation.values import list_problems, mapping_problems, member_check, shown, string_problems

_TASK_PAGE = "https://huggingface.co/tasks"
# The name of a dataset on the Hub, with or without a namespace; a title belongs into `name`.
_DATASET = re.compile(r"([\w-]+/)?[\w.-]+", re.ASCII)


def model_index_problems(index: Any) -> list[str]:
    """What is wrong with `model-index`."""
    return list_problems("model-index", index, _model_problems)


def _model_problems(field: str, model: Any) -> list[str]:
    if problems := mapping_problems(field, model, ["name", "results"]):
        return problems
    name_problems = string_problems(f"{field}.name", model["name"])
    return name_problems + list_problems(f"{field}.results", model["results"], _result_problems)


def _result_problems(field: str, result: Any) -> list[str]:
    if problems := mapping_problems(field, result, ["task", "dataset", "metrics"]):
        return problems
    task, dataset = result["task"], result["dataset"]
    rules = hub_rules()
    problems = mapping_problems(f"{field}.task", task, ["type"])
    if not problems:
        problems += member_check(rules.subtasks | rules.pipelines.keys(), _TASK_PAGE)(
            f"{field}.task.type", task["type"]
        )
    if wrong := mapping_problems(f"{field}.dataset", dataset, ["type", "name"]):
        problems += wrong
    else:
        problems += _dataset_problems(f"{field}.dataset", dataset)
    problems += list_problems(f"{field}.metrics", result["metrics"], _metric_problems)
    if "source" in result:
        problems += mapping_problems(f"{field}.source", result["source"], ["url"])
    return problems


def _dataset_problems(field: str, dataset: dict[str, Any]) -> list[str]:
    problems = string_problems(f"{field}.name", dataset["name"]) + string_problems(f"{field}.type", dataset["type"])
    if not problems and not _DATASET.fullmatch(dataset["type"]):
        problems.append(
            f"{field}.type: {shown(dataset['type'])} is no name of a dataset; use letters, digits and - _ . , "
            "or NAMESPACE/NAME, and put the title into name"
        )
    return problems


def _metric_problems(field: str, metric: Any) -> list[str]:
    if problems := mapping_problems(field, metric, ["type", "value"]):
        return problems
    problems = string_problems(f"{field}.type", metric["type"])
    value = metric["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        problems.append(f"{field}.value: must be a finite number, got {shown(value)}")
    return problems
