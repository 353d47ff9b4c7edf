"""Committing to the loopback Hub."""

import base64
import json
from typing import Any

import yaml

from tests.hub.objects import LFS_SIZE, LFS_SUFFIXES, Commit, Entry, front_matter
from tests.hub.repository import Repository
from tests.hub.routing import API, Refusal, at, page_of, readable, route, signed_in, writable


@route("POST", "/api/validate-yaml")
def validate_yaml(request: Any) -> None:
    errors = _card_errors(json.loads(request.body)["content"])
    request.json({"errors": errors, "warnings": []}, 400 if errors else 200)


def _card_errors(content: str) -> list[dict[str, str]]:
    try:
        front_matter(content)
    except (yaml.YAMLError, ValueError) as error:
        return [{"message": str(error).splitlines()[0]}]
    return []


def _target(request: Any, kind: str, name: str) -> Repository:
    """Where a commit goes: anyone may propose one."""
    if "create_pr" in request.query:
        signed_in(request)
        return readable(request, kind, name)
    hint = "Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request"
    return writable(request, kind, name, otherwise=hint)


@route("POST", rf"{API}/preupload/(?P<revision>.+)")
def preupload(request: Any, kind: str, name: str, revision: str) -> None:
    head = at(_target(request, kind, name), revision)

    def mode(file: dict[str, Any]) -> dict[str, Any]:
        large = file["path"].endswith(LFS_SUFFIXES) or file["size"] > LFS_SIZE
        there = head.files.get(file["path"])
        oid = (there.lfs or there.blob) if there else None
        return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}

    request.json({"commitOid": head.id, "files": [mode(file) for file in json.loads(request.body)["files"]]})


@route("POST", rf"{API}/commit/(?P<revision>.+)")
def commit(request: Any, kind: str, name: str, revision: str) -> None:
    repository, user = _target(request, kind, name), signed_in(request)
    header, *operations = [json.loads(line) for line in request.body.splitlines()]
    with request.hub.lock:
        head = at(repository, revision)
        if not repository.is_branch(revision):
            raise Refusal(400, "", f"{revision} is no branch")
        if header["value"].get("parentCommit") not in (None, head.id):
            raise Refusal(412, "", "A commit has happened since. Please refresh and try again.")
        files: dict[str, Entry | None] = {}
        for operation in operations:
            files |= _changes(repository, head, operation["key"], operation["value"])
        made, number = repository.commit(
            revision,
            header["value"]["summary"],
            files,
            as_proposal="create_pr" in request.query,
            author=user.name,
            description=header["value"].get("description", ""),
        )
    place = page_of(request, kind, name)
    proposal = f"{place}/discussions/{number}" if number else ""
    request.json(
        {"success": True, "commitOid": made, "commitUrl": f"{place}/commit/{made}", "pullRequestUrl": proposal}
    )


def _changes(repository: Repository, head: Commit, key: str, value: dict[str, Any]) -> dict[str, Entry | None]:
    """What one line of a commit does to the files."""
    path = value["path"]
    if key == "file":
        data = base64.b64decode(value["content"])
        if path == "README.md" and (errors := _card_errors(data.decode())):
            raise Refusal(400, "", f"Invalid metadata in README.md: {errors[0]['message']}")
        return {path: repository.store(data)}
    if key == "lfsFile":
        if value["oid"] not in repository.large:
            raise Refusal(400, "", f"The content of {path} was not uploaded")
        return {path: repository.pointer(value["oid"])}
    if key == "deletedFile":
        if path not in head.files:
            raise Refusal(404, "EntryNotFound", "A file with this name doesn't exist")
        return {path: None}
    return dict.fromkeys(there for there in head.files if there.startswith(f"{path.rstrip('/')}/"))
