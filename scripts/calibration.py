"""`impossible calibrate`: pairs for people to label, and what the labels say of the semantic critic."""

import argparse
import json
from pathlib import Path
from typing import Any

from builders.calibrated_stage import CalibratedStage
from builders.calibration import LEAST_LABELS, Calibration, report
from builders.calibration_draw import draw
from builders.errors import RunError, UsageError
from builders.files import read_json, read_text, write_json
from builders.label_files import read_labels, write_label_file
from builders.token_batches import within_memory
from model_cards.formatting import count, share

_SHOWN = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)


def calibrate_critic(options: argparse.Namespace) -> None:
    """Draws pairs to label, or reads the labels back and reports."""
    if options.n < LEAST_LABELS:
        raise UsageError(f"--n must be at least {LEAST_LABELS}, got {options.n}")
    if options.seed < 0:
        raise UsageError(f"--seed must be at least 0, got {options.seed}")
    if not 0 < options.precision < 1:
        raise UsageError(f"--precision must lie in (0, 1), got {options.precision:g}")
    folder = Path(options.run) / "calibration"
    stage = CalibratedStage.of(Path(options.run))
    if options.labels is None:
        _draw(options, stage, folder)
    else:
        _report(options, stage, folder)


def _draw(options: argparse.Namespace, stage: CalibratedStage, folder: Path) -> None:
    table = folder / "pairs.tsv"
    if table.exists():
        write_label_file(table, [], [])  # refuses before anything is scored if it holds labels
    pairs, record = within_memory(lambda: draw(stage, options.n, options.seed))
    write_label_file(table, [pair["id"] for pair in record["pairs"]], pairs)
    write_json(folder / "pairs.json", record)
    if options.json:
        print(json.dumps({"file": str(table), "pairs": len(pairs), **_drawn(record)}, indent=2))
        return
    drawn = _drawn(record)
    print(
        f"{table}: {len(pairs)} pairs to label, chosen by their scores from {drawn['scored']:,} candidates "
        f"of {drawn['contexts_drawn']:,} contexts"
    )
    if stage.semantic.symmetric:
        print("In its column 'label' write 1 or yes where source and target mean the same, else 0 or no:")
        print(
            "the same people, numbers, times and claims, nothing added and nothing left out. Wording does not matter."
        )
    else:
        print("In its column 'label' write 1 or yes where the target follows from the source, else 0 or no:")
        print("it may leave things out, but must say nothing that the source does not.")
    print("Leave a row empty if you cannot tell. The order is random, so the first rows alone will do. Then run")
    print(f"impossible calibrate {options.run} --labels {table}")


def _drawn(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "scored": len(record["scores"]),
        "contexts_drawn": len(set(record["contexts"])),
        "candidates_in_run": record["candidates_in_run"],
        "contexts_in_run": record["contexts_in_run"],
    }


def _report(options: argparse.Namespace, stage: CalibratedStage, folder: Path) -> None:
    record = _read_draw(options, stage, folder)
    labels = read_labels(Path(options.labels))
    known = {pair["id"] for pair in record["pairs"]}
    if strange := [name for name in labels if name not in known]:
        raise RunError(f"{options.labels}: pair '{strange[0]}' is none of those drawn into {folder}; give their file")
    if not labels:
        raise RunError(f"{options.labels} holds no label yet; write 1 or 0 in its column 'label'")
    calibration = Calibration(record, labels)
    result = {
        "model": stage.semantic.model,
        "direction": stage.semantic.direction,
        "threshold": stage.semantic.min_entailment,
        "labelled": len(labels),
        "yes": sum(labels.values()),
        "to_label": len(known),
        **_drawn(record),
        **report(calibration, stage.semantic.min_entailment, options.precision),
        "strata": calibration.strata(),
        "cuts": record["cuts"],
        "scored_by": record["scored_by"],
        "pairs_stage": stage.pairs.fingerprint,
    }
    write_json(folder / "calibration.json", result)
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        _print(result, folder)


def _read_draw(options: argparse.Namespace, stage: CalibratedStage, folder: Path) -> dict[str, Any]:
    path = folder / "pairs.json"
    if not path.is_file():
        raise UsageError(
            f"{folder} holds no draw; run 'impossible calibrate {options.run}' first, then label its pairs"
        )
    record: dict[str, Any] = read_json(read_text(path), str(path))
    if record.get("scored_by") != stage.scored_by():
        problem = f"the samples or the critics of {options.run} have changed since the pairs of {path} were drawn"
        raise RunError(f"{problem}; move {folder} away and draw again")
    return record


def _print(result: dict[str, Any], folder: Path) -> None:
    ways = "both ways" if result["direction"] == "both" else "forward"
    print(f"{result['model']}, entailment {ways}, threshold {result['threshold']:g}")
    print(
        f"{result['labelled']} of {result['to_label']} pairs labelled, {result['yes']} of them yes; they stand for "
        f"{count(result['scored'])} scored pairs of {count(result['contexts_drawn'])} contexts"
    )
    print(
        f"\n{'threshold':>11}  {'accepted':>8}  {'precision (95% interval)':26}  {'recall (95% interval)':26}  labels"
    )
    shown = [point for point in result["curve"] if point["threshold"] in _SHOWN]
    here = result["at_threshold"]
    for point in sorted(
        [here, *(p for p in shown if p["threshold"] != here["threshold"])], key=lambda p: p["threshold"]
    ):
        mark = "*" if point is here else " "
        print(
            f"{mark}{point['threshold']:10g}  {share(point['accepted']):>8}  {_with_interval(point['precision']):26}  "
            f"{_with_interval(point['recall']):26}  {point['labels']:6}"
        )
    print("* the recipe's. Labels: how many of the pairs from that score up have one.\n")
    wanted = share(result["wanted_precision"])
    lowest, assured = result["lowest"], result["assured"]
    if lowest is None:
        print(f"No threshold has a precision of {wanted} by these labels")
    else:
        print(f"Lowest threshold with a precision of {wanted}: {_suggested(lowest)}")
    if assured is None:
        print(f"None whose interval lies above {wanted} as a whole; more labels narrow it")
    elif assured == lowest:
        print("Its interval as a whole lies there")
    else:
        print(f"Lowest whose interval as a whole lies there:  {_suggested(assured)}")
    print("A threshold chosen by the labels that also measure it looks a little better than it is.")
    print(f"Written to {folder / 'calibration.json'}; 'impossible run' puts it on the dataset's card")


def _suggested(point: dict[str, Any]) -> str:
    precision, recall = _with_interval(point["precision"]), _with_interval(point["recall"])
    return f"{point['threshold']:g} (precision {precision}, recall {recall})"


def _with_interval(figure: dict[str, float] | None) -> str:
    if figure is None:
        return "-"
    return f"{share(figure['value'])} ({100 * figure['low']:.1f} to {100 * figure['high']:.1f})"
