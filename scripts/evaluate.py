"""`impossible evaluate`: systems side by side on the same rows, and what tells them apart."""

import argparse
import dataclasses
import json
from typing import Any

import yaml

from builders.errors import UsageError
from builders.models import model_identity
from builders.user_path import user_path
from metrics.ibleu.sentence_bleu import signature
from model_cards.comparison import comparison_tables
from model_cards.eval_results import model_index
from model_cards.paper_results import published_on
from scripts.checks import check_judges
from scripts.evaluations import examples
from scripts.systems import system_outputs
from trainers.benchmark import Benchmark, open_benchmark
from trainers.conformity import form_scores
from trainers.evaluation import figures_of
from trainers.evaluation_config import EvaluationConfig
from trainers.output_rows import write_outputs
from trainers.resampling import Scores, differences
from trainers.scores import Judges, load_scorer, output_scores
from trainers.training_pairs import Task


def evaluate_systems(options: argparse.Namespace) -> None:
    """Scores a system and those that it is held against, and prints tables, JSON or a card's `model-index`."""
    config = EvaluationConfig(
        benchmark=options.benchmark,
        data=options.data,
        columns=tuple(name.strip() for name in options.columns.split(",")) if options.columns else (),
        config=options.config,
        split=options.split,
        n=options.n,
        oracle=options.oracle,
        parser=options.parser,
        encoder=options.encoder,
        nli=options.nli,
    )
    if options.benchmark is None and options.data is None:
        raise UsageError("there is nothing to evaluate on; name --benchmark or --data")
    systems = [options.model, *options.against]
    if twice := [system for system in systems if systems.count(system) > 1]:
        raise UsageError(f"'{twice[0]}' is named twice, and does not differ from itself; name another with --against")
    check_judges(config, options.task)
    benchmark = open_benchmark(config, options.task)
    outputs = {system: system_outputs(system, benchmark.rows, options.task, options.prompt) for system in systems}
    if options.outputs:
        write_outputs(user_path(options.outputs), benchmark.rows, outputs[options.model])
    record = _record(config, options.task, benchmark, outputs)
    if options.paper:
        record["paper"] = [dataclasses.asdict(row) for row in published_on(benchmark.place)]
    if options.json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
    elif options.model_index:
        print(yaml.safe_dump(model_index(record), sort_keys=False, allow_unicode=True), end="")
    else:
        print(comparison_tables(record))


def _record(
    config: EvaluationConfig, task: Task, benchmark: Benchmark, outputs: dict[str, list[str]]
) -> dict[str, Any]:
    judges = Judges.of(config)
    scores = {system: _scores(config, task, benchmark, texts, judges) for system, texts in outputs.items()}
    first, *others = scores
    return {
        "task": task,
        "benchmark": _benchmark(config, benchmark),
        "judges": _judges(config),
        "bleu": {level: signature(level) for level in ("sentence", "corpus")} if task == "paraphrase" else None,
        "systems": [
            {
                "name": system,
                "empty": sum(not text.strip() for text in texts),
                "figures": figures_of(scores[system]),
                "examples": examples(benchmark.rows, texts, judges, task),
            }
            for system, texts in outputs.items()
        ],
        "differences": [
            {
                "system": first,
                "against": other,
                "figures": {
                    name: dataclasses.asdict(gap) for name, gap in differences(scores[first], scores[other]).items()
                },
            }
            for other in others
        ],
    }


def _benchmark(config: EvaluationConfig, benchmark: Benchmark) -> dict[str, Any]:
    return {
        "place": benchmark.place,
        "data": config.data,
        "split": benchmark.split,
        "n": len(benchmark.rows),
        "cut": benchmark.cut,
        "note": benchmark.note,
        **benchmark.identity,
    }


def _judges(config: EvaluationConfig) -> dict[str, Any]:
    """Who judged, as they were named, and which content these names had."""
    models = {"encoder": config.encoder, "nli": config.nli}
    return {
        "oracle": config.oracle,
        "parser": config.parser,
        **models,
        "bert_score": f"{config.encoder}_L{load_scorer(config.encoder).layer}_no-idf" if config.encoder else None,
        "models": {name: model_identity(model) for name, model in models.items() if model is not None},
    }


def _scores(
    config: EvaluationConfig, task: Task, benchmark: Benchmark, texts: list[str], judges: Judges
) -> dict[str, Scores]:
    found = output_scores(benchmark.rows, texts, judges, task)
    return found | (form_scores(benchmark.rows, texts, config.parser) if config.parser else {})
