"""What the Hub accepts by its own packages: the lists that `make hub-rules` fetches."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_cards.validation.documented import SPECIAL_LANGUAGES


@dataclass(frozen=True)
class Pipeline:
    """A task of the Hub.

    Args:
        modality: What it works on: nlp, cv, audio, ...
        subtasks: The names that `task_ids` of a dataset may hold beside it.
        output: What its page shows as the output: text, chart, img, audio, ...; None where it shows nothing.
    """

    modality: str
    subtasks: frozenset[str]
    output: str | None


@dataclass(frozen=True)
class WidgetSchema:
    """What a widget example may hold; a type is written as in TypeScript, with a `?` where the key may be left out.

    Args:
        inputs: The shapes of an example: key -> type.
        parameters: The settings that an example may override.
        outputs: The shapes of `output`; a list stands for a list of such mappings.
    """

    inputs: tuple[Mapping[str, str], ...]
    parameters: Mapping[str, str]
    outputs: tuple[Mapping[str, str] | list[Mapping[str, str]], ...]


@dataclass(frozen=True)
class HubRules:
    """The lists in `hub_rules.json`."""

    pipelines: Mapping[str, Pipeline]
    libraries: frozenset[str]
    languages: frozenset[str]
    spdx_licences: frozenset[str]
    widget: WidgetSchema

    @property
    def subtasks(self) -> frozenset[str]:
        """The subtasks of all tasks."""
        return frozenset().union(*(pipeline.subtasks for pipeline in self.pipelines.values()))


@functools.cache
def hub_rules() -> HubRules:
    """The lists that `make hub-rules` wrote, read once."""
    data: dict[str, Any] = json.loads(Path(__file__).with_name("hub_rules.json").read_text(encoding="utf-8"))
    return HubRules(
        pipelines={
            name: Pipeline(entry["modality"], frozenset(entry["subtasks"]), entry["output"])
            for name, entry in data["pipelines"].items()
        },
        libraries=frozenset(data["libraries"]),
        languages=frozenset(data["languages"]) | SPECIAL_LANGUAGES,
        spdx_licences=frozenset(data["licences"]),
        widget=WidgetSchema(
            inputs=tuple(data["widget"]["inputs"]),
            parameters=data["widget"]["parameters"],
            outputs=tuple(data["widget"]["outputs"]),
        ),
    )
