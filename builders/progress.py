"""Progress on long work: a bar on a terminal, plain lines elsewhere. Always on stderr; stdout is for results."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_SECONDS_BETWEEN_LINES = 10.0
_silent = False


@contextmanager
def silent_progress() -> Iterator[None]:
    """Shows nothing in this process, whose parent shows how far the whole is."""
    global _silent
    before, _silent = _silent, True
    try:
        yield
    finally:
        _silent = before


def track(iterable: Iterable[T], total: int | None, label: str) -> Iterator[T]:
    """Yields the items while showing how many of `total` are done; None where nobody knows how many there are."""
    if _silent:
        yield from iterable
        return
    if sys.stderr.isatty():
        from tqdm import tqdm  # slow to import, and needed only on a terminal

        yield from tqdm(iterable, total=total, desc=label, leave=True, dynamic_ncols=True)
        return
    started = last = time.monotonic()
    for done, item in enumerate(iterable, start=1):
        yield item
        now = time.monotonic()
        if done == total or now - last >= _SECONDS_BETWEEN_LINES:
            last = now
            of_total = "" if total is None else f"/{total}"
            print(f"{label}: {done}{of_total} ({now - started:.0f} s)", file=sys.stderr, flush=True)
