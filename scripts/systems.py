"""What `impossible evaluate` can score: a student, the teacher, the sources themselves, or outputs from elsewhere."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from builders.errors import RunError, UsageError
from builders.files import read_text, split_lines
from builders.progress import track
from builders.user_path import user_path
from scripts.paraphrases import load_paraphraser, tell_what_was_cut
from scripts.partial_recipes import load_teacher_recipe
from trainers.benchmark import BenchmarkRow
from trainers.conformity import form_signals
from trainers.inputs import led
from trainers.output_rows import output_rows
from trainers.teacher_baseline import PROMPTS, teacher_outputs
from trainers.training_pairs import Task

if TYPE_CHECKING:
    from trainers.paraphraser import Paraphraser

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
    reads_exemplars = paraphraser.reads_form and any("exemplar" in row for row in rows)
    read = _led_sources(rows, paraphraser) if reads_exemplars else sources
    outputs = paraphraser.paraphrase(read, progress=partial(track, label=f"evaluate {system}"))
    tell_what_was_cut(paraphraser, len(sources))
    return [text for [text] in outputs]


def _led_sources(rows: Sequence[BenchmarkRow], paraphraser: "Paraphraser") -> list[str]:
    """What a student that is led by form reads: each source after the form of its exemplar, if it has one."""
    control = paraphraser.control or {}
    if control.get("parser") is None:
        raise RunError("this student names no parser for exemplars in its control.json; train it again")
    signals = form_signals(rows, control.get("layers"), control["parser"])
    return [led(signal, row["source"]) if signal else row["source"] for row, signal in zip(rows, signals, strict=True)]


def _read_outputs(place: str, sources: list[str]) -> list[str]:
    """Outputs of a text file line by line, or of a table with `source` and `output`."""
    if user_path(place).suffix == ".txt":
        lines = split_lines(read_text(user_path(place)))
        if len(lines) != len(sources):
            remedy = "write one output a line, for the same rows; --n takes fewer of them"
            raise RunError(f"{place} has {len(lines):,} lines for {len(sources):,} rows; {remedy}")
        return [line.strip() for line in lines]
    found = list(output_rows(place))
    if [source for source, _ in found[: len(sources)]] == sources:
        return [output for _, output in found[: len(sources)]]  # a source that stands twice may have two outputs
    return _outputs_by_source(place, found, sources)


def _outputs_by_source(place: str, found: list[tuple[str, str]], sources: list[str]) -> list[str]:
    outputs: dict[str, str] = {}
    for source, output in found:
        if outputs.setdefault(source, output) != output:
            remedy = "write the outputs in the order of the rows"
            raise RunError(f"{place} has several outputs for {source!r:.60}; {remedy}")
    for source in sources:
        if source not in outputs:
            raise RunError(f"{place} has no output for {source!r:.60}; make it of the same rows, or lower --n")
    return [outputs[source] for source in sources]
