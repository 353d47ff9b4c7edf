"""What repositories of the loopback Hub are made of."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

LFS_SUFFIXES = (".parquet", ".safetensors", ".bin", ".arrow", ".model", ".gz", ".zip", ".png", ".jpg")
LFS_SIZE = 10 * 2**20  # larger files go there whatever their name


@dataclass(frozen=True)
class Entry:
    """A file of a commit; `lfs` is the sha256 of a large one."""

    blob: str
    size: int
    lfs: str | None = None


@dataclass(frozen=True)
class Commit:
    id: str
    parent: str | None
    title: str
    files: dict[str, Entry] = field(repr=False, default_factory=dict)
    author: str = ""
    description: str = ""

    @property
    def folders(self) -> set[str]:
        return {str(parent) for path in self.files for parent in PurePosixPath(path).parents} - {"."}

    def under(self, path: str) -> dict[str, Entry]:
        """A file, or those of a folder."""
        return {there: file for there, file in self.files.items() if there == path or there.startswith(f"{path}/")}


@dataclass
class Proposal:
    """A pull request; its commits are those of its own reference.

    Args:
        number: Of the discussion.
        title: Of the discussion.
        author: Who opened it.
        status: "draft", "open" or "merged".
        base: The commit it starts from.
        merged: The commit that took it over.
    """

    number: int
    title: str
    author: str
    status: str
    base: str
    merged: str | None = None


def blob_id(data: bytes) -> str:
    """Git's id of a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def front_matter(content: str) -> dict[str, Any]:
    """The metadata of a card.

    Raises:
        ValueError, yaml.YAMLError: It is none.
    """
    match = re.match(r"---\s*\n(.*?)\n?---\s*(\n|$)", content, re.DOTALL)
    data = (yaml.safe_load(match[1]) or {}) if match else {}
    if not isinstance(data, dict):
        raise ValueError("the metadata must be a mapping")
    return data
