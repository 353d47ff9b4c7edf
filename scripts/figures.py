"""Every figure of a run, gathered into `metrics.json`."""

from collections.abc import Iterator
from typing import Any

from builders.control import control_config
from builders.critics.screen_audit import screen_recall
from builders.files import write_json
from builders.journal import Stage
from scripts.evaluated_systems import systems_of
from scripts.evaluations import Evaluated
from scripts.pipeline import Pipeline
from scripts.provenance import preference_counts, provenance, released_statistics
from trainers.evaluation import audit_pairs
from trainers.evaluation_config import EvaluationConfig
from trainers.oracle import load_oracle


def write_metrics(pipeline: Pipeline, command: str) -> dict[str, Any]:
    """Evaluates and audits what the pipeline made, and writes `metrics.json`.

    Args:
        pipeline: Whose stages are made first if they are not there.
        command: As the user gave it; the cards state it.
    """
    recipe = pipeline.recipe
    systems = list(systems_of(pipeline)) if recipe.evaluation else []  # trains what is still to be trained
    metrics = {
        "name": recipe.name,
        "task": recipe.task,
        "domain": recipe.sampling.domain.name,
        "seed": recipe.seed,
        **provenance(recipe),
        "command": command,
        "corpus": Stage.load(pipeline.folder / "samples" / "round-0").description.get("corpus"),
        "rounds": [_round(pipeline, *origin) for origin in _origins(pipeline)],
        "stopped": pipeline.rounds().stopped,
        "dataset": _dataset(pipeline),
        "evaluation": _evaluation(recipe.evaluation, systems) if recipe.evaluation else None,
        "timings": _timings(pipeline),
    }
    write_json(pipeline.folder / "metrics.json", metrics)
    return metrics


def _origins(pipeline: Pipeline) -> Iterator[tuple[int, str, Stage]]:
    yield 0, "teacher", pipeline.pairs(0)
    for number in range(1, pipeline.rounds().made + 1):
        yield number, "self-distillation", pipeline.pairs(number)
    if "fresh_pairs" in pipeline.recipe.controls and pipeline.rounds().trained:
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
        "known_sentences": counts.get("known", 0),
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
        "control": _parsed_pairs(pipeline),
        **released_statistics(pipeline),
    }


def _parsed_pairs(pipeline: Pipeline) -> dict[str, str] | None:
    """The configuration of pairs with parses, and their parser."""
    recipe = pipeline.recipe
    parser = recipe.control_parser
    return {"config": control_config(recipe.sampling.domain.name), "parser": parser} if parser else None


def _timings(pipeline: Pipeline) -> dict[str, float]:
    """Seconds of the recipe's stages, all of which have been asked for."""
    return {stage: seconds for stage, seconds in pipeline.timings.read().items() if stage in pipeline.timings.asked}


def _evaluation(config: EvaluationConfig, systems: list[Evaluated]) -> dict[str, Any]:
    return {
        "benchmark": config.benchmark or config.data,
        "split": config.split if config.benchmark else None,  # a file of rows is taken as it is
        "n": systems[0].record["figures"]["copy"]["n"],  # every row counts for this figure
        "systems": [
            {
                "name": each.name,
                "path": f"students/{each.student.name}" if each.student else None,
                "outputs": f"evaluation/{each.outputs.name}",
                **each.record,
            }
            for each in systems
        ],
    }
