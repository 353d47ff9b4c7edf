"""What the loopback Hub tells of a repository: its page's data, files and commits."""

from typing import Any
from urllib.parse import parse_qs

import yaml

from tests.hub.objects import Commit, Entry, blob_id, front_matter
from tests.hub.repository import Repository
from tests.hub.routing import API, DATE, REVISION, Refusal, at, is_set, readable, route, send_page


@route("GET", rf"{API}(/revision/(?P<revision>.+))?")
def info(request: Any, kind: str, name: str, revision: str | None) -> None:
    repository = readable(request, kind, name)
    commit = at(repository, revision or "main")
    card = _card(repository, commit)
    found = {
        "id": repository.name,  # which a name from before it was moved leads to
        "_id": blob_id(name.encode())[:24],
        "author": repository.namespace,
        "sha": commit.id,
        "private": repository.private,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "lastModified": DATE,
        "createdAt": DATE,
        "tags": card.get("tags") or [],
        "cardData": card,
        "siblings": [_sibling(repository, path, file, is_set(request, "blobs")) for path, file in commit.files.items()],
        "usedStorage": sum(file.size for file in commit.files.values()),
    }
    own = {"model": ["pipeline_tag", "library_name", "model-index"], "space": ["sdk"]}.get(kind, [])
    found |= {key: card[key] for key in own if key in card}
    if wanted := request.query.get("expand"):
        found = {key: value for key, value in found.items() if key in ("id", "_id", *wanted)}
    request.json(found)


def _card(repository: Repository, commit: Commit) -> dict[str, Any]:
    if "README.md" not in commit.files:
        return {}
    try:
        return front_matter(repository.content(commit.files["README.md"]).decode())
    except (yaml.YAMLError, ValueError):
        return {}


def _sibling(repository: Repository, path: str, file: Entry, with_size: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"rfilename": path}
    if with_size:
        found |= {"size": file.size, "blobId": file.blob}
        if file.lfs:
            pointer = len(repository.blobs[file.blob])
            found["lfs"] = {"sha256": file.lfs, "size": file.size, "pointerSize": pointer}
    return found


def _entry(repository: Repository, commit: Commit, path: str, expand: bool) -> dict[str, Any]:
    """A file or folder as the lists have it."""
    file = commit.files.get(path)
    if file is None:
        found: dict[str, Any] = {"type": "directory", "path": path, "oid": blob_id(path.encode()), "size": 0}
    else:
        found = {"type": "file", "path": path, "oid": file.blob, "size": file.size}
        if file.lfs:
            found["lfs"] = {"oid": file.lfs, "size": file.size, "pointerSize": len(repository.blobs[file.blob])}
    if expand:
        last = repository.last_change(commit.id, path)
        found["lastCommit"] = {"id": last.id, "title": last.title, "date": DATE}
    return found


@route("GET", rf"{API}/tree/{REVISION}(/(?P<inside>.*))?")
def tree(request: Any, kind: str, name: str, revision: str, inside: str | None) -> None:
    repository = readable(request, kind, name)
    commit, folder = at(repository, revision), (inside or "").rstrip("/")
    if folder and folder not in commit.folders:
        raise Refusal(404, "EntryNotFound", f"{folder} does not exist on {revision}")
    prefix = f"{folder}/" if folder else ""
    inner = [path for path in sorted([*commit.folders, *commit.files]) if path.startswith(prefix)]
    if not is_set(request, "recursive"):
        inner = [path for path in inner if "/" not in path.removeprefix(prefix)]
    send_page(request, [_entry(repository, commit, path, is_set(request, "expand")) for path in inner])


@route("POST", rf"{API}/paths-info/(?P<revision>.+)")
def paths_info(request: Any, kind: str, name: str, revision: str) -> None:
    repository = readable(request, kind, name)
    commit, asked = at(repository, revision), parse_qs(request.body.decode())  # the client sends a form
    expand = asked.get("expand") == ["true"]
    there = [path for path in asked.get("paths", []) if path in commit.files or path in commit.folders]
    request.json([_entry(repository, commit, path, expand) for path in there])


@route("GET", rf"{API}/commits/(?P<revision>.+)")
def commits(request: Any, kind: str, name: str, revision: str) -> None:
    repository = readable(request, kind, name)
    at(repository, revision)
    rows = [
        {
            "id": commit.id,
            "title": commit.title,
            "message": commit.description,
            "date": DATE,
            "authors": [{"user": commit.author}],
        }
        for commit in repository.history(revision)
    ]
    send_page(request, rows)
