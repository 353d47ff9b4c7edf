"""Branches and tags of the loopback Hub."""

import json
from typing import Any

from tests.hub.routing import API, Refusal, at, readable, route, writable


@route("GET", rf"{API}/refs")
def refs(request: Any, kind: str, name: str) -> None:
    repository = readable(request, kind, name)

    def listed(kind: str, names: dict[Any, str]) -> list[dict[str, str]]:
        return [
            {"name": str(ref), "ref": f"refs/{kind}/{ref}", "targetCommit": commit} for ref, commit in names.items()
        ]

    found = {"branches": listed("heads", repository.branches), "tags": listed("tags", repository.tags), "converts": []}
    if "include_prs" in request.query:
        found["pullRequests"] = listed("pr", repository.proposals)
    request.json(found)


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
