"""The evaluation of a recipe: one system after the other on the same test rows, each once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from builders.config import fingerprint
from builders.files import kept, remove
from builders.models import model_identity
from builders.named import code_identity
from builders.parsers.loading import parser_identity
from builders.progress import track
from builders.sampling_config import SamplingConfig
from builders.teachers import load_teacher
from scripts.paraphrases import greedy_outputs
from scripts.recipe import Recipe
from trainers.benchmark import BenchmarkRow, benchmark_rows
from trainers.conformity import asked_signals, bucket_scores, form_scores
from trainers.evaluation import figures_of
from trainers.evaluation_config import EvaluationConfig
from trainers.inputs import led, summary_signal
from trainers.oracle import is_faithful
from trainers.output_rows import write_outputs
from trainers.resampling import Scores
from trainers.scores import Judges, output_scores
from trainers.teacher_baseline import teacher_outputs
from trainers.training_pairs import Task

EXAMPLES = 20  # outputs of each system that metrics.json keeps


class Evaluated(NamedTuple):
    """A system and what the evaluation says of it.

    Args:
        name: In words.
        student: The folder of its student; None for a system that the run has not trained.
        record: Its figures and first examples.
        outputs: The file of all its outputs.
    """

    name: str
    student: Path | None
    record: dict[str, Any]
    outputs: Path


class _System(NamedTuple):
    """What is evaluated: the name of its files, what a fingerprint must know of it, and how it answers texts."""

    stem: str
    identity: Any
    answer: Callable[[list[str], str], list[str]]  # texts and a label for progress -> one output a text


class Evaluator:
    """A recipe's evaluation of one system after the other, each done once.

    Args:
        recipe: One with an evaluation.
        folder: Of the records.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        assert recipe.evaluation is not None
        self.recipe, self.config, self.folder = recipe, recipe.evaluation, folder

    @cached_property
    def rows(self) -> list[BenchmarkRow]:
        """The test rows; exemplars are for a run with a student that follows them."""
        rows = benchmark_rows(self.config, self.recipe.task)
        if self.recipe.control_parser is None:
            rows = [BenchmarkRow(source=row["source"], references=row["references"]) for row in rows]
        return rows

    @cached_property
    def signals(self) -> list[str]:
        """What the rows ask of a led student, which the others are measured by as well; "" asks for nothing."""
        assert self.recipe.control is not None
        return asked_signals(self.rows, self.recipe.control, self.recipe.task, self.recipe.control_parser)

    def teacher(self, name: str) -> Evaluated:
        """The plain teacher."""
        sampling = self.recipe.sampling

        def answer(read: list[str], label: str) -> list[str]:
            return teacher_outputs(sampling, read, partial(track, label=label))

        return self._evaluated(name, None, _System("teacher", _teacher_identity(sampling), answer))

    def copy(self, name: str) -> Evaluated:
        """The sources as they stand."""
        return self._evaluated(name, None, _System("copy", "copy", lambda read, _: read))

    def base(self, name: str) -> Evaluated:
        """The student as it was before any training."""
        return self._evaluated(name, None, _student_system(self.recipe.student.base, "base"))

    def student(self, name: str, student: Path) -> Evaluated:
        """A student, asked for nothing but its task."""
        return self._evaluated(name, student, _student_system(str(student), student.name))

    def led_student(self, student: Path) -> Iterator[Evaluated]:
        """A led student: asked for what the rows ask for, of summaries for each bucket, and for nothing."""
        control, summarises = self.recipe.control, self.recipe.task == "summary"
        assert control is not None
        if any(self.signals):
            by = "the references' buckets" if summarises else "exemplars"
            yield self._led(f"student, led by {by}", student, "asked", self.signals)
        if summarises:
            for bounds in product(control.compression or (None,), control.abstraction or (None,)):
                signal = summary_signal(*bounds)
                yield self._led(f"led student, asked for {signal}", student, signal, [signal] * len(self.rows))
        yield self.student("led student, asked for nothing", student)

    def _led(self, name: str, student: Path, asked: str, signals: Sequence[str]) -> Evaluated:
        stem = f"{student.name}-{asked.replace(' ', '-')}"
        return self._evaluated(name, student, _student_system(str(student), stem), signals)

    def _evaluated(
        self, name: str, student: Path | None, system: _System, signals: Sequence[str] | None = None
    ) -> Evaluated:
        """A system, which reads a signal before each source, if there are any."""
        signals = signals or [""] * len(self.rows)
        measured = [*self._control_code, signals] if self.recipe.control else []
        config = replace(self.config, baselines=())  # another system changes no record
        mark = fingerprint(system.identity, self.rows, config, self._code, self.recipe.task, *measured)
        record, written = (self.folder / f"{system.stem}.{kind}" for kind in ("json", "jsonl"))

        def evaluate() -> dict[str, Any]:
            shown = zip(self.rows, signals, strict=True)
            read = [led(signal, row["source"]) if signal else row["source"] for row, signal in shown]
            outputs = system.answer(read, f"evaluate {record.stem}")
            remove(record)  # it must not stand beside the outputs of another evaluation
            write_outputs(written, self.rows, outputs)
            more = self._control_scores(outputs, signals)
            found = evaluation_record(self.rows, outputs, self.config, self.recipe.task, more)
            for example, text, row, signal in zip(found["examples"], read, self.rows, signals, strict=False):
                example |= {"read": text, "asked": row.get("exemplar") or signal} if signal else {}
            return found

        if not written.is_file():
            remove(record)
        return Evaluated(name, student, kept(record, mark, evaluate), written)

    def _control_scores(self, outputs: Sequence[str], signals: Sequence[str]) -> dict[str, Scores]:
        """How well outputs keep to what their student read or, if it read nothing, to what the rows ask for."""
        recipe = self.recipe
        if recipe.control is None:
            return {}
        if recipe.control_parser:
            return form_scores(self.rows, outputs, recipe.control_parser)
        asked = signals if any(signals) else self.signals
        return bucket_scores(self.rows, outputs, asked, recipe.control)

    @property
    def _control_code(self) -> list[Any]:
        """What decides the figures of control: the parser's code, or the buckets."""
        control, parser = self.recipe.control, self.recipe.control_parser
        assert control is not None
        return [parser_identity(parser)] if parser else [control.compression, control.abstraction]

    @cached_property
    def _code(self) -> list[Any]:
        """The content of the code that judges."""
        config = self.config
        code: list[Any] = [code_identity("oracle", config.oracle)] if config.oracle else []
        code += [parser_identity(config.parser)] if config.parser else []
        return code + [model_identity(model) for model in (config.encoder, config.nli) if model]


def _student_system(student: str, stem: str) -> _System:
    """A student by its folder or whatever else names a model."""
    return _System(stem, model_identity(student), lambda read, label: greedy_outputs(student, read, label))


def _teacher_identity(config: SamplingConfig) -> list[Any]:
    """The teacher with the settings that its outputs as a baseline depend on."""
    return [load_teacher(config).identity(), config.bf16, config.sentence_tokens, config.domain.sentences]


def evaluation_record(
    rows: list[BenchmarkRow],
    outputs: list[str],
    config: EvaluationConfig,
    task: Task,
    more: Mapping[str, Scores] | None = None,
) -> dict[str, Any]:
    """The figures of one system's outputs, those of further scores too, and its first examples."""
    judges = Judges.of(config)
    scores = output_scores(rows, outputs, judges, task) | dict(more or {})
    return {"figures": figures_of(scores), "examples": examples(rows, outputs, judges, task)}


def examples(rows: list[BenchmarkRow], outputs: list[str], judges: Judges, task: Task) -> list[dict[str, Any]]:
    """What a system made of the first sources, judged by the oracle if there is one."""
    oracle, shown = judges.oracle, zip(rows[:EXAMPLES], outputs, strict=False)
    return [
        {
            "source": row["source"],
            "output": output,
            "faithful": is_faithful(oracle, row["source"], output, task) if oracle else None,
        }
        for row, output in shown
    ]
