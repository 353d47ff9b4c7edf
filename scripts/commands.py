"""What the commands do, one function each, named like the command."""

import argparse
import json
import shlex
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError
from builders.journal import Stage
from model_cards.ablation import ablation_table
from model_cards.dataset_card import write_dataset_card
from model_cards.model_card import write_model_card
from model_cards.report import write_report
from model_cards.run_figures import write_figures
from model_cards.run_folder import CardError
from model_cards.summary import summary_table
from model_cards.vocabulary import refusal_words
from scripts.ablation import run_ablation
from scripts.annotation import annotate as annotate_outputs
from scripts.calibration import calibrate_critic
from scripts.checks import check_recipe
from scripts.evaluate import evaluate_systems
from scripts.figures import write_metrics
from scripts.inspection import inspect_context
from scripts.paraphrases import print_paraphrases
from scripts.pipeline import Pipeline
from scripts.proximity import report_proximity
from scripts.recipe import Recipe, load_recipe
from scripts.recipe_options import overrides_of, words_of


def demo(options: argparse.Namespace) -> None:
    """The whole loop on the microworld."""
    run(options)


def run(options: argparse.Namespace) -> None:
    """A recipe to its end."""
    recipe = _recipe(options)
    if recipe.ablation:
        _run_ablation(options, recipe)
        return
    pipeline = Pipeline(recipe, _folder(options, recipe), keep_rejects=options.keep_rejects)
    student = pipeline.release_student()  # first: a training that fails must not leave the dataset of some rounds
    pipeline.dataset()
    metrics = write_metrics(pipeline, shlex.join(words_of(options)))
    try:
        write_dataset_card(pipeline.folder, pipeline.dataset_folder)
        write_model_card(pipeline.folder, student)
        report = write_report(pipeline.folder)
        write_figures(pipeline.folder)
    except CardError as error:
        raise RunError(str(error)) from error
    if options.json:
        _print_json(metrics)
    else:
        print(summary_table(metrics))
        print(f"\nDataset {pipeline.dataset_folder}, student {student}, report {report}")


def _run_ablation(options: argparse.Namespace, recipe: Recipe) -> None:
    folder = _folder(options, recipe)
    record = run_ablation(recipe, folder, shlex.join(words_of(options)))
    if options.json:
        _print_json(record)
    else:
        print(ablation_table(record))
        print(f"\n{folder}/report.html shows it, {folder}/ablation.json holds every figure")


def sample(options: argparse.Namespace) -> None:
    """Teacher samples of round 0."""
    stage = _pipeline(options).samples(0)
    _print_stage(options, _stage_record(stage))


def build(options: argparse.Namespace) -> None:
    """Scored pairs of round 0 and, when all parts are there, the splits that they make."""
    pipeline = _pipeline(options)
    pairs = pipeline.pairs(0)
    record = _stage_record(pairs)
    if pairs.complete:
        assembly = pipeline.builder([pairs]).assembly
        record["splits"] = {name: len(table) for name, table in assembly.splits.items()}
        for name in ("dropped_duplicates", "dropped_near_duplicates", "dropped_leaks"):
            record[name] = getattr(assembly, name)
    _print_stage(options, record)


def train(options: argparse.Namespace) -> None:
    """The student of round 0, or one of somebody's own pairs."""
    if options.data is not None:
        from scripts.training_data import train_on_table  # datasets is slow to import

        _print_student(options, train_on_table(options))
        return
    for option in ("split", "config", "columns"):
        if getattr(options, option) is not None:
            raise UsageError(f"--{option} is for --data, pairs of your own; name them with --data")
    _print_student(options, _pipeline(options).student(0))


def self_distill(options: argparse.Namespace) -> None:
    """The self-distilled student."""
    pipeline = _pipeline(options)
    if pipeline.recipe.self_distillation is None:
        raise UsageError(
            f"recipe '{options.recipe}' has no self_distillation section; add one or run 'impossible train'"
        )
    _print_student(options, pipeline.student(pipeline.rounds().trained))


def evaluate(options: argparse.Namespace) -> None:
    """Systems on a benchmark or a file."""
    evaluate_systems(options)


def annotate(options: argparse.Namespace) -> None:
    """Outputs rated by people."""
    annotate_outputs(options)


def paraphrase(options: argparse.Namespace) -> None:
    """Paraphrases of sentences."""
    print_paraphrases(options)


def filter(options: argparse.Namespace) -> None:
    """A recipe's critics on anyone's pairs."""
    from scripts.filter_pairs import filter_dataset  # datasets is slow to import

    filter_dataset(options)


def describe(options: argparse.Namespace) -> None:
    """Datasets of sentence pairs by the columns of the paper's Table 1."""
    from scripts.describe import describe_datasets  # datasets is slow to import

    describe_datasets(options)


def inspect(options: argparse.Namespace) -> None:
    """One context of a run."""
    inspect_context(options)


def calibrate(options: argparse.Namespace) -> None:
    """The semantic critic against people's labels."""
    calibrate_critic(options)


def proximity(options: argparse.Namespace) -> None:
    """How close a teacher's next sentences are."""
    report_proximity(options)


def push(options: argparse.Namespace) -> None:
    """A release to the Hub."""
    from scripts.push_to_hub import push_to_hub  # the Hub's client and datasets are slow to import

    push_to_hub(options)


def playground(options: argparse.Namespace) -> None:
    """The page to try a student on."""
    from scripts.playground import playground as serve  # torch and gradio are slow to import

    serve(options)


def _recipe(options: argparse.Namespace) -> Recipe:
    """The recipe, with all that it names looked at."""
    recipe = load_recipe(options.recipe, overrides_of(options), options.contexts)
    check_recipe(recipe, _folder(options, recipe))
    return recipe


def _folder(options: argparse.Namespace, recipe: Recipe) -> Path:
    return Path(options.out or f"runs/{recipe.name}")


def _pipeline(options: argparse.Namespace) -> Pipeline:
    only = _part(options)
    recipe = _recipe(options)
    return Pipeline(recipe, _folder(options, recipe), only, getattr(options, "keep_rejects", False))


def _part(options: argparse.Namespace) -> tuple[int, int] | None:
    """The part of the shards that was asked for; None is all of them."""
    parts, index = getattr(options, "num_shards", 1), getattr(options, "shard_index", 0)
    if parts < 1:
        raise UsageError(f"--num-shards must be at least 1, got {parts}")
    if not 0 <= index < parts:
        raise UsageError(f"--shard-index must lie in 0..{parts - 1} for --num-shards {parts}, got {index}")
    return (index, parts) if parts > 1 else None


def _stage_record(stage: Stage) -> dict[str, Any]:
    missing = len(stage.missing())
    counts = {} if missing else stage.counts()
    return {"folder": str(stage.folder), "shards": stage.num_shards, "missing_shards": missing, **counts}


def _print_stage(options: argparse.Namespace, record: dict[str, Any]) -> None:
    if options.json:
        _print_json(record)
        return
    folder, shards, missing = record.pop("folder"), record.pop("shards"), record.pop("missing_shards")
    if missing:
        print(f"{folder}: {missing} of {shards} shards are still missing; run the other parts of the stage")
        return
    splits = record.pop("splits", {})
    for name, count in (record | {f"{name} rows": rows for name, rows in splits.items()}).items():
        if count or not name.startswith("refused:"):
            print(f"{_count_words(name):48} {count:>10,}")
    print(f"load_dataset('parquet', data_files='{folder}/*.parquet') reads these {shards} shards")


def _count_words(name: str) -> str:
    kind, _, reason = name.partition(":")
    if kind == "refused":
        return f"  refused: {refusal_words(reason)}"
    return name.replace("dropped:", "dropped by ").replace("_", " ")


def _print_student(options: argparse.Namespace, folder: Path) -> None:
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    if options.json:
        _print_json({"folder": str(folder), **record})
    else:
        print(f"{folder}: {record['method']} fine-tuning on {record['pairs']:,} pairs, {record['steps']:,} updates")


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
