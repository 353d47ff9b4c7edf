"""The fields of a model card."""

from collections.abc import Mapping
from typing import Any

from model_cards.validation.documented import BASE_MODEL_RELATIONS
from model_cards.validation.model_index import model_index_problems
from model_cards.validation.rules import hub_rules
from model_cards.validation.values import (
    hub_id_problems,
    member_check,
    one_or_list_problems,
    string_problems,
)
from model_cards.validation.widget import widget_problems

_TASK_PAGE = "https://huggingface.co/tasks"
_LIBRARY_PAGE = "https://huggingface.co/docs/hub/models-libraries"


def model_problems(data: Mapping[str, Any]) -> list[str]:
    """What is wrong with the metadata of a model card."""
    rules = hub_rules()
    checks = {
        "pipeline_tag": member_check(rules.pipelines, _TASK_PAGE),
        "library_name": member_check(rules.libraries, _LIBRARY_PAGE),
        "base_model_relation": member_check(BASE_MODEL_RELATIONS),
        "new_version": hub_id_problems,
    }
    problems = [problem for field in checks if field in data for problem in checks[field](field, data[field])]
    for field in ("base_model", "datasets"):
        if field in data:
            problems += one_or_list_problems(field, data[field], hub_id_problems)
    if "base_model_relation" in data and not data.get("base_model"):
        problems.append("base_model: is missing beside base_model_relation; name the model that this one comes from")
    if "metrics" in data:
        problems += one_or_list_problems("metrics", data["metrics"], string_problems)
    if "model-index" in data:
        problems += model_index_problems(data["model-index"])
    if "widget" in data:
        problems += widget_problems(data["widget"], data.get("pipeline_tag"))
    return problems
