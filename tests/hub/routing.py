"""Which function of the loopback Hub answers a call, and what several of them look up first."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode

from tests.hub.repository import Commit, Repository

ID = r"(?P<name>[^/]+(?:/[^/]+)?)"
API = rf"/api/(?P<kind>model|dataset|space)s/{ID}"
PAGE = rf"(?:/(?P<kind>dataset|space)s)?/{ID}"
REVISION = r"(?P<revision>refs(?:/|%2F)(?:pr|convert)(?:/|%2F)[^/]+|[^/]+)"
DATE = "2026-01-01T00:00:00.000Z"
_ROUTES: list[tuple[str, re.Pattern[str], Callable[..., None]]] = []


class Refusal(Exception):  # noqa: N818 (an answer, which the server gives on purpose)
    """An answer that is an error."""

    def __init__(self, status: int, code: str = "", message: str = "", body: Any = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        named = {"X-Error-Code": code, "X-Error-Message": message}
        self.headers = {name: value for name, value in named.items() if value} | headers
        self.body = {"error": message} if body is None else body


def route(method: str, pattern: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Lets a function answer a call; it gets the request and what the pattern names."""

    def added(function: Callable[..., None]) -> Callable[..., None]:
        _ROUTES.append((method, re.compile(pattern), function))
        return function

    return added


def answer(request: Any) -> None:
    """Answers a request, or raises the Refusal that answers it."""
    method = "GET" if request.command == "HEAD" else request.command
    for wanted, pattern, function in _ROUTES:
        # The path is matched as it came: in a branch `a/b` or a folder the clients quote the slash.
        if wanted == method and (match := pattern.fullmatch(request.quoted)):
            function(request, **{name: value and unquote(value) for name, value in match.groupdict().items()})
            return
    raise Refusal(404, "", f"Cannot {request.command} {request.where}")


def signed_in(request: Any) -> Any:
    """Whoever asks."""
    if request.user is None:
        raise Refusal(401, "", "Invalid username or password.")
    return request.user


def readable(request: Any, kind: str | None, name: str) -> Repository:
    """A repository that whoever asks may see; what one may not see is not there."""
    repository, user = request.hub.repositories.get((kind or "model", name)), request.user
    if repository is None or (repository.private and not (user and user.belongs_to(repository.namespace))):
        if user is None:
            raise Refusal(401, "RepoNotFound", "Invalid username or password.")
        raise Refusal(404, "RepoNotFound", "Repository not found")
    return repository


def writable(request: Any, kind: str | None, name: str) -> Repository:
    """A repository that whoever asks may change."""
    user, repository = signed_in(request), readable(request, kind, name)
    if not user.may_write(repository.namespace):
        raise Refusal(403, "", f"You do not have write access to {name}")
    return repository


def at(repository: Repository, revision: str) -> Commit:
    """What a revision names."""
    commit = repository.find(revision)
    if commit is None:
        raise Refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return commit


def page_of(request: Any, kind: str, name: str) -> str:
    """The address of a repository's page."""
    return f"{request.hub.url}/{'' if kind == 'model' else f'{kind}s/'}{name}"


def send_page(request: Any, rows: list[Any]) -> None:
    """Sends a page of a list, with the address of the next."""
    start = int(request.query.get("cursor", ["0"])[0])
    end, headers = start + request.hub.page_size, {}
    if end < len(rows):
        query = urlencode(request.query | {"cursor": [str(end)]}, doseq=True)
        headers["Link"] = f'<{request.hub.url}{request.quoted}?{query}>; rel="next"'
    request.json(rows[start:end], headers=headers)


def is_set(request: Any, name: str) -> bool:
    """Whether a parameter of the address says yes."""
    return request.query.get(name, [""])[0].lower() in ("1", "true")
