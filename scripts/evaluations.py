"""Every system of a run on its test rows: the plain teacher, the students, the controls."""

from collections.abc import Iterator
from functools import cached_property, partial
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
from trainers.evaluation import EvaluationConfig, evaluate_outputs, teacher_outputs
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
        """The test rows."""
        return benchmark_rows(self.config, self.recipe.task)

    def teacher(self, name: str) -> Evaluated:
        """The plain teacher."""
        return self._evaluated(name, None)

    def student(self, name: str, student: Path) -> Evaluated:
        """A student."""
        return self._evaluated(name, student)

    def _evaluated(self, name: str, student: Path | None) -> Evaluated:
        identity = _teacher_identity(self.recipe.sampling) if student is None else model_identity(str(student))
        mark = fingerprint(identity, self.rows, self.config, self._code, self.recipe.task)
        record = self.folder / f"{student.name if student else 'teacher'}.json"

        def evaluate() -> dict[str, Any]:
            sources, label = [row["source"] for row in self.rows], f"evaluate {record.stem}"
            if student is None:
                outputs = teacher_outputs(self.recipe.sampling, sources, partial(track, label=label))
            else:
                outputs = greedy_outputs(str(student), sources, label)
            return evaluation_record(self.rows, outputs, self.config, self.recipe.task)

        return Evaluated(name, student, kept(record, mark, evaluate))

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
