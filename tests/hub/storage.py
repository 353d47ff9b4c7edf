"""Uploading large files to the loopback Hub, whole or in parts."""

import hashlib
import json
from math import ceil
from typing import Any

from tests.hub.files import check_signature
from tests.hub.routing import PAGE, Refusal, page_of, readable, route, signed_in

_FILE = "/storage/(?P<sha256>[0-9a-f]{64})"


@route("POST", rf"{PAGE}\.git/info/lfs/objects/batch")
def batch(request: Any, kind: str | None, name: str) -> None:
    signed_in(request)
    readable(request, kind, name)
    verify = {"href": f"{page_of(request, kind or 'model', name)}.git/info/lfs/objects/verify", "header": {}}

    def placed(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["oid"] in request.hub.large:
            return asked
        return asked | {"authenticated": True, "actions": {"upload": _upload_action(request, asked), "verify": verify}}

    request.json({"transfer": "basic", "objects": [placed(asked) for asked in json.loads(request.body)["objects"]]})


def _upload_action(request: Any, asked: dict[str, Any]) -> dict[str, Any]:
    place, chunk = f"{request.hub.storage_url}/{asked['oid']}", request.hub.chunk_size
    if chunk is None or asked["size"] <= chunk:
        return {"href": f"{place}?signature=write", "header": {}}
    numbers = range(1, ceil(asked["size"] / chunk) + 1)
    parts = {str(number): f"{place}/{number}?signature=write" for number in numbers}
    return {"href": f"{request.hub.url}/storage/{asked['oid']}/complete", "header": {"chunk_size": str(chunk), **parts}}


@route("PUT", _FILE)
def upload(request: Any, sha256: str) -> None:
    check_signature(request, "write")
    _keep(request, sha256, request.body)
    request.send(200)


@route("PUT", rf"{_FILE}/(?P<number>\d+)")
def upload_part(request: Any, sha256: str, number: str) -> None:
    check_signature(request, "write")
    request.hub.parts[sha256, int(number)] = request.body
    request.send(200, headers={"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'})


@route("POST", rf"{_FILE}/complete")
def complete(request: Any, sha256: str) -> None:
    content = b""
    for part in json.loads(request.body)["parts"]:
        data = request.hub.parts.get((sha256, part["partNumber"]), b"")
        if part["etag"] != f'"{hashlib.md5(data).hexdigest()}"':
            raise Refusal(400, "", f"Part {part['partNumber']} is not what was uploaded")
        content += data
    _keep(request, sha256, content)
    request.json({})


@route("POST", rf"{PAGE}\.git/info/lfs/objects/verify")
def verify(request: Any, kind: str | None, name: str) -> None:
    signed_in(request)
    asked = json.loads(request.body)
    if len(request.hub.large.get(asked["oid"], b"")) != asked["size"]:
        raise Refusal(404, "", f"Object {asked['oid']} is not there")
    request.json({})


def _keep(request: Any, sha256: str, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal(400, "", "The content is not what was announced")
    request.hub.large[sha256] = content
