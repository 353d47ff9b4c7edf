"""What `impossible evaluate` can score: a student, the teacher, the sources themselves, or outputs from elsewhere."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from builders.errors import RunError, UsageError
from builders.files import read_text, split_lines
from builders.parsers.loading import load_parser
from builders.progress import track
from builders.table_places import open_place
from builders.user_path import user_path
from scripts.paraphrases import load_paraphraser, tell_what_was_cut
from scripts.partial_recipes import load_teacher_recipe
from trainers.benchmark import BenchmarkRow
from trainers.conformity import exemplar_trees
from trainers.inputs import led, tree_signal
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
    read = _led_sources(rows, paraphraser) if paraphraser.reads_form else sources
    outputs = paraphraser.paraphrase(read, progress=partial(track, label=f"evaluate {system}"))
    tell_what_was_cut(paraphraser, len(sources))
    return [text for [text] in outputs]


def _led_sources(rows: Sequence[BenchmarkRow], paraphraser: "Paraphraser") -> list[str]:
    """What a student that is led by form reads: each source after the form of its exemplar, if it has one."""
    exemplars = [row["exemplar"] for row in rows if "exemplar" in row]
    control = paraphraser.control or {}
    if exemplars and control.get("parser") is None:
        raise RunError("this student names no parser for exemplars in its control.json; train it again")
    trees = exemplar_trees(exemplars, load_parser(control["parser"])) if exemplars else []
    signals = iter([tree_signal(tree, control.get("layers")) for tree in trees])
    return [led(next(signals), row["source"]) if "exemplar" in row else row["source"] for row in rows]


def _read_outputs(place: str, sources: list[str]) -> list[str]:
    """Outputs of a text file line by line, or of a table with `source` and `output`."""
    if user_path(place).suffix == ".txt":
        lines = split_lines(read_text(user_path(place)))
        if len(lines) != len(sources):
            remedy = "write one output a line, for the same rows; --n takes fewer of them"
            raise RunError(f"{place} has {len(lines):,} lines for {len(sources):,} rows; {remedy}")
        return [line.strip() for line in lines]
    opened, found = open_place(place, None, None), []
    for number, row in enumerate(opened.read(["source", "output"]), start=1):
        source, output = row.get("source"), row.get("output")
        if not (isinstance(source, str) and isinstance(output, str)):
            where = f"{place}, {opened.unit} {number}"
            raise RunError(f"{where}: source and output must be texts, got {(source, output)!r:.60}")
        found.append((source.strip(), output.strip()))
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
