"""`impossible push`: a run's dataset, student, Space or a metric to the Hub, or what that would change."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError
from builders.files import check_run_folder, read_json, read_text, write_json
from model_cards.release.contents import Release, dataset_release, model_release, space_release
from model_cards.release.errors import ReleaseError
from model_cards.release.metric import metric_release
from model_cards.release.publishing import Outcome, PushOptions, push
from model_cards.run_folder import CardError
from model_cards.validation.names import check_repo_id

RELEASES = "releases.json"  # in a run folder: where its dataset and model were pushed, for the cards that name them
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]|[A-Za-z0-9]")
_SIGNS = {"new": "+", "changed": "~", "removed": "-"}


def push_to_hub(options: argparse.Namespace) -> None:
    """Pushes what the options name and prints what changed."""
    _check_options(options)
    try:
        release = _release(options)
        outcome = push(release, _push_options(options))
    except (CardError, ReleaseError) as error:
        raise RunError(str(error)) from None
    if options.json:
        print(json.dumps(_record(outcome), indent=2, ensure_ascii=False))
    else:
        _print(outcome, options)
    if not options.dry_run and not options.create_pr and options.kind in ("dataset", "model"):
        _remember(Path(options.source), options.kind, options.to)


def _check_options(options: argparse.Namespace) -> None:
    for option, kind in (("dataset", "model"), ("base_model", "model"), ("model", "space")):
        if getattr(options, option) is not None and options.kind != kind:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} is for 'push {kind}', not for 'push {options.kind}'; leave it out")
    for name in (options.to, options.model, options.dataset, options.base_model):
        if name is not None:
            try:
                check_repo_id(name)
            except ValueError as error:
                raise UsageError(str(error)) from None
    if not _BRANCH.fullmatch(options.revision) or ".." in options.revision or options.revision.startswith("refs/"):
        raise UsageError(f"--revision must name a branch, such as next, got '{options.revision}'")
    if options.create_pr and options.revision != "main":
        raise UsageError(f"--create-pr proposes a change of main, got --revision {options.revision}; give one of them")


def _release(options: argparse.Namespace) -> Release:
    if options.kind == "metric":
        return metric_release(Path(options.source).name, options.to)
    run = Path(options.source)
    check_run_folder(run)
    known = _known(run)
    if options.kind == "dataset":
        return dataset_release(run, options.to)
    if options.kind == "model":
        return model_release(run, options.to, options.dataset or known.get("dataset"), options.base_model)
    return space_release(run, options.to, options.model or known.get("model") or options.to)


def _push_options(options: argparse.Namespace) -> PushOptions:
    return PushOptions(
        private=options.private,
        revision=options.revision,
        as_proposal=options.create_pr,
        dry_run=options.dry_run,
        say=lambda line: print(line, file=sys.stderr),
    )


def _known(run: Path) -> dict[str, str]:
    path = run / RELEASES
    if not path.is_file():
        return {}
    known = read_json(read_text(path), str(path))
    if not isinstance(known, dict) or not all(isinstance(place, str) for place in known.values()):
        raise RunError(f"{path} must hold names of repositories, got {known!r:.60}; correct or delete it")
    return known


def _remember(run: Path, kind: str, repo_id: str) -> None:
    try:
        write_json(run / RELEASES, _known(run) | {kind: repo_id})
    except RunError as error:
        print(f"pushed, but not noted in the run folder: {error}", file=sys.stderr)


def _record(outcome: Outcome) -> dict[str, Any]:
    return {
        "address": outcome.address,
        "created": outcome.created,
        "changes": [vars(change) for change in outcome.changes],
        "card_difference": outcome.card_lines,
        "unchanged": outcome.unchanged,
        "commit": outcome.commit,
        "tag": outcome.tag,
        "pull_request": outcome.proposal,
        "checked": outcome.checked,
    }


def _print(outcome: Outcome, options: argparse.Namespace) -> None:
    new = " (a new repository)" if outcome.created else ""
    print(f"{outcome.address}{new}")
    for change in outcome.changes:
        print(f"  {_SIGNS[change.kind]} {change.path:56} {change.size:>14,} bytes  {change.kind}")
    if outcome.unchanged:
        print(f"  = {outcome.unchanged} files as they are there already")
    if options.dry_run:
        for line in outcome.card_lines:
            print(f"    {line}")
        tag = f", tagged {outcome.tag}" if outcome.tag else ""
        print(f"dry run: one commit would make this{tag}" if outcome.changes else "dry run: nothing would change")
        return
    if not outcome.changes:
        print(f"nothing to change{f'; tagged {outcome.tag}' if outcome.tag else ''}")
    else:
        tag = f", tag {outcome.tag}" if outcome.tag else ""
        print(f"commit {outcome.commit}{tag}; {outcome.checked}")
    if outcome.proposal:
        print(f"pull request {outcome.proposal}")
