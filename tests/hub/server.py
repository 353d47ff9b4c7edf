"""A Hub on this machine's loopback address, for the unmodified clients."""

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from typing import Any

from tests.hub.faults import Fault, Faults
from tests.hub.handler import Handler
from tests.hub.repository import Repository


@dataclass(frozen=True)
class User:
    """Who a token belongs to.

    Args:
        name: Their namespace.
        role: Of the token, "write" or "read".
        orgs: Further namespaces that are theirs to write to.
    """

    name: str
    role: str
    orgs: tuple[str, ...] = ()

    def belongs_to(self, namespace: str) -> bool:
        return namespace in (self.name, *self.orgs)

    def may_write(self, namespace: str) -> bool:
        return self.role == "write" and self.belongs_to(namespace)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", hub.port), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: Any) -> None:
        """Says nothing of clients that go away; the handler keeps what is wrong with the Hub itself."""


class Hub:
    """The server with its repositories, users and faults. It keeps them while it is stopped."""

    def __init__(self) -> None:
        self._server: _Server | None = None
        self._reserved: socket.socket | None = None
        self.port = 0
        self.reset()

    def reset(self) -> None:
        """Empties it; what tests may set is as on the real Hub again."""
        self.users: dict[str, User] = {}
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.large: dict[str, bytes] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.faults = Faults()
        self.lock = threading.RLock()
        self.requests: list[tuple[str, str, int]] = []  # method, path, status of the answer; 0 where there was none
        self.errors: list[str] = []  # tracebacks of the Hub's own mistakes
        self.page_size = 1000  # rows of a list that come at once
        self.chunk_size: int | None = None  # larger files are uploaded in parts of so many bytes

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def storage_url(self) -> str:
        """Where large files lie: the same server under another name, so that clients take it for another."""
        return f"http://localhost:{self.port}/storage"

    def start(self) -> None:
        if self._reserved:
            self._reserved.close()
            self._reserved = None
        self._server = _Server(self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stops as if killed: what is under way gets no answer, and new connections are refused."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        for connection in list(server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._reserved = socket.socket()  # or another process could be given the port before the next start
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", self.port))

    def runs(self, server: Any) -> bool:
        """Whether it is this server that answers; one that was stopped finishes nothing."""
        return server is self._server

    def add_user(self, name: str, token: str, role: str = "write", orgs: tuple[str, ...] = ()) -> str:
        self.users[token] = User(name, role, orgs)
        return token

    def create(self, kind: str, name: str, private: bool = False) -> Repository:
        return self.repositories.setdefault((kind, name), Repository(kind, name, private, self.blobs, self.large))

    def repo(self, kind: str, name: str) -> Repository:
        return self.repositories[kind, name]

    def fail(self, method: str, path: str, **fault: Any) -> None:
        """Lets the next requests that match go wrong; see `Fault`."""
        self.faults.add(Fault(method, path, **fault))

    def count(self, method: str, path: str) -> int:
        """Requests so far whose path matches."""
        return sum(asked == method and re.search(path, where) is not None for asked, where, _ in self.requests)
