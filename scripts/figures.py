"""Every figure of a run, gathered into `metrics.json`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from builders.config import fingerprint
from builders.critics.screen_audit import screen_recall
from builders.files import kept, write_json
from builders.journal import Stage
from builders.models import model_identity
from builders.named import code_identity
from builders.parsers.loading import load_parser, parser_identity
from builders.progress import track
from builders.sampling_config import SamplingConfig
from builders.teachers import load_teacher
from scripts.paraphrases import greedy_outputs
from scripts.pipeline import Pipeline
from scripts.provenance import preference_counts, provenance, released_statistics
from trainers.benchmark import BenchmarkRow, benchmark_rows
from trainers.evaluation import EvaluationConfig, audit_pairs, evaluate_outputs, teacher_outputs
from trainers.oracle import is_faithful, load_oracle
from trainers.training_pairs import Task

EXAMPLES = 20  # outputs of each system that metrics.json keeps


def write_metrics(pipeline: Pipeline, command: str) -> dict[str, Any]:
    """Evaluates and audits what the pipeline made, and writes `metrics.json`.

    Args:
        pipeline: Whose stages are made first if they are not there.
        command: As the user gave it; the cards state it.
    """
    recipe = pipeline.recipe
    systems = list(_systems(pipeline)) if recipe.evaluation else []  # trains what is still to be trained
    metrics = {
        "name": recipe.name,
        "task": recipe.task,
        "domain": recipe.sampling.domain.name,
        "seed": recipe.seed,
        **provenance(recipe),
        "command": command,
        "corpus": Stage.load(pipeline.folder / "samples" / "round-0").description.get("corpus"),
        "rounds": [_round(pipeline, *origin) for origin in _origins(pipeline)],
        "dataset": _dataset(pipeline),
        "evaluation": _evaluation(recipe.evaluation, systems) if recipe.evaluation else None,
        "timings": _timings(pipeline),
    }
    write_json(pipeline.folder / "metrics.json", metrics)
    return metrics


def _origins(pipeline: Pipeline) -> Iterator[tuple[int, str, Stage]]:
    yield 0, "teacher", pipeline.pairs(0)
    for number in range(1, pipeline.last_round + 1):
        yield number, "self-distillation", pipeline.pairs(number)
    if "fresh_pairs" in pipeline.recipe.controls:
        yield 1, "control", pipeline.pairs_of_fresh_contexts()


def _round(pipeline: Pipeline, number: int, origin: str, pairs: Stage) -> dict[str, Any]:
    counts = pairs.counts()
    # A stage of pairs is named like its samples.
    samples = Stage.load(pipeline.folder / "samples" / pairs.folder.name).counts()
    evaluation = pipeline.recipe.evaluation
    oracle = evaluation.oracle if evaluation else None
    audit = audit_pairs(pairs.read_rows(), load_oracle(oracle), pipeline.recipe.task) if oracle else None
    return {
        "round": number,
        "origin": origin,
        "contexts": counts["contexts"],
        "missing_contexts": samples.pop("refused:passage_too_short"),
        "repeated_contexts": samples.pop("refused:repeated_context"),
        "cut_contexts": samples["cut_contexts"],
        "dropped_contexts": samples.pop("refused:context_too_long"),
        "sampled": samples["sampled"],
        "refused": _reasons(samples, "refused:"),
        "sentences": counts["sentences"],
        "outputs": counts.get("outputs"),  # a student's
        "refused_outputs": _reasons(counts, "refused:"),
        "candidates": counts["candidates"],
        "dropped": _reasons(counts, "dropped:"),
        "kept": counts["kept"],
        "screen": screen_recall(counts),
        "audit": {"oracle": oracle, **audit} if audit else None,
    }


def _reasons(counts: dict[str, int], start: str) -> list[dict[str, Any]]:
    """What a stage turned away, by reason, in its order."""
    return [
        {"reason": name.removeprefix(start), "count": count} for name, count in counts.items() if name.startswith(start)
    ]


def _dataset(pipeline: Pipeline) -> dict[str, Any]:
    assembly = pipeline.dataset().assembly
    rounds = [row["round"] for table in assembly.splits.values() for row in table.select(["round"]).to_pylist()]
    return {
        "config": pipeline.recipe.sampling.domain.name,
        "splits": {name: len(table) for name, table in assembly.splits.items()},
        "rounds": {str(number): rounds.count(number) for number in sorted(set(rounds))},
        "dropped_duplicates": assembly.dropped_duplicates,
        "dropped_near_duplicates": assembly.dropped_near_duplicates if pipeline.recipe.deduplication else None,
        "dropped_leaks": assembly.dropped_leaks,
        "preference": preference_counts(pipeline),
        **released_statistics(pipeline),
    }


def _timings(pipeline: Pipeline) -> dict[str, float]:
    """Seconds of the recipe's stages, all of which have been asked for."""
    return {stage: seconds for stage, seconds in pipeline.timings.read().items() if stage in pipeline.timings.asked}


def _systems(pipeline: Pipeline) -> Iterator[tuple[str, Path | None, dict[str, Any]]]:
    """Every system with the folder it came from and what the evaluation says of it."""
    recipe = pipeline.recipe
    assert recipe.evaluation is not None
    rows = benchmark_rows(recipe.evaluation, recipe.task)
    oracle, parser = recipe.evaluation.oracle, recipe.evaluation.parser
    code = [code_identity("oracle", oracle)] if oracle else []
    code += [parser_identity(parser)] if parser else []

    def evaluated(name: str, student: Path | None) -> tuple[str, Path | None, dict[str, Any]]:
        identity = _teacher_identity(recipe.sampling) if student is None else model_identity(str(student))
        sources = [row["source"] for row in rows]
        mark = fingerprint(identity, rows, recipe.evaluation, code, recipe.task)
        record = pipeline.folder / "evaluation" / f"{student.name if student else 'teacher'}.json"

        def evaluate() -> dict[str, Any]:
            label = f"evaluate {record.stem}"
            if student is None:
                outputs = teacher_outputs(recipe.sampling, sources, partial(track, label=label))
            else:
                outputs = greedy_outputs(str(student), sources, label)
            assert recipe.evaluation is not None
            return evaluation_record(rows, outputs, recipe.evaluation, recipe.task)

        return name, student, kept(record, mark, evaluate)

    yield evaluated("plain teacher", None)
    yield evaluated("student, round 0", pipeline.student(0))
    if recipe.self_distillation:
        yield evaluated("student, self-distilled", pipeline.student(pipeline.last_round))
    if "more_training" in recipe.controls:
        yield evaluated("control: more training on the old pairs", pipeline.more_training())
    if "fresh_pairs" in recipe.controls:
        yield evaluated("control: fresh contexts, ordinary pairs", pipeline.fresh_pairs())


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


def _evaluation(config: EvaluationConfig, systems: list[tuple[str, Path | None, dict[str, Any]]]) -> dict[str, Any]:
    return {
        "benchmark": config.benchmark or config.data,
        "split": config.split if config.benchmark else None,  # a file of rows is taken as it is
        "n": systems[0][2]["figures"]["copy"]["n"],  # every row counts for this figure
        "systems": [
            {"name": name, "path": f"students/{path.name}" if path else None, **record}
            for name, path, record in systems
        ],
    }
