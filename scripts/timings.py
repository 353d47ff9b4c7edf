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

    Attributes:
        asked: The stages that this command asked for, done or not: the file also knows those of earlier settings.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.asked: set[str] = set()

    def read(self) -> dict[str, float]:
        """Seconds by stage."""
        return json.loads(self._path.read_text(encoding="utf-8")) if self._path.is_file() else {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Adds the time that the block takes; that of finding a stage done is next to none and not counted."""
        self.asked.add(stage)
        started = time.monotonic()
        yield
        seconds, timings = time.monotonic() - started, self.read()
        if stage not in timings or seconds > 1:
            write_json(self._path, timings | {stage: round(timings.get(stage, 0) + seconds, 1)})
