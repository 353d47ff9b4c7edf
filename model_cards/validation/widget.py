"""The examples that a model page shows, by the schema of the Hub's own package."""

from collections.abc import Mapping
from typing import Any

from model_cards.validation.rules import WidgetSchema, hub_rules
from model_cards.validation.values import list_problems, mapping_problems, not_accepted, shown

_NUMBERS = (int, float)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": _NUMBERS,
    "boolean": (bool,),
    "TableData": (dict,),
}
# The keys of an output that fits what a task's page shows.
_OUTPUTS = {"text": ("text", "answer"), "chart": ("label", "answer"), "img": ("url", "label"), "audio": ("url", "text")}


def widget_problems(widget: Any, pipeline_tag: Any) -> list[str]:
    """What is wrong with the examples of a model page.

    Args:
        widget: The field of the card.
        pipeline_tag: The model's task, which decides what an output looks like.
    """
    schema = hub_rules().widget
    pipeline = hub_rules().pipelines.get(pipeline_tag) if isinstance(pipeline_tag, str) else None
    shown_output = pipeline.output if pipeline else None

    def check(field: str, example: Any) -> list[str]:
        return _example_problems(field, example, schema, shown_output)

    return list_problems("widget", widget, check)


def _example_problems(field: str, example: Any, schema: WidgetSchema, shown_output: str | None) -> list[str]:
    if problems := mapping_problems(field, example):
        return problems
    types = {key: type_ for shape in schema.inputs for key, type_ in shape.items()}
    accepted = types.keys() | {"parameters", "output"}
    problems = [not_accepted(f"{field}.{key}", key, accepted, "the widget schema") for key in example.keys() - accepted]
    problems += _type_problems(field, example, types)
    given = example.keys() & types.keys()
    if not any(_needed(shape) <= given for shape in schema.inputs):
        problems.append(f"{field}: holds no input; give it a text, or messages, or what else its task reads")
    elif not any(_needed(shape) <= given <= shape.keys() for shape in schema.inputs):
        problems.append(f"{field}: no task reads {', '.join(sorted(given))} together; keep those of one input")
    if "parameters" in example:
        problems += _parameter_problems(f"{field}.parameters", example["parameters"], schema)
    if "output" in example:
        problems += _output_problems(f"{field}.output", example["output"], schema, shown_output)
    return problems


def _needed(shape: Mapping[str, str]) -> set[str]:
    return {key for key, type_ in shape.items() if not type_.endswith("?")}


def _type_problems(field: str, values: Mapping[str, Any], types: Mapping[str, str]) -> list[str]:
    problems = []
    for key, value in values.items():
        wanted = types.get(key, "").removesuffix("?")
        if wanted.endswith("[]"):
            fits = isinstance(value, list) and all(_fits(item, wanted.removesuffix("[]")) for item in value)
        else:
            fits = _fits(value, wanted)
        if not fits:
            problems.append(f"{field}.{key}: must be a {wanted}, got {shown(value)}")
    return problems


def _fits(value: Any, type_: str) -> bool:
    if type_ not in _TYPES:  # a type of the schema that is not looked into, or an unknown key
        return True
    if isinstance(value, bool):
        return type_ == "boolean"
    return isinstance(value, _TYPES[type_])


def _parameter_problems(field: str, parameters: Any, schema: WidgetSchema) -> list[str]:
    if problems := mapping_problems(field, parameters):
        return problems
    unknown = parameters.keys() - schema.parameters.keys()
    problems = [not_accepted(f"{field}.{key}", key, schema.parameters, "the widget schema") for key in sorted(unknown)]
    return problems + _type_problems(field, parameters, schema.parameters)


def _output_problems(field: str, output: Any, schema: WidgetSchema, shown_output: str | None) -> list[str]:
    for shape in schema.outputs:
        if isinstance(shape, list) != isinstance(output, list):
            continue
        keys = shape[0] if isinstance(shape, list) else shape
        entries = output if isinstance(output, list) else [output]
        if not all(isinstance(entry, dict) and entry.keys() == keys.keys() for entry in entries):
            continue
        problems = [problem for entry in entries for problem in _type_problems(field, entry, keys)]
        fitting = _OUTPUTS.get(shown_output or "")
        if fitting and not keys.keys() & set(fitting):
            problems.append(f"{field}: this pipeline_tag shows {' or '.join(fitting)}, got {', '.join(sorted(keys))}")
        return problems
    return [f"{field}: must hold text, url, answer with score, or a list of label with score; got {shown(output)}"]
