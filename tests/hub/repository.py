"""Repositories of the loopback Hub: commits, branches, tags and pull requests, kept in memory."""

import hashlib
import itertools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

LFS_SUFFIXES = (".parquet", ".safetensors", ".bin", ".arrow", ".model", ".gz", ".zip", ".png", ".jpg")
LFS_SIZE = 10 * 2**20  # larger files go there whatever their name
_COUNTER = itertools.count()


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


class Repository:
    """One repository.

    Args:
        kind: "model", "dataset" or "space".
        name: NAMESPACE/NAME.
        private: Seen only with its owner's token.
        blobs: Content of regular files by git's id, shared by all repositories.
        large: Content of large files by sha256, shared too.
    """

    def __init__(self, kind: str, name: str, private: bool, blobs: dict[str, bytes], large: dict[str, bytes]) -> None:
        self.kind, self.name, self.private = kind, name, private
        self.blobs, self.large = blobs, large
        self.commits: dict[str, Commit] = {}
        self.branches: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.proposals: dict[int, str] = {}
        self.discussions: dict[int, Proposal] = {}
        attributes = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in LFS_SUFFIXES)
        self.branches["main"] = self._record(
            None, "initial commit", {".gitattributes": self.store(attributes.encode())}
        )

    @property
    def namespace(self) -> str:
        return self.name.partition("/")[0]

    def store(self, data: bytes) -> Entry:
        self.blobs[blob_id(data)] = data
        return Entry(blob_id(data), len(data))

    def find(self, revision: str) -> Commit | None:
        """The commit that a branch, tag, pull request, or the id itself names."""
        if revision.startswith("refs/pr/"):
            revision = self.proposals.get(int(revision.rpartition("/")[2]), "")
        revision = self.branches.get(revision) or self.tags.get(revision) or revision
        return self.commits.get(revision)

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """Content by path; what `.gitattributes` says is left out."""
        commit = self.find(revision)
        assert commit, f"{self.name} has no revision {revision}"
        return {path: self.content(entry) for path, entry in commit.files.items() if path != ".gitattributes"}

    def content(self, entry: Entry) -> bytes:
        return self.large[entry.lfs] if entry.lfs else self.blobs[entry.blob]

    def history(self, revision: str = "main") -> list[Commit]:
        """Commits, the last one first."""
        found, commit = [], self.find(revision)
        while commit:
            found.append(commit)
            commit = self.commits.get(commit.parent or "")
        return found

    @property
    def titles(self) -> list[str]:
        """Of the commits of main, the first one first, without the initial one."""
        return [commit.title for commit in reversed(self.history())][1:]

    def last_change(self, revision: str, path: str) -> Commit:
        """The commit that made a file or folder what it is."""
        history = self.history(revision)
        for commit, parent in itertools.pairwise(history):
            if commit.under(path) != parent.under(path):
                return commit
        return history[-1]

    def is_branch(self, revision: str) -> bool:
        """Whether commits can be added there."""
        return revision in self.branches or revision in [f"refs/pr/{number}" for number in self.proposals]

    def commit(
        self,
        branch: str,
        title: str,
        files: dict[str, Entry | None],
        as_proposal: bool = False,
        author: str = "alice",
        description: str = "",
    ) -> tuple[str, int]:
        """Adds (or with None removes) files; returns the commit, and the number of the pull request or 0."""
        base = self.find(branch)
        assert base
        merged = {**base.files, **files}
        kept = {path: entry for path, entry in merged.items() if entry is not None}
        made = self._record(base.id, title, kept, author, description)
        if as_proposal:
            number = self.propose(title, author, "open").number
            self.proposals[number] = made
            return made, number
        if branch.startswith("refs/pr/"):
            self.proposals[int(branch.rpartition("/")[2])] = made
        else:
            self.branches[branch] = made
        return made, 0

    def propose(self, title: str, author: str, status: str) -> Proposal:
        """A pull request on main that holds nothing yet."""
        number = len(self.discussions) + 1
        self.proposals[number] = self.branches["main"]
        self.discussions[number] = Proposal(number, title, author, status, self.branches["main"])
        return self.discussions[number]

    def merge(self, number: int) -> str:
        """What its owner does with a pull request on the page: one commit on main."""
        proposal, head = self.discussions[number], self.commits[self.proposals[number]]
        base = self.commits[proposal.base]
        changes: dict[str, Entry | None] = dict.fromkeys(base.files.keys() - head.files.keys())
        changes |= {path: file for path, file in head.files.items() if base.files.get(path) != file}
        proposal.merged = self.commit("main", f"{head.title} (#{number})", changes)[0]
        proposal.status = "merged"
        return proposal.merged

    def edit(self, path: str, text: str, title: str = "Edited by hand") -> str:
        """What its owner does on the page."""
        return self.commit("main", title, {path: self.store(text.encode())})[0]

    def add_folder(self, folder: Path) -> str:
        """One commit with all files of a folder."""
        return self.commit("main", "weights", {path.name: self._stored(path) for path in Path(folder).iterdir()})[0]

    def _stored(self, path: Path) -> Entry:
        data = path.read_bytes()
        if not path.name.endswith(LFS_SUFFIXES):
            return self.store(data)
        sha256 = hashlib.sha256(data).hexdigest()
        self.large[sha256] = data
        return self.pointer(sha256)

    def pointer(self, sha256: str) -> Entry:
        size = len(self.large[sha256])
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
        return replace(self.store(text.encode()), size=size, lfs=sha256)

    def _record(
        self, parent: str | None, title: str, files: dict[str, Entry], author: str = "alice", description: str = ""
    ) -> str:
        made = hashlib.sha1(repr((parent, title, sorted(files), next(_COUNTER))).encode()).hexdigest()
        self.commits[made] = Commit(made, parent, title, files, author, description)
        return made
