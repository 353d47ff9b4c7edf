"""Accounts of the loopback Hub, and the repositories that they make and remove."""

import json
from typing import Any

from tests.hub.routing import API, Refusal, page_of, readable, route, signed_in, writable


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
