"""`impossible annotate`: a blind task for annotators, the page to rate on, and what they found."""

import argparse
import json
import sys
from contextlib import suppress
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

from builders.errors import RunError, UsageError, one_line
from builders.user_path import user_path
from model_cards.annotation import annotation_table
from model_cards.paper_tables import HUMAN_EVALUATIONS
from trainers.annotation.addresses import addresses
from trainers.annotation.answers import Answers
from trainers.annotation.making import make_task
from trainers.annotation.outputs import read_outputs, run_outputs
from trainers.annotation.ratings import read_ratings, write_csv, write_jsonl
from trainers.annotation.report import report
from trainers.annotation.server import AnnotationServer
from trainers.annotation.task import AnnotationTask, Systems, answers_folder, read_task, write_task


def annotate(options: argparse.Namespace) -> None:
    """One step of a human evaluation."""
    {"make": _make, "serve": _serve, "report": _report}[options.step](options)


def _make(options: argparse.Namespace) -> None:
    for name, least in (("n", 1), ("seed", 0)):
        if getattr(options, name) < least:
            raise UsageError(f"--{name} must be at least {least}, got {getattr(options, name)}")
    if options.run is not None:
        outputs, task = run_outputs(user_path(options.run))
    else:
        outputs, task = read_outputs(options.outputs), "paraphrase"
    made, systems = make_task(outputs, options.task or task, options.n, options.seed)
    folder = user_path(options.folder)
    is_new = write_task(folder, made, systems)
    if options.json:
        print(
            json.dumps({"folder": str(folder), "new": is_new, "items": len(made.items), **systems.made_from}, indent=2)
        )
        return
    print(f"{folder}: {'' if is_new else 'the same task was there already; '}{_counted(made, systems)}")
    _print_left_out(systems.made_from, options.n)
    print(f"Next: impossible annotate serve {folder}")


def _counted(made: AnnotationTask, systems: Systems) -> str:
    sources = systems.made_from["sources"]
    merged = sources * len(systems.outputs) - len(made.items)
    words = f"{len(made.items):,} outputs to rate, of {len(systems.outputs)} systems for {sources:,} sentences"
    return words + (f" ({merged:,} more equal another system's, whose rating counts for them)" if merged else "")


def _print_left_out(made_from: dict[str, Any], n: int) -> None:
    if made_from["sources"] < n:
        print(f"All {made_from['sources']:,} sentences are in it; {n:,} were asked for")
    if left_out := made_from["not_common_sources"]:
        print(f"Left out: {left_out:,} sentences that not every system has an output for")
    if repeated := made_from["repeated_sources"]:
        differing = f"{made_from['repeated_with_other_output']:,} with another output; the first counts"
        print(f"Left out: {repeated:,} rows whose sentence had come before in the same file ({differing})")


def _serve(options: argparse.Namespace) -> None:
    if not 0 <= options.port <= 65535:
        raise UsageError(f"--port must lie in 0..65535, got {options.port}")
    folder = user_path(options.folder)
    task, answers = read_task(folder), Answers(answers_folder(folder))
    try:
        server = AnnotationServer((options.host, options.port), task, answers)
    except (OSError, UnicodeError) as error:
        place = f"port {options.port} of {options.host}"
        raise RunError(f"{place} cannot be used ({one_line(error)}); choose another by --port or --host") from None
    with server, suppress(KeyboardInterrupt):
        here, *elsewhere = addresses(server.server_name, server.server_port)
        print(f"{here}  (Ctrl-C ends it)", *(f"{url}  (from elsewhere)" for url in elsewhere), sep="\n", flush=True)
        if not ip_address(server.server_name).is_loopback:
            warning = "whoever reaches this port can read the task and answer under any name"
            print(f"impossible: {warning}", file=sys.stderr, flush=True)
        server.serve_forever()


def _report(options: argparse.Namespace) -> None:
    found = read_ratings(user_path(options.folder))
    record = report(found, options.level, options.against)
    if options.paper:
        record["paper"] = asdict(HUMAN_EVALUATIONS[found.task.task])
    for place, write in ((options.csv, write_csv), (options.jsonl, write_jsonl)):
        if place is not None:
            write(user_path(place), found)
    print(json.dumps(record, indent=2, ensure_ascii=False) if options.json else annotation_table(record), end="")
