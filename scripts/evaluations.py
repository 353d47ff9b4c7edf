"""Every system of a run on its test rows: the plain teacher, the students, the controls."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from builders.config import fingerprint
from builders.files import kept
from builders.models import model_identity
from builders.named import code_identity
from builders.parsers.loading import load_parser, parser_identity
from builders.progress import track
from builders.sampling_config import SamplingConfig
from builders.teachers import load_teacher
from scripts.paraphrases import greedy_outputs
from scripts.pipeline import Pipeline
from scripts.recipe import Recipe
from trainers.benchmark import BenchmarkRow, benchmark_rows
from trainers.conformity import asked_signals, bucket_figures, form_figures
from trainers.evaluation import EvaluationConfig, Figure, evaluate_outputs, teacher_outputs
from trainers.inputs import led, summary_signal
from trainers.oracle import is_faithful, load_oracle
from trainers.training_pairs import Task

EXAMPLES = 20  # outputs of each system that metrics.json keeps


class Evaluated(NamedTuple):
    """A system, the folder of its student (None for the teacher), and what the evaluation says of it."""

    name: str
    student: Path | None
    record: dict[str, Any]


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
            rows = [BenchmarkRow(source=row["source"], reference=row["reference"]) for row in rows]
        return rows

    @cached_property
    def signals(self) -> list[str]:
        """What the rows ask of a led student, which the others are measured by as well; "" asks for nothing."""
        assert self.recipe.control is not None
        return asked_signals(self.rows, self.recipe.control, self.recipe.task, self.recipe.control_parser)

    def teacher(self, name: str) -> Evaluated:
        """The plain teacher."""
        return self._evaluated(name, None)

    def student(self, name: str, student: Path) -> Evaluated:
        """A student, asked for nothing but its task."""
        return self._evaluated(name, student)

    def led_student(self, student: Path) -> Iterator[Evaluated]:
        """A led student: asked for what the rows ask for, of summaries for each bucket, and for nothing."""
        control, summarises = self.recipe.control, self.recipe.task == "summary"
        assert control is not None
        if any(self.signals):
            by = "the references' buckets" if summarises else "exemplars"
            yield self._evaluated(f"student, led by {by}", student, "asked", self.signals)
        if summarises:
            for bounds in product(control.compression or (None,), control.abstraction or (None,)):
                signal = summary_signal(*bounds)
                yield self._evaluated(f"led student, asked for {signal}", student, signal, [signal] * len(self.rows))
        yield self._evaluated("led student, asked for nothing", student)

    def _evaluated(
        self, name: str, student: Path | None, asked: str = "", signals: Sequence[str] | None = None
    ) -> Evaluated:
        """A system; its student reads a signal before each source, if there are any, and `asked` names its record."""
        identity = _teacher_identity(self.recipe.sampling) if student is None else model_identity(str(student))
        signals = signals or [""] * len(self.rows)
        measured = [*self._control_code, signals] if self.recipe.control else []
        mark = fingerprint(identity, self.rows, self.config, self._code, self.recipe.task, *measured)
        record = self.folder / f"{student.name if student else 'teacher'}{asked and '-' + asked.replace(' ', '-')}.json"

        def evaluate() -> dict[str, Any]:
            shown = zip(self.rows, signals, strict=True)
            read = [led(signal, row["source"]) if signal else row["source"] for row, signal in shown]
            label = f"evaluate {record.stem}"
            if student is None:
                outputs = teacher_outputs(self.recipe.sampling, read, partial(track, label=label))
            else:
                outputs = greedy_outputs(str(student), read, label)
            found = evaluation_record(self.rows, outputs, self.config, self.recipe.task)
            found["figures"] |= self._control_figures(outputs, signals)
            for example, text, row, signal in zip(found["examples"], read, self.rows, signals, strict=False):
                example |= {"read": text, "asked": row.get("exemplar") or signal} if signal else {}
            return found

        return Evaluated(name, student, kept(record, mark, evaluate))

    def _control_figures(self, outputs: Sequence[str], signals: Sequence[str]) -> dict[str, Figure]:
        """How well outputs keep to what their student read or, if it read nothing, to what the rows ask for."""
        recipe = self.recipe
        if recipe.control is None:
            return {}
        if recipe.control_parser:
            return form_figures(self.rows, outputs, recipe.control_parser)
        asked = signals if any(signals) else self.signals
        return bucket_figures(self.rows, outputs, asked, recipe.control)

    @property
    def _control_code(self) -> list[Any]:
        """What decides the figures of control: the parser's code, or the buckets."""
        control, parser = self.recipe.control, self.recipe.control_parser
        assert control is not None
        return [parser_identity(parser)] if parser else [control.compression, control.abstraction]

    @cached_property
    def _code(self) -> list[Any]:
        """The content of the code that judges."""
        oracle, parser = self.config.oracle, self.config.parser
        code: list[Any] = [code_identity("oracle", oracle)] if oracle else []
        return code + ([parser_identity(parser)] if parser else [])


def systems_of(pipeline: Pipeline) -> Iterator[Evaluated]:
    """Every system of a run, trained first if need be."""
    evaluator, rounds = Evaluator(pipeline.recipe, pipeline.folder / "evaluation"), pipeline.rounds()
    yield evaluator.teacher("plain teacher")
    yield evaluator.student("student, round 0", pipeline.student(0))
    for number in range(1, rounds.trained + 1):
        which = f", round {number}" if rounds.trained > 1 else ""
        yield evaluator.student(f"student, self-distilled{which}", pipeline.student(number))
    if pipeline.recipe.control:
        yield from evaluator.led_student(pipeline.led_student())
    if not rounds.trained:  # nothing whose updates a control could match
        return
    if "more_training" in pipeline.recipe.controls:
        yield evaluator.student("control: more training on the old pairs", pipeline.more_training())
    if "fresh_pairs" in pipeline.recipe.controls:
        yield evaluator.student("control: fresh contexts, ordinary pairs", pipeline.fresh_pairs())


def _teacher_identity(config: SamplingConfig) -> list[Any]:
    """The teacher with the settings that its outputs as a baseline depend on."""
    return [load_teacher(config).identity(), config.bf16, config.sentence_tokens, config.domain.sentences]


def evaluation_record(
    rows: list[BenchmarkRow], outputs: list[str], config: EvaluationConfig, task: Task
) -> dict[str, Any]:
    """The figures of one system's outputs and its first examples."""
    sources, references = [row["source"] for row in rows], [row["reference"] for row in rows]
    oracle = load_oracle(config.oracle) if config.oracle else None
    parser = load_parser(config.parser) if config.parser else None
    figures = evaluate_outputs(sources, outputs, references, oracle, parser, task)
    examples = [
        {"source": s, "output": o, "faithful": is_faithful(oracle, s, o, task) if oracle else None}
        for s, o in zip(sources[:EXAMPLES], outputs, strict=False)
    ]
    return {"figures": figures, "examples": examples}
