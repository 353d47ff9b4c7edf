"""How long the stages of a run took, kept in its folder."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builders.files import write_json


class Timings:
    """Seconds that each stage took, summed over the commands that worked on it.

    Args:
        path: `timings.json` of the run.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, float]:
        """Seconds by stage."""
        return json.loads(self._path.read_text(encoding="utf-8")) if self._path.is_file() else {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Adds the time that the block takes, save the next to none of a later command, which finds the stage done."""
        started = time.monotonic()
        yield
        seconds, timings = time.monotonic() - started, self.read()
        if stage not in timings or seconds > 1:
            write_json(self._path, timings | {stage: round(timings.get(stage, 0) + seconds, 1)})
