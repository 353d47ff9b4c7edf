"""Pull requests of the loopback Hub; there are no other discussions."""

import json
from typing import Any

from tests.hub.repository import Proposal, Repository
from tests.hub.routing import API, DATE, Refusal, readable, route, signed_in, writable


@route("GET", rf"{API}/discussions")
def discussions(request: Any, kind: str, name: str) -> None:
    repository = readable(request, kind, name)
    rows = [_listed(repository, proposal) for proposal in repository.discussions.values()]
    if status := request.query.get("status"):
        rows = [row for row in rows if row["status"] in status]
    start = int(request.query.get("p", ["0"])[0]) * request.hub.page_size
    page = rows[start : start + request.hub.page_size]
    request.json({"count": len(rows), "start": start, "discussions": page})


@route("POST", rf"{API}/discussions")
def propose(request: Any, kind: str, name: str) -> None:
    user, repository = signed_in(request), readable(request, kind, name)
    proposal = repository.propose(json.loads(request.body)["title"], user.name, "draft")
    request.json({"num": proposal.number})


@route("GET", rf"{API}/discussions/(?P<number>\d+)")
def discussion(request: Any, kind: str, name: str, number: str) -> None:
    repository = readable(request, kind, name)
    proposal = _proposal(repository, number)
    changes = {"base": "refs/heads/main", "mergeCommitId": proposal.merged}
    request.json(_listed(repository, proposal) | {"changes": changes, "filesWithConflicts": [], "events": []})


@route("POST", rf"{API}/discussions/(?P<number>\d+)/merge")
def merge(request: Any, kind: str, name: str, number: str) -> None:
    repository = writable(request, kind, name)
    with request.hub.lock:
        repository.merge(_proposal(repository, number).number)
    request.json({})


def _proposal(repository: Repository, number: str) -> Proposal:
    if int(number) not in repository.discussions:
        raise Refusal(404, "", f"There is no discussion {number}")
    return repository.discussions[int(number)]


def _listed(repository: Repository, proposal: Proposal) -> dict[str, Any]:
    return {
        "num": proposal.number,
        "title": proposal.title,
        "author": {"name": proposal.author},
        "status": proposal.status,
        "createdAt": DATE,
        "isPullRequest": True,
        "repo": {"name": repository.name, "type": repository.kind},
    }
