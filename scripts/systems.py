"""What `impossible evaluate` can score: a student, the teacher, the sources themselves, or outputs from elsewhere."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from builders.errors import RunError, UsageError
from builders.files import read_json, read_text, split_lines
from builders.progress import track
from builders.user_path import user_path
from scripts.paraphrases import load_paraphraser, tell_what_was_cut
from scripts.partial_recipes import load_teacher_recipe
from trainers.benchmark import BenchmarkRow
from trainers.inputs import led
from trainers.leading import form_signal
from trainers.teacher_baseline import PROMPTS, teacher_outputs
from trainers.training_pairs import Task

COPY = "copy-input"
_TEACHER, _OUTPUTS = "teacher:", "outputs:"


def system_outputs(system: str, rows: Sequence[BenchmarkRow], task: Task, prompt: str | None = None) -> list[str]:
    """One output a row.

    Args:
        system: `copy-input`; `teacher:RECIPE`, the teacher of a recipe, prompted; `outputs:FILE`; or a student, which
            reads the exemplars of the rows if it is led by form.
        rows: Of a benchmark.
        task: What the outputs are meant to be.
        prompt: For the teacher, with `{source}` in it; None takes that of the task.

    Raises:
        UsageError: The prompt does not name the source.
        RunError: A model cannot be loaded, or a file lacks an output.
    """
    sources = [row["source"] for row in rows]
    if system == COPY:
        return sources
    if system.startswith(_OUTPUTS):
        return _read_outputs(system.removeprefix(_OUTPUTS), sources)
    if system.startswith(_TEACHER):
        asked = PROMPTS[task] if prompt is None else prompt.replace("\\n", "\n")
        if "{source}" not in asked:
            raise UsageError(f"--prompt must have {{source}} where the sentence stands, got '{prompt}'")
        sampling = load_teacher_recipe(system.removeprefix(_TEACHER)).sampling
        return teacher_outputs(sampling, sources, partial(track, label=f"evaluate {system}"), asked)
    paraphraser = load_paraphraser(system)
    read = sources
    if paraphraser.reads_form:
        read = [
            led(form_signal(row["exemplar"], paraphraser.control or {}, paraphraser.parser), row["source"])
            if "exemplar" in row
            else row["source"]
            for row in rows
        ]
    outputs = paraphraser.paraphrase(read, progress=partial(track, label=f"evaluate {system}"))
    tell_what_was_cut(paraphraser, len(sources))
    return [text for [text] in outputs]


def _read_outputs(place: str, sources: list[str]) -> list[str]:
    """Outputs of a JSONL file by their `source`, or of a text file line by line."""
    path = user_path(place)
    lines = split_lines(read_text(path))
    if path.suffix != ".jsonl":
        if len(lines) != len(sources):
            raise RunError(f"{path} has {len(lines):,} lines for {len(sources):,} rows; write one output a line")
        return [line.strip() for line in lines]
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{path}, line {number}"
            row: Any = read_json(line, where)
            if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("source", "output")):
                raise RunError(f'{where}: write {{"source": ..., "output": ...}}, got {row!r:.60}')
            found[row["source"].strip()] = row["output"].strip()
    for source in sources:
        if source not in found:
            raise RunError(f"{path} has no output for {source!r:.80}; make it of the same rows, or lower --n")
    return [found[source] for source in sources]
