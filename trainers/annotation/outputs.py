"""What systems wrote, from tables of outputs or from the examples that a run keeps."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError
from builders.files import check_run_folder, read_json, read_text
from trainers.output_rows import checked_output, output_rows
from trainers.training_pairs import Task


@dataclass
class Outputs:
    """What one system wrote, read row by row.

    Args:
        place: Where that was read.
        by_source: Its output for each source.
        repeated: Rows whose source had come before; the first row of a source counts.
        differing: Those of them whose output is not that of the first row.
    """

    place: str
    by_source: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    differing: int = 0

    def add(self, source: str, output: str) -> None:
        """Takes a row."""
        self.repeated += source in self.by_source
        self.differing += self.by_source.setdefault(source, output) != output


def read_outputs(named: list[str]) -> dict[str, Outputs]:
    """The outputs of each system.

    Args:
        named: `NAME=PLACE` each, a table with the columns `source` and `output`.

    Raises:
        UsageError: A name is missing or given twice, or a table lacks a column.
        RunError: A table cannot be read, or a row is bad.
    """
    systems: dict[str, Outputs] = {}
    for word in named:
        name, _, place = (part.strip() for part in word.partition("="))
        if not name or not place or not name.isprintable():
            raise UsageError(f"--outputs must be NAME=FILE, such as copy=copy.jsonl, got {word!r}")
        if name in systems:
            raise UsageError(f"--outputs names the system '{name}' twice; give each a name of its own")
        systems[name] = _read(place)
    return systems


def _read(place: str) -> Outputs:
    outputs = Outputs(place)
    for source, output in output_rows(place):
        outputs.add(source, output)
    if not outputs.by_source:
        raise RunError(f"{place} holds no outputs; name another file")
    return outputs


def run_outputs(run: Path) -> tuple[dict[str, Outputs], Task]:
    """The systems of a run with the outputs that its `metrics.json` keeps, and what they were asked for.

    Raises:
        UsageError: There is no such run, or it was not evaluated.
        RunError: Its `metrics.json` is not as a run writes it.
    """
    check_run_folder(run)
    path = run / "metrics.json"
    if not path.is_file():
        raise UsageError(f"{path} is missing: the run has not come to its end; run it again, or use --outputs")
    metrics: dict[str, Any] = read_json(read_text(path), str(path))
    systems: dict[str, Outputs] = {}
    try:
        task: Task = metrics["task"]
        for system in (metrics["evaluation"] or {}).get("systems", []):
            outputs = systems[system["name"]] = Outputs(str(path))
            for number, example in enumerate(system["examples"], start=1):
                where = f"{path}, {system['name']}, example {number}"
                outputs.add(*checked_output(example["source"], example["output"], where))
    except (KeyError, TypeError) as error:
        raise RunError(f"{path} is not as 'impossible run' writes it (no {error}); run it again") from None
    if not any(outputs.by_source for outputs in systems.values()):
        raise UsageError(f"{path} has no outputs: the recipe has no evaluation; use --outputs")
    return systems, task
