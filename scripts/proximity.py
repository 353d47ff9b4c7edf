"""`impossible proximity`: the paper's Figure 3 for any teacher, critic and source of contexts."""

import argparse
import json
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from builders.config import to_mapping
from builders.errors import ConfigError, UsageError
from builders.files import atomic_path, write_json
from builders.models import model_identity
from builders.named import code_identity
from builders.proximity import measure_proximity
from builders.proximity_config import ProximityConfig
from builders.proximity_figures import Proximity
from builders.proximity_judging import KnownMeanings
from builders.teachers import load_teacher
from metrics.ibleu.sentence_bleu import signature
from model_cards.formatting import share, share_with_error
from model_cards.proximity_figure import proximity_figure
from scripts.checks import check_proximity
from scripts.partial_recipes import ProximityRecipe, load_proximity_recipe
from scripts.recipe_options import overrides_of, words_of
from trainers.oracle import Oracle, load_oracle


def report_proximity(options: argparse.Namespace) -> None:
    """Measures what the options ask for, writes `proximity.json` and `proximity.svg`, and prints the table."""
    recipe = load_proximity_recipe(options.recipe, overrides_of(options), options.contexts)
    config = _config(options)
    check_proximity(recipe)
    folder = Path(options.out or f"runs/{recipe.name}-proximity")
    known = _known(recipe.oracle) if recipe.oracle else None
    found = measure_proximity(config, recipe.sampling, recipe.semantic, known, recipe.seed, folder, recipe.workers)
    record = _record(recipe, config, found, _command_line(options))
    write_json(folder / "proximity.json", record)
    with atomic_path(folder / "proximity.svg") as partial_path:
        partial_path.write_text(proximity_figure(record), encoding="utf-8")
    if options.json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
        return
    for line in _lines(record):
        print(line)
    print(f"{folder}/proximity.svg shows it, {folder}/proximity.json holds every figure")


def _config(options: argparse.Namespace) -> ProximityConfig:
    try:
        return ProximityConfig(
            lengths=options.lengths,
            temperatures=options.temperatures,
            contexts=options.n,
            k=options.k,
            cut=options.cut,
            max_pairs=options.max_pairs,
        )
    except ConfigError as error:  # named like a setting, which is written like an option
        name, space, rest = str(error).partition(" ")
        raise UsageError(f"--{name.replace('contexts', 'n').replace('_', '-')}{space}{rest}") from None


def _known(oracle: str) -> KnownMeanings:
    return KnownMeanings(oracle, partial(_equivalent, oracle), code_identity("oracle", oracle))


def _equivalent(oracle: str, first: str, second: str) -> bool:
    """What the oracle of that name says; a function of this module, so that worker processes can be sent it."""
    return _oracle(oracle).equivalent(first, second)


@cache
def _oracle(path: str) -> Oracle:
    return load_oracle(path)


def _command_line(options: argparse.Namespace) -> str:
    """The command that measures this again, without where it was put."""
    words = words_of(options)
    words += ["--temperatures", ",".join(map(str, options.temperatures))]
    words += ["--lengths", ",".join(map(str, options.lengths)), "--n", str(options.n), "--k", str(options.k)]
    words += ["--cut", options.cut] if options.cut != "first" else []
    words += ["--max-pairs", str(options.max_pairs)] if options.max_pairs is not None else []
    return shlex.join(words)


def _record(recipe: ProximityRecipe, config: ProximityConfig, found: Proximity, command: str) -> dict[str, Any]:
    """What `proximity.json` holds."""
    sampling, semantic = recipe.sampling, recipe.semantic
    return {
        "name": recipe.name,
        "command": command,
        "version": version("impossible-distillation"),
        "seed": recipe.seed,
        "teacher": {"ref": sampling.teacher, **load_teacher(sampling).identity()},
        "critic": {
            "ref": semantic.model,
            **model_identity(semantic.model),
            "min_entailment": semantic.min_entailment,
        },
        "oracle": recipe.oracle,
        "domain": sampling.domain.name,
        "corpus": found.corpus,
        "settings": {
            **to_mapping(config),
            "top_p": sampling.top_p,
            "no_repeat_ngram_size": sampling.no_repeat_ngram_size,
            "sentence_tokens": sampling.sentence_tokens,
            "bf16": sampling.bf16,
        },
        "self_bleu": f"sentence BLEU of each sentence of a pair against the other, averaged; {signature('sentence')}",
        "counts": found.counts,
        "agreement": asdict(found.agreement) if found.agreement else None,
        "rows": [asdict(cell) for cell in found.cells],
    }


def _lines(record: dict[str, Any]) -> Iterator[str]:
    settings, critic = record["settings"], record["critic"]
    yield f"Teacher {record['teacher']['ref']}, critic {critic['ref']} (both ways >= {critic['min_entailment']:g})"
    passages = record["counts"]["passages"]
    of = f"the {settings['cut']} sentences of {passages} passages"
    yield f"Contexts: {of}, {settings['k']} next sentences each; ± standard error over contexts"
    if passages < settings["contexts"]:
        yield f"{settings['contexts'] - passages} of {settings['contexts']} passages were missing or too short"
    if too_long := record["counts"]["contexts_too_long"]:
        contexts = "1 context is" if too_long == 1 else f"{too_long} contexts are"
        yield f"{contexts} left out: too long for the teacher, which would have gone on from its last sentences"
    yield from _gaps(record)
    yield ""
    yield from _table(record)
    agreement = record["agreement"]
    if agreement:
        precision, recall = share(agreement["precision"]), share(agreement["recall"])
        yield ""
        yield f"Critic against the oracle {record['oracle']}, all pairs: precision {precision}, recall {recall}"


def _gaps(record: dict[str, Any]) -> Iterator[str]:
    """What is missing from the table, or has nothing in it."""
    pairs = {(row["length"], row["temperature"]): row["pairs"] for row in record["rows"]}
    for length in record["settings"]["lengths"]:
        for temperature in record["settings"]["temperatures"]:
            if not (found := pairs.get((length, temperature))):
                lacks = "no context" if found is None else "no context with two distinct sentences"
                yield f"Length {length}, T {temperature:g}: {lacks}"


def _table(record: dict[str, Any]) -> Iterator[str]:
    judges = ["critic", *(["oracle"] if record["oracle"] else [])]
    head = ["length", "T", "distinct", "pairs"]
    head += [name for judge in judges for name in (f"equivalent, {judge}", f"Self-BLEU, {judge}")]
    rows = [head]
    for row in record["rows"]:
        cells = [str(row["length"]), f"{row['temperature']:g}", f"{row['distinct']:.1f}", f"{row['pairs']:,}"]
        for judge in judges:
            cells += _judged_cells(row[judge])
        rows.append(cells)
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        yield "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))


def _judged_cells(judged: dict[str, Any]) -> list[str]:
    equivalent = "-" if judged["share"] is None else share_with_error(judged["share"], judged["share_error"])
    if judged["self_bleu"] is None:
        return [equivalent, "-"]
    error = judged["self_bleu_error"]
    return [equivalent, f"{judged['self_bleu']:.1f}" + ("" if error is None else f" ± {error:.1f}")]
