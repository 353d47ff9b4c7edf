"""The server behind the page: it hands out items without their systems, and takes answers."""

import ipaddress
import json
import socket
import socketserver
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from builders.errors import RunError, UsageError
from builders.files import read_json

from .answers import Answer, Answers, annotator_name
from .page_file import load_page
from .questions import RATINGS
from .task import AnnotationTask

_LONGEST_BODY = 4096  # bytes; an answer has some 150
_PATIENCE = 30  # seconds for the rest of a request that has begun
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class AnnotationServer(ThreadingHTTPServer):
    """Serves one task. All that it knows of answers is on the disk, so that it may be killed at any time.

    Args:
        address: Host, by name, IPv4 or IPv6, and port; port 0 takes a free one.
        task: What annotators see. Which system wrote what, this server never reads.
        answers: Where theirs go.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], task: AnnotationTask, answers: Answers) -> None:
        self.task, self.answers = task, answers
        self.page = load_page()
        self.items = {item.id for item in task.items}
        self.questions = {question.name for question in task.questions}
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Binds without asking the network for this machine's name, as `HTTPServer` would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a browser that went away."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _RefusedError(Exception):
    """A request that is not answered, with the status and the reason that it gets."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: AnnotationServer
    server_version, sys_version = "annotate", ""
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the packet that follows its head

    def do_GET(self) -> None:
        if self._path() == "/" and self._comes_to_us():
            page = self.server.page
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.body, {"Content-Security-Policy": page.policy})
            return
        self._answer({"/api/task": self._task, "/api/work": self._work})

    def do_POST(self) -> None:
        self._answer({"/api/answers": self._store})

    def _answer(self, routes: dict[str, Any]) -> None:
        """Sends what a route returns, or why it does not."""
        status, value = HTTPStatus.OK, {}
        try:
            if not self._comes_to_us():
                raise _RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "this name of the server is not known to it")
            path = self._path()
            if path is None:
                raise _RefusedError(HTTPStatus.BAD_REQUEST, "what is asked for is no address")
            route = routes.get(path)
            if route is None:
                raise _RefusedError(HTTPStatus.NOT_FOUND, "there is nothing under this address")
            value = route()
        except _RefusedError as error:
            status, value = error.status, {"error": str(error)}
        except UsageError as error:
            status, value = HTTPStatus.BAD_REQUEST, {"error": str(error)}
        except RunError as error:
            with suppress(OSError):  # the same full disk may have the log
                print(f"impossible: {error}", file=sys.stderr, flush=True)
            status, value = HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}
        if status != HTTPStatus.OK:
            self.close_connection = True  # what is left of a refused body is no next request
        self._send(status, "application/json", json.dumps(value, ensure_ascii=False).encode(), {})

    def _task(self) -> dict[str, Any]:
        task = self.server.task
        questions = [asdict(question) for question in task.questions]
        return {"task": task.task, "questions": questions, "items": len(task.items)}

    def _work(self) -> dict[str, Any]:
        names = parse_qs(urlsplit(self.path).query).get("annotator", [""])
        annotator = annotator_name(names[0])
        given = self.server.answers.of(annotator).values()
        return {
            "annotator": annotator,
            "items": [asdict(item) for item in self.server.task.order(annotator)],
            "answers": [{"item": a.item, "question": a.question, "rating": a.rating} for a in given],
        }

    def _store(self) -> dict[str, Any]:
        row = self._body()
        annotator, item, question, rating = (row.get(key) for key in ("annotator", "item", "question", "rating"))
        if not (isinstance(annotator, str) and isinstance(item, str) and isinstance(question, str)):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "an answer needs its annotator, item and question as texts")
        if item not in self.server.items or question not in self.server.questions:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "this is not asked in this task")
        if rating is not None and (type(rating) is not int or rating not in RATINGS):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "a rating must be 1, 2, 3 or, where one cannot judge, null")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.server.answers.add(annotator_name(annotator), Answer(item, question, rating, now))
        return {"stored": True}

    def _body(self) -> dict[str, Any]:
        """The JSON object of a request from our own page.

        A page of another site can make a browser send it neither with this type nor with our origin.
        """
        if self.headers.get_content_type() != "application/json":
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "an answer must be JSON")
        origin = self.headers["Origin"]
        try:
            foreign = origin is not None and urlsplit(origin).netloc != self.headers["Host"]
        except ValueError:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "the origin of the request is no address") from None
        if foreign:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "the request comes from the page of another site")
        length = self.headers["Content-Length"] or ""
        if not (length.isascii() and length.isdigit()):
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "an answer must say how long it is")
        if len(length) > 9 or int(length) > _LONGEST_BODY:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"an answer has at most {_LONGEST_BODY} bytes")
        try:
            row = read_json(self.rfile.read(int(length)).decode(), "the answer")
        except (UnicodeDecodeError, RunError):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "an answer must be JSON in UTF-8") from None
        if not isinstance(row, dict) or any(isinstance(value, (dict, list)) for value in row.values()):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "an answer must be one flat JSON object")
        return row

    def _path(self) -> str | None:
        """The path that is asked for; None where the address is malformed, such as `http://[x/`."""
        try:
            return urlsplit(self.path).path
        except ValueError:
            return None

    def _comes_to_us(self) -> bool:
        """Whether the request names this machine, by an address or its own name.

        A site whose name was made to lead here (DNS rebinding) would be named by that; another port may be a tunnel's.
        """
        try:
            name = urlsplit(f"//{self.headers['Host'] or ''}").hostname or ""
            if name in ("localhost", socket.gethostname().lower()):
                return True
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _send(self, status: HTTPStatus, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        sent = {"Content-Type": kind, "Content-Length": str(len(body)), **_HEADERS, **headers}
        for name, value in sent.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A line for every answer would hide what matters."""
