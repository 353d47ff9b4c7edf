"""What a push would change: each file of the release against the one that the repository holds."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model_cards.release.contents import CARD, Release
from model_cards.release.state import RemoteFile, State

Kind = Literal["new", "changed", "removed"]
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Change:
    """One file that a push adds, replaces or removes; `size` is in bytes, of the file as it will be (or was)."""

    kind: Kind
    path: str
    size: int


def find_changes(files: Mapping[str, Path | bytes], release: Release, state: State) -> list[Change]:
    """The changes that turn a repository into the release, by path.

    Args:
        files: All that it shall hold, the card merged with the one that is there.
        release: Which knows what of an earlier release it may remove.
        state: The repository as it is.
    """
    found = []
    for path, source in files.items():
        there = state.files.get(path)
        if there is None or not _same(source, there):
            found.append(Change("changed" if there else "new", path, size_of(source)))
    gone = [path for path in state.files if path not in files and release.owns(path)]
    found += [Change("removed", path, state.files[path].size) for path in gone]
    return sorted(found, key=lambda change: change.path)


def differing(files: Mapping[str, Path | bytes], there: Mapping[str, RemoteFile]) -> list[str]:
    """The paths whose content is not, byte for byte, what a repository holds."""
    return [path for path, source in files.items() if path not in there or not _same(source, there[path])]


def card_difference(before: str | None, after: str) -> Iterator[str]:
    """The lines that a card loses and gains, as `diff -u` shows them; none of a card that is new as a whole."""
    lines = ((after if before is None else before).splitlines(), after.splitlines())
    return difflib.unified_diff(*lines, f"{CARD} on the Hub", f"{CARD} of this release", n=2, lineterm="")


def size_of(source: Path | bytes) -> int:
    """Bytes of a file."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _same(source: Path | bytes, there: RemoteFile) -> bool:
    if size_of(source) != there.size:
        return False
    digest = hashlib.sha256() if there.is_lfs else hashlib.sha1(b"blob %d\0" % there.size)  # git's id of a file
    for chunk in _chunks(source):
        digest.update(chunk)
    return digest.hexdigest() == there.digest


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
