"""The YAML block at the top of a card."""

from typing import Any

import yaml


class FrontMatterError(Exception):
    """The block is missing or the Hub could not read it: one line with the reason."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, as the Hub does; PyYAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.value != "<<":
                if key_node.value in seen:
                    line = key_node.start_mark.line + 2  # counted from the card's first line, which is ---
                    raise FrontMatterError(
                        f"front matter: {key_node.value} stands twice (line {line}); keep one of them"
                    )
                seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def read_front_matter(text: str) -> dict[str, Any]:
    """The metadata of a card.

    Args:
        text: The whole README.md.

    Raises:
        FrontMatterError: There is no such block, it is no YAML, or it is no mapping of names to values.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != "---":
        raise FrontMatterError("front matter: the card does not begin with a line ---; put its metadata between two")
    end = next((place for place, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise FrontMatterError("front matter: no second line --- ends it; add one behind the metadata")
    try:
        data = yaml.load("\n".join(lines[1:end]), _Loader)  # a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 2})" if error.problem_mark else ""
        raise FrontMatterError(f"front matter: is no YAML{line}: {error.problem}; correct it") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FrontMatterError(f"front matter: is no YAML: {str(error).splitlines()[0]}; correct it") from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise FrontMatterError("front matter: must be a mapping of names to values, such as `license: apache-2.0`")
    return data
