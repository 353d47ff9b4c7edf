"""The tags of releases: a version, and what comes behind it when that names another release already."""

import itertools
import re
from collections.abc import Mapping

from model_cards.release.repository import Repository
from model_cards.release.state import State

_RELEASED = re.compile(r"Release (?P<tag>v\S+): ")


def next_tag(version: str, tags: Mapping[str, str]) -> str:
    """The version's tag; for a further release of one version, as of another config, it counts on: v1.0.post1."""
    names = (f"v{version}" if number == 0 else f"v{version}.post{number}" for number in itertools.count())
    return next(name for name in names if name not in tags)


def untagged_release(state: State) -> tuple[str, str] | None:
    """The last release and its tag, when its push was cut off before that was made."""
    for commit, title in state.history:
        if released := _RELEASED.match(title):
            return (commit, released["tag"]) if commit not in state.tags.values() else None
    return None


def tag_release(repository: Repository, version: str, commit: str) -> str:
    """Tags a release by its version, or the next name after it that nobody has taken."""
    tags = repository.tags()
    for name, tagged in tags.items():
        if tagged == commit and name.startswith(f"v{version}"):
            return name  # the answer to the last try was lost
    name = next_tag(version, tags)
    repository.tag(name, commit)
    return name
