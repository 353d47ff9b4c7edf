"""How the loopback Hub speaks HTTP: it reads requests, lets faults happen and sends answers."""

import json
import socket
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub import (  # noqa: F401 (they register their routes)
    accounts,
    commits,
    discussions,
    files,
    listings,
    references,
    storage,
)
from tests.hub.routing import Refusal, answer


class Handler(BaseHTTPRequestHandler):
    """One connection, which a client keeps for many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer's body waits for its head to be acknowledged
    server: Any

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        self.hub, self.quoted, self.where = self.server.hub, parts.path, unquote(parts.path)
        self.query = parse_qs(parts.query)
        self.fault = self.hub.faults.due(self.command, self.where)
        if self.fault and self.fault.action:
            self.fault.action()
        if self.fault and self.fault.status == 0:
            self.rfile.read(min(self.fault.after, int(self.headers.get("Content-Length") or 0)))
            self._cut()
            return
        try:
            self.body = self._read_body()
            with self.hub.answering(self.server) as may:
                self._answer() if may else self._cut()
        except ConnectionError:  # the client has gone away
            self.close_connection = True
        except Exception:
            self.hub.errors.append(traceback.format_exc())
            self._cut()

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _answer(self) -> None:
        try:
            if self.fault and self.fault.status:
                raise Refusal(self.fault.status, "", self.fault.message, self.fault.body, **self.fault.headers)
            answer(self)
        except Refusal as refusal:
            self.json(refusal.body, refusal.status, refusal.headers)

    def _cut(self) -> None:
        self.hub.requests.append((self.command, self.where, 0))
        self.close_connection = True
        with suppress(OSError):  # the whole Hub may have been stopped
            self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        if self.fault and self.fault.lost:
            self._cut()
            return
        cut = self.fault.cut if self.fault else None
        if cut is None:  # noted before the client hears of it, and a test may look
            self.hub.requests.append((self.command, self.where, status))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if cut is not None:
            self.wfile.write(body[:cut])
            self._cut()
            return
        if self.command != "HEAD":
            self.wfile.write(body)

    def json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})

    @property
    def user(self) -> Any:
        """Whose token came along; no token is nobody."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token:
            return None
        if token not in self.hub.users:
            raise Refusal(401, "", "Invalid credentials in Authorization header")
        return self.hub.users[token]

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 (http.server's names)
