"""What the loopback Hub does to repositories: accounts, creating, settings, commits, tags and branches."""

import base64
import json
from typing import Any

import yaml

from tests.hub.repository import LFS_SIZE, LFS_SUFFIXES, Commit, Entry, Repository, front_matter
from tests.hub.routing import API, Refusal, at, page_of, readable, route, signed_in, writable


@route("GET", "/api/whoami-v2")
def whoami(request: Any) -> None:
    user = signed_in(request)
    orgs = [{"type": "org", "name": name, "roleInOrg": "write"} for name in user.orgs]
    token = {"displayName": "tests", "role": user.role}
    request.json(
        {"type": "user", "name": user.name, "orgs": orgs, "auth": {"type": "access_token", "accessToken": token}}
    )


@route("GET", rf"{API}/auth-check(?P<write>/write)?")
def auth_check(request: Any, kind: str, name: str, write: str | None) -> None:
    (writable if write else readable)(request, kind, name)
    request.json({})


@route("POST", "/api/repos/create")
def create(request: Any) -> None:
    asked, user = json.loads(request.body), signed_in(request)
    kind, namespace = asked.get("type") or "model", asked.get("organization") or user.name
    name = f"{namespace}/{asked['name']}"
    if not user.may_write(namespace):
        raise Refusal(403, "", f'You don\'t have the rights to create a {kind} under the namespace "{namespace}"')
    place = {"url": page_of(request, kind, name), "name": name}
    if (kind, name) in request.hub.repositories:
        request.json(place | {"error": f"You already created this {kind} repo"}, 409)
        return
    repository = request.hub.create(kind, name, asked.get("visibility") == "private" or bool(asked.get("private")))
    if kind == "space":  # the Hub writes the card of a new one
        repository.edit("README.md", f"---\ntitle: {asked['name']}\nsdk: {asked['sdk']}\n---\n", "initial commit")
    request.json(place)


@route("DELETE", "/api/repos/delete")
def delete(request: Any) -> None:
    asked = json.loads(request.body)
    kind, namespace = asked.get("type") or "model", asked.get("organization") or signed_in(request).name
    repository = writable(request, kind, f"{namespace}/{asked['name']}")
    del request.hub.repositories[kind, repository.name]
    request.json({})


@route("PUT", rf"{API}/settings")
def settings(request: Any, kind: str, name: str) -> None:
    repository, asked = writable(request, kind, name), json.loads(request.body)
    if "visibility" in asked:
        repository.private = asked["visibility"] == "private"
    request.json(asked)


@route("POST", rf"{API}/tag/(?P<revision>.+)")
def tag(request: Any, kind: str, name: str, revision: str) -> None:
    repository, wanted = writable(request, kind, name), json.loads(request.body)["tag"]
    if wanted in repository.tags:
        raise Refusal(409, "", f"Tag reference exists already: {wanted}")
    repository.tags[wanted] = at(repository, revision).id
    request.json({})


@route("DELETE", rf"{API}/tag/(?P<tag>.+)")
def delete_tag(request: Any, kind: str, name: str, tag: str) -> None:
    if writable(request, kind, name).tags.pop(tag, None) is None:
        raise Refusal(404, "RevisionNotFound", f"Invalid rev id: {tag}")
    request.json({})


@route("POST", rf"{API}/branch/(?P<branch>.+)")
def branch(request: Any, kind: str, name: str, branch: str) -> None:
    repository, asked = writable(request, kind, name), json.loads(request.body or b"{}")
    if branch in repository.branches:
        raise Refusal(409, "", "Reference already exists")
    repository.branches[branch] = at(repository, asked.get("startingPoint") or "main").id
    request.json({})


@route("DELETE", rf"{API}/branch/(?P<branch>.+)")
def delete_branch(request: Any, kind: str, name: str, branch: str) -> None:
    repository = writable(request, kind, name)
    if branch == "main":
        raise Refusal(403, "", "The main branch cannot be deleted")
    if repository.branches.pop(branch, None) is None:
        raise Refusal(404, "RevisionNotFound", f"Invalid rev id: {branch}")
    request.json({})


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
    return writable(request, kind, name)


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
