"""What goes wrong on the loopback Hub, when a test asks for it."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """What goes wrong with the next requests that match.

    Args:
        method: "GET", "POST", ...
        path: A pattern that the path must match somewhere.
        times: How often.
        action: Done first, such as stopping the Hub or committing behind the client's back.
        status: The answer; 0 cuts the connection instead, None answers as usual.
        headers: Of the answer.
        message: Of the answer.
        body: Of the answer, as JSON; without it, the message as the Hub sends it.
        after: Bytes of the request's body that are read before the connection is cut.
        cut: Bytes of the usual answer's body that are sent before the connection is cut.
        lost: The request is carried out, and its answer is lost.
    """

    method: str
    path: str
    times: int = 1
    action: Callable[[], Any] | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    message: str = ""
    body: Any = None
    after: int = 0
    cut: int | None = None
    lost: bool = False


class Faults:
    """Those that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def due(self, method: str, path: str) -> Fault | None:
        """The fault of a request; one that clients make at the same time takes none twice."""
        with self._lock:
            for fault in self._waiting:
                if fault.times and fault.method == method and re.search(fault.path, path):
                    fault.times -= 1
                    return fault
        return None
