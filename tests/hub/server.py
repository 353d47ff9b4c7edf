"""A Hub on this machine's loopback address, for the unmodified clients."""

import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub.repository import Repository


class Refusal(Exception):  # noqa: N818 (an answer, which the server gives on purpose)
    """An answer that is an error."""

    def __init__(self, status: int, code: str = "", message: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        named = {"X-Error-Code": code, "X-Error-Message": message}
        self.headers = {name: value for name, value in named.items() if value} | headers


@dataclass
class Fault:
    """What goes wrong with the next requests that match.

    Args:
        method: "GET", "POST", ...
        path: A pattern that the path must match somewhere.
        times: How often.
        action: Done first.
        status: The answer; 0 cuts the connection instead, None answers as usual.
        headers: Of the answer.
        message: Of the answer.
        after: Bytes of the request's body that are read before the connection is cut.
        lost: The request is carried out, and its answer is lost.
    """

    method: str
    path: str
    times: int = 1
    action: Callable[[], None] | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    message: str = ""
    after: int = 0
    lost: bool = False


class Hub:
    """The server with its repositories, users and faults. It keeps them while it is stopped."""

    def __init__(self) -> None:
        self._server: ThreadingHTTPServer | None = None
        self._connections: list[socket.socket] = []
        self.port = 0
        self.reset()

    def reset(self) -> None:
        self.users: dict[str, tuple[str, str]] = {}
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.large: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, int]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        hub = self
        handler = type("Handler", (_Handler,), {"hub": hub})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for connection in self._connections:  # a client keeps them open, and their threads would go on to answer
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def add_user(self, name: str, token: str, role: str = "write") -> str:
        self.users[token] = (name, role)
        return token

    def create(self, kind: str, name: str, private: bool = False) -> Repository:
        return self.repositories.setdefault((kind, name), Repository(kind, name, private, self.blobs, self.large))

    def repo(self, kind: str, name: str) -> Repository:
        return self.repositories[kind, name]

    def fail(self, method: str, path: str, **fault: Any) -> None:
        self.faults.append(Fault(method, path, **fault))

    def count(self, method: str, path: str) -> int:
        """Answered requests whose path matches."""
        return sum(asked == method and re.search(path, where) is not None for asked, where, _ in self.requests)

    def due(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == method and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer's body waits for its head to be acknowledged
    hub: Hub

    def setup(self) -> None:
        super().setup()
        self.hub._connections.append(self.connection)

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        from tests.hub import routes  # which needs Refusal of this module

        parts = urlsplit(self.path)
        self.where, self.query = unquote(parts.path), parse_qs(parts.query)
        self.fault = self.hub.due(self.command, self.where)
        fault, length = self.fault, int(self.headers.get("Content-Length") or 0)
        if fault and fault.action:
            fault.action()
        if fault and fault.status == 0:
            self.rfile.read(min(fault.after, length))
            self._cut()
            return
        self.body = self.rfile.read(length)
        try:
            if fault and fault.status:
                raise Refusal(fault.status, "", fault.message, **fault.headers)
            routes.answer(self)
        except Refusal as refusal:
            body = json.dumps({"error": str(refusal)}).encode()
            self.send(refusal.status, body, {"Content-Type": "application/json", **refusal.headers})

    def _cut(self) -> None:
        self.hub.requests.append((self.command, self.where, 0))
        self.close_connection = True
        with suppress(OSError):  # the whole Hub may have been stopped
            self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        if self.fault and self.fault.lost:
            self._cut()
            return
        self.hub.requests.append((self.command, self.where, status))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def json(self, value: Any, status: int = 200) -> None:
        self.send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    @property
    def user(self) -> tuple[str, str] | None:
        """Name and role; no token is nobody."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token:
            return None
        if token not in self.hub.users:
            raise Refusal(401, "", "Invalid credentials in Authorization header")
        return self.hub.users[token]

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 (http.server's names)
