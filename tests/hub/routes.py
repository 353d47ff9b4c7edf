"""What the loopback Hub answers, call by call."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import yaml

from tests.hub.repository import LFS_SIZE, LFS_SUFFIXES, Commit, Entry, Repository, blob_id
from tests.hub.server import Refusal

_ID = r"(?P<name>[^/]+/[^/]+)"
_API = rf"/api/(?P<kind>model|dataset|space)s/{_ID}"
_ROUTES: list[tuple[str, re.Pattern[str], Callable[..., None]]] = []
_DATE = "2026-01-01T00:00:00.000Z"


def route(method: str, pattern: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def added(function: Callable[..., None]) -> Callable[..., None]:
        _ROUTES.append((method, re.compile(pattern), function))
        return function

    return added


def answer(request: Any) -> None:
    """Answers a request, or raises the Refusal that answers it."""
    method = "GET" if request.command == "HEAD" else request.command
    for wanted, pattern, function in _ROUTES:
        if wanted == method and (match := pattern.fullmatch(request.where)):
            function(request, **match.groupdict())
            return
    raise Refusal(404, "EntryNotFound", f"no such page: {request.where}")


def _found(request: Any, kind: str, name: str, write: bool = False) -> Repository:
    repository, user = request.hub.repositories.get((kind, name)), request.user
    owner = user is not None and user[0] == name.partition("/")[0]
    if repository is None or (repository.private and not owner):
        if user is None:
            raise Refusal(401, "RepoNotFound", "Repository not found")
        raise Refusal(404, "RepoNotFound", "Repository not found")
    if write and (not owner or user[1] != "write"):
        raise Refusal(403, "", f"you have no write access to {name}")
    return repository


def _at(repository: Repository, revision: str) -> Commit:
    commit = repository.find(revision)
    if commit is None:
        raise Refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return commit


def _owned(request: Any, kind: str, name: str) -> Repository:
    if request.user is None:
        raise Refusal(401, "", "Unauthorized")
    return _found(request, kind, name, write=True)


@route("GET", "/api/whoami-v2")
def whoami(request: Any) -> None:
    if request.user is None:
        raise Refusal(401, "", "Unauthorized")
    name, role = request.user
    request.json({"type": "user", "name": name, "orgs": [], "auth": {"accessToken": {"role": role}}})


@route("POST", "/api/repos/create")
def create(request: Any) -> None:
    asked, user = json.loads(request.body), request.user
    if user is None:
        raise Refusal(401, "", "Unauthorized")
    kind, namespace = asked.get("type", "model"), asked.get("organization") or user[0]
    name = f"{namespace}/{asked['name']}"
    if namespace != user[0] or user[1] != "write":
        raise Refusal(403, "", f"you may not create repositories under {namespace}")
    there = (kind, name) in request.hub.repositories
    request.hub.create(kind, name, asked.get("visibility") == "private" or bool(asked.get("private")))
    prefix = "" if kind == "model" else f"{kind}s/"
    request.json({"url": f"{request.hub.url}/{prefix}{name}", "name": name}, 409 if there else 200)


@route("POST", "/api/validate-yaml")
def validate_yaml(request: Any) -> None:
    content = json.loads(request.body)["content"]
    try:
        _front_matter(content)
    except (yaml.YAMLError, ValueError) as error:
        request.json({"errors": [{"message": str(error).splitlines()[0]}], "warnings": []}, 400)
        return
    request.json({"errors": [], "warnings": []})


def _front_matter(content: str) -> dict[str, Any]:
    match = re.match(r"---\n(.*?)\n---", content, re.DOTALL)
    data = yaml.safe_load(match[1]) if match else {}
    if not isinstance(data, dict):
        raise ValueError("the front matter must be a mapping")
    return data


@route("GET", rf"{_API}(/revision/(?P<revision>.+))?")
def info(request: Any, kind: str, name: str, revision: str | None) -> None:
    repository = _found(request, kind, name)
    commit = _at(repository, revision or "main")
    card = commit.files.get("README.md")
    request.json(
        {
            "id": name,
            "_id": blob_id(name.encode())[:24],
            "author": name.partition("/")[0],
            "sha": commit.id,
            "private": repository.private,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "lastModified": _DATE,
            "createdAt": _DATE,
            "tags": [],
            "cardData": _front_matter(repository.content(card).decode()) if card else {},
            "siblings": [{"rfilename": path} for path in commit.files],
            "usedStorage": 0,
        }
    )


def _listed(path: str, entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "file", "path": path, "oid": entry.blob, "size": entry.size}
    if entry.lfs:
        found["lfs"] = {"oid": entry.lfs, "size": entry.size, "pointerSize": 130}
    return found


def _folders(commit: Commit) -> set[str]:
    parents = (path.rpartition("/")[0] for path in commit.files)
    return {
        "/".join(parent.split("/")[: depth + 1])
        for parent in parents
        if parent
        for depth in range(parent.count("/") + 1)
    }


@route("GET", rf"{_API}/tree/(?P<revision>refs/pr/\d+|[^/]+)(/(?P<inside>.*))?")
def tree(request: Any, kind: str, name: str, revision: str, inside: str | None) -> None:
    commit = _at(_found(request, kind, name), revision)
    prefix, recursive = f"{inside}/" if inside else "", request.query.get("recursive", [""])[0].lower() in ("1", "true")
    if inside and inside not in _folders(commit):
        raise Refusal(404, "EntryNotFound", f"{inside} does not exist")
    rows = [{"type": "directory", "path": path, "oid": blob_id(path.encode()), "size": 0} for path in _folders(commit)]
    rows += [_listed(path, entry) for path, entry in commit.files.items()]
    inner = [row for row in rows if row["path"].startswith(prefix) and row["path"] != inside]
    request.json([row for row in inner if recursive or "/" not in row["path"].removeprefix(prefix)])


@route("POST", rf"{_API}/paths-info/(?P<revision>.+)")
def paths_info(request: Any, kind: str, name: str, revision: str) -> None:
    commit = _at(_found(request, kind, name), revision)
    paths = json.loads(request.body)["paths"]
    folders = [
        {"type": "directory", "path": path, "oid": blob_id(path.encode()), "size": 0}
        for path in _folders(commit) & {*paths}
    ]
    request.json(folders + [_listed(path, commit.files[path]) for path in paths if path in commit.files])


@route("GET", rf"{_API}/refs")
def refs(request: Any, kind: str, name: str) -> None:
    repository = _found(request, kind, name)

    def listed(kind: str, names: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": ref, "ref": f"refs/{kind}/{ref}", "targetCommit": commit} for ref, commit in names.items()]

    proposals = {str(number): commit for number, commit in repository.proposals.items()}
    found = {"branches": listed("heads", repository.branches), "tags": listed("tags", repository.tags), "converts": []}
    request.json(found | {"pullRequests": listed("pr", proposals)} if "include_prs" in request.query else found)


@route("GET", rf"{_API}/commits/(?P<revision>.+)")
def commits(request: Any, kind: str, name: str, revision: str) -> None:
    repository = _found(request, kind, name)
    _at(repository, revision)
    request.json(
        [
            {"id": commit.id, "title": commit.title, "message": "", "date": _DATE, "authors": [{"user": "alice"}]}
            for commit in repository.history(revision)
        ]
    )


@route("POST", rf"{_API}/tag/(?P<revision>.+)")
def tag(request: Any, kind: str, name: str, revision: str) -> None:
    repository, wanted = _owned(request, kind, name), json.loads(request.body)["tag"]
    if wanted in repository.tags:
        raise Refusal(409, "", f"Tag reference exists already: {wanted}")
    repository.tags[wanted] = _at(repository, revision).id
    request.json({})


@route("DELETE", rf"{_API}/tag/(?P<tag>.+)")
def delete_tag(request: Any, kind: str, name: str, tag: str) -> None:
    if _owned(request, kind, name).tags.pop(tag, None) is None:
        raise Refusal(404, "RevisionNotFound", f"no tag {tag}")
    request.json({})


@route("POST", rf"{_API}/branch/(?P<branch>.+)")
def branch(request: Any, kind: str, name: str, branch: str) -> None:
    repository, asked = _owned(request, kind, name), json.loads(request.body or b"{}")
    if branch in repository.branches:
        raise Refusal(409, "", "Reference already exists")
    repository.branches[branch] = _at(repository, asked.get("startingPoint") or "main").id
    request.json({})


@route("POST", rf"{_API}/preupload/(?P<revision>.+)")
def preupload(request: Any, kind: str, name: str, revision: str) -> None:
    repository = _found(request, kind, name) if "create_pr" in request.query else _owned(request, kind, name)
    commit = _at(repository, revision)

    def mode(file: dict[str, Any]) -> dict[str, Any]:
        large = file["path"].endswith(LFS_SUFFIXES) or file["size"] > LFS_SIZE
        there = commit.files.get(file["path"])
        oid = (there.lfs or there.blob) if there else None
        return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}

    request.json({"commitOid": commit.id, "files": [mode(file) for file in json.loads(request.body)["files"]]})


@route("POST", rf"(/(?P<kind>dataset|space)s)?/{_ID}\.git/info/lfs/objects/batch")
def batch(request: Any, kind: str | None, name: str) -> None:
    if request.user is None:
        raise Refusal(401, "", "Unauthorized")
    _found(request, kind or "model", name)

    def placed(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["oid"] in request.hub.large:
            return asked
        place = f"{request.hub.url}/storage/{asked['oid']}?signature=secret"
        return asked | {"authenticated": True, "actions": {"upload": {"href": place, "header": {}}}}

    request.json({"transfer": "basic", "objects": [placed(asked) for asked in json.loads(request.body)["objects"]]})


@route("PUT", "/storage/(?P<sha256>[0-9a-f]{64})")
def upload(request: Any, sha256: str) -> None:
    import hashlib

    if hashlib.sha256(request.body).hexdigest() != sha256:
        raise Refusal(400, "", "the content is not what was announced")
    request.hub.large[sha256] = request.body
    request.send(200)


@route("POST", rf"{_API}/commit/(?P<revision>.+)")
def commit(request: Any, kind: str, name: str, revision: str) -> None:
    as_proposal = "create_pr" in request.query
    repository = _found(request, kind, name) if as_proposal else _owned(request, kind, name)
    if request.user is None:
        raise Refusal(401, "", "Unauthorized")
    lines = [json.loads(line) for line in request.body.splitlines()]
    header, files = lines[0]["value"], {}
    head = _at(repository, revision)
    if header.get("parentCommit") not in (None, head.id):
        raise Refusal(412, "", "A commit has happened since. Please refresh and try again.")
    for line in lines[1:]:
        value, path = line["value"], line["value"]["path"]
        if line["key"] == "file":
            files[path] = repository.store(base64.b64decode(value["content"]))
        elif line["key"] == "lfsFile":
            if value["oid"] not in request.hub.large:
                raise Refusal(400, "", f"the content of {path} was not uploaded")
            files[path] = repository.pointer(value["oid"])
        elif line["key"] == "deletedFile":
            if path not in head.files:
                raise Refusal(404, "EntryNotFound", "A file with this name doesn't exist")
            files[path] = None
        else:
            files |= dict.fromkeys([there for there in head.files if there.startswith(path.rstrip("/") + "/")])
    made, number = repository.commit(revision, header["summary"], files, as_proposal)
    prefix = "" if kind == "model" else f"{kind}s/"
    place = f"{request.hub.url}/{prefix}{name}"
    proposal = f"{place}/discussions/{number}" if number else ""
    request.json(
        {"success": True, "commitOid": made, "commitUrl": f"{place}/commit/{made}", "pullRequestUrl": proposal}
    )


@route("GET", rf"(/(?P<kind>dataset|space)s)?/{_ID}/resolve/(?P<revision>refs/pr/\d+|[^/]+)/(?P<path>.+)")
def resolve(request: Any, kind: str | None, name: str, revision: str, path: str) -> None:
    repository = _found(request, kind or "model", name)
    commit = _at(repository, revision)
    entry = commit.files.get(path)
    if entry is None:
        raise Refusal(404, "EntryNotFound", "Entry not found", **{"X-Repo-Commit": commit.id})
    data, status = repository.content(entry), 200
    headers = {"X-Repo-Commit": commit.id, "ETag": f'"{entry.lfs or entry.blob}"', "Accept-Ranges": "bytes"}
    if entry.lfs:
        headers |= {"X-Linked-Size": str(entry.size), "X-Linked-ETag": f'"{entry.lfs}"'}
    if part := re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range") or ""):
        first, last = int(part[1]), min(int(part[2] or entry.size - 1), entry.size - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{entry.size}"
        data, status = data[first : last + 1], 206
    request.send(status, data, headers)
