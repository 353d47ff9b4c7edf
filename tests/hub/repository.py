"""Repositories of the loopback Hub: commits, branches, tags and pull requests, kept in memory."""

import hashlib
import itertools
from dataclasses import dataclass, field, replace

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


def blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


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
        attributes = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in LFS_SUFFIXES)
        self.branches["main"] = self._record(
            None, "initial commit", {".gitattributes": self.store(attributes.encode())}
        )

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

    def commit(
        self, branch: str, title: str, files: dict[str, Entry | None], as_proposal: bool = False
    ) -> tuple[str, int]:
        """Adds (or with None removes) files; returns the commit, and the number of the pull request or 0."""
        base = self.find(branch)
        assert base
        merged = {**base.files, **files}
        kept = {path: entry for path, entry in merged.items() if entry is not None}
        made = self._record(base.id, title, kept)
        if as_proposal:
            number = len(self.proposals) + 1
            self.proposals[number] = made
            return made, number
        if branch.startswith("refs/pr/"):
            self.proposals[int(branch.rpartition("/")[2])] = made
        else:
            self.branches[branch] = made
        return made, 0

    def edit(self, path: str, text: str, title: str = "Edited by hand") -> str:
        """What its owner does on the page."""
        return self.commit("main", title, {path: self.store(text.encode())})[0]

    def pointer(self, sha256: str) -> Entry:
        size = len(self.large[sha256])
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
        return replace(self.store(text.encode()), size=size, lfs=sha256)

    def _record(self, parent: str | None, title: str, files: dict[str, Entry]) -> str:
        made = hashlib.sha1(repr((parent, title, sorted(files.items()), next(_COUNTER))).encode()).hexdigest()
        self.commits[made] = Commit(made, parent, title, files)
        return made
