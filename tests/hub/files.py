"""Downloading from the loopback Hub."""

import re
from typing import Any

from tests.hub.routing import PAGE, REVISION, Refusal, at, readable, route


@route("GET", rf"{PAGE}/resolve/{REVISION}/(?P<path>.+)")
def resolve(request: Any, kind: str | None, name: str, revision: str, path: str) -> None:
    repository = readable(request, kind, name)
    commit = at(repository, revision)
    file, headers = commit.files.get(path), {"X-Repo-Commit": commit.id}
    if file is None:
        raise Refusal(404, "EntryNotFound", "Entry not found", **headers)
    if file.lfs is None:
        send_range(request, repository.content(file), headers | {"ETag": f'"{file.blob}"'})
        return
    headers |= {"X-Linked-Size": str(file.size), "X-Linked-ETag": f'"{file.lfs}"'}
    place = f"{request.hub.storage_url}/{file.lfs}?signature=read"
    request.send(302, b"", headers | {"Location": place})


@route("GET", "/storage/(?P<sha256>[0-9a-f]{64})")
def download(request: Any, sha256: str) -> None:
    check_signature(request, "read")
    send_range(request, request.hub.large[sha256], {"ETag": f'"{sha256}"'})


def check_signature(request: Any, right: str) -> None:
    """The storage goes by the address alone, and takes no token."""
    if request.headers.get("Authorization"):
        raise Refusal(400, "", "Only one auth mechanism allowed")
    if request.query.get("signature") != [right]:
        raise Refusal(403, "", "Access denied")


def send_range(request: Any, data: bytes, headers: dict[str, str]) -> None:
    """Sends the bytes that are asked for; without a range, all."""
    headers = headers | {"Accept-Ranges": "bytes"}
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range") or "")
    if asked is None or asked[0] == "bytes=-":
        request.send(200, data, headers)
        return
    first = int(asked[1]) if asked[1] else max(len(data) - int(asked[2]), 0)
    last = min(int(asked[2]), len(data) - 1) if asked[1] and asked[2] else len(data) - 1
    if first > last:
        raise Refusal(416, "", "Range not satisfiable", **{"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    request.send(206, data[first : last + 1], headers)
