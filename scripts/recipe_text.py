"""A resolved recipe as the YAML that a run folder keeps and cards show."""

import sys
from typing import Any

import yaml

from builders.config import to_mapping
from scripts.recipe import Recipe

_LONG_TEXT = 40  # a note, for one


def recipe_text(recipe: Recipe) -> str:
    """The resolved recipe as YAML, every default spelled out; reading it gives an equal one."""
    return yaml.dump(to_mapping(recipe), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96)


class _Dumper(yaml.SafeDumper):
    """Puts short values side by side: a domain may have hundreds, and cards show the whole recipe."""

    def represent_values(self, values: list[Any]) -> yaml.Node:
        in_line = not any(isinstance(value, dict | list) or len(str(value)) > _LONG_TEXT for value in values)
        return self.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=in_line)

    def represent_text(self, text: str) -> yaml.Node:
        style = None if text.isprintable() else '"'  # a line break as \n
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def process_scalar(self) -> None:
        """Breaks a line between the values of a list, never inside one."""
        width = self.best_width
        self.best_width = sys.maxsize if self.flow_level else width
        super().process_scalar()
        self.best_width = width


_Dumper.add_representer(list, _Dumper.represent_values)
_Dumper.add_representer(str, _Dumper.represent_text)
