"""What a repository of the Hub holds at one revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RemoteFile:
    """A file in a repository: its size, and sha256 (LFS) or git's id of its content."""

    size: int
    digest: str
    is_lfs: bool


@dataclass(frozen=True)
class State:
    """A repository at one revision, which a missing branch has from the main one; without a commit it is not there.

    Args:
        commit: The head.
        history: The commits that led to it and their titles, the last first.
        private: Whether only its owners see it.
        has_branch: Whether the branch is there.
        files: By path.
        card: Its README.md.
        tags: Name -> commit.
        proposals: Commits of open pull requests by their number.
    """

    commit: str | None = None
    history: Sequence[tuple[str, str]] = ()
    private: bool = False
    has_branch: bool = False
    files: Mapping[str, RemoteFile] = field(default_factory=dict)
    card: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    proposals: Mapping[int, str] = field(default_factory=dict)
