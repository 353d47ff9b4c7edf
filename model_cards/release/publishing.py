"""Pushing a release: check it here, work out what changes, commit once, tag, load it back.

Every step can be repeated: a push that was cut off anywhere is finished by the same push again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from huggingface_hub.utils import get_token

from model_cards.merging import merge_cards
from model_cards.release.changes import Change, card_difference, find_changes
from model_cards.release.contents import CARD, Release
from model_cards.release.errors import PassingError, ReleaseError
from model_cards.release.repository import MAIN, Repository
from model_cards.release.state import State
from model_cards.release.tags import next_tag, tag_release, untagged_release
from model_cards.release.verification import verify
from model_cards.run_folder import CardError
from model_cards.validation.release import release_problems

_TRIES = 6
_LONGEST_WAIT = 300.0  # seconds; a Hub that asks for more is left for another day
_PROPOSALS = 10  # pull requests that are looked at, latest first

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class PushOptions:
    """How to push.

    Args:
        private: For a repository that is not there yet.
        revision: The branch.
        as_proposal: Open a pull request instead.
        dry_run: Only work out what would change.
        say: Takes a line about what is going on.
    """

    private: bool = False
    revision: str = MAIN
    as_proposal: bool = False
    dry_run: bool = False
    say: Callable[[str], None] = print


@dataclass(frozen=True)
class Outcome:
    """What a push did, or with `dry_run` would do.

    Args:
        address: Of the repository's page.
        created: Whether the repository is new.
        changes: By path.
        card_lines: What the card loses and gains, as a difference.
        unchanged: Files of the release that are there already.
        commit: The release's commit; none in a dry run.
        tag: Of that commit; none on another branch, in a pull request, or for what has no versions.
        proposal: Address of the pull request.
        checked: What loading it back showed; empty when nothing was uploaded.
    """

    address: str
    created: bool
    changes: tuple[Change, ...]
    card_lines: tuple[str, ...]
    unchanged: int
    commit: str | None = None
    tag: str | None = None
    proposal: str | None = None
    checked: str = ""


def push(release: Release, options: PushOptions) -> Outcome:
    """Pushes a release, or says what that would change.

    Raises:
        ReleaseError: It breaks a rule of the Hub or holds a secret, the Hub refuses it, or what comes back differs.
    """
    check_release(release, release.card)
    repository = Repository(release.repo_type, release.repo_id, options.revision)
    repository.check_access()
    for model, file in release.needs:
        there = _retrying(Repository("model", model).state, options)
        if file not in there.files:
            lacking = f"holds no {file}" if there.commit else "is not on the Hub"
            raise ReleaseError(f"{release.repo_id} needs the model {model}, which {lacking}; push that first")
    outcome, files = _retrying(lambda: _commit(release, repository, options), options)
    if outcome.commit is None or (_is_tagged(release, options) and not outcome.tag):
        return outcome  # a dry run, or what is there has been checked before it was tagged
    commit = outcome.commit
    checked = _retrying(lambda: verify(release, repository, commit, files), options)
    if outcome.tag and release.version:
        version = release.version
        outcome = replace(outcome, tag=_retrying(lambda: tag_release(repository, version, commit), options))
    return replace(outcome, checked=checked)


def check_release(release: Release, card: str) -> None:
    """Finds what the Hub would refuse, or ought to, before anything is sent.

    Raises:
        ReleaseError: The first thing that is wrong, and how many more there are.
    """
    files = {**release.files, CARD: card.encode("utf-8")}
    here = (str(Path.home()), str(Path.cwd()))
    token = get_token()
    found = release_problems(files, release.repo_type, release.repo_id, here, (token,) if token else ())
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ReleaseError(f"nothing was pushed: {found[0]}{more}")


def _retrying(step: Callable[[], T], options: PushOptions) -> T:
    for tried in range(1, _TRIES + 1):
        try:
            return step()
        except PassingError as error:
            seconds = float(2 ** (tried - 1)) if error.wait is None else error.wait
            if tried == _TRIES or seconds > _LONGEST_WAIT:
                asked = f" and asks to wait {seconds:.0f} seconds" if seconds > _LONGEST_WAIT else ""
                remedy = "push again later: what was uploaded is not uploaded again"
                raise ReleaseError(f"{error}{asked}; {remedy}") from None
            options.say(f"{error}; trying again in {seconds:.0f} s")
            time.sleep(seconds)
    raise AssertionError("the last try returns or raises")


def _commit(release: Release, repository: Repository, options: PushOptions) -> tuple[Outcome, dict[str, Path | bytes]]:
    """Plans and commits; the outcome has no commit in a dry run. Also the files that the repository then holds."""
    state = repository.state()
    created = state.commit is None
    if options.private and not created and not state.private:
        remedy = "change it in the repository's settings, or leave --private out"
        raise ReleaseError(f"{release.repo_id} is public, and --private is for a new repository; {remedy}")
    if not options.dry_run and not state.has_branch:
        repository.create(options.private)
        state = repository.state()
    card = _merged_card(release, state)
    if card != release.card:
        check_release(replace(release, files={}), card)
    files = {**release.files, CARD: card.encode("utf-8")}
    changes = tuple(find_changes(files, release, state))
    commit, tag = state.commit, None
    if release.version and _is_tagged(release, options):
        if changes:
            tag = next_tag(release.version, state.tags)
        elif untagged := untagged_release(state):
            commit, tag = untagged
    outcome = Outcome(
        address=repository.address,
        created=created,
        changes=changes,
        card_lines=tuple(card_difference(state.card, card)),
        unchanged=len(files) - sum(change.kind != "removed" for change in changes),
        tag=tag,
    )
    if options.dry_run:
        return outcome, files
    if not changes:
        # A card edited since is no part of an earlier release.
        return replace(outcome, commit=commit), files if commit == state.commit else dict(release.files)
    if options.as_proposal and (number := _same_proposal(files, release, repository, state)):
        place = f"{repository.address}/discussions/{number}"
        same = replace(outcome, changes=(), unchanged=len(files), commit=state.proposals[number], proposal=place)
        return same, files
    written = {change.path: files[change.path] for change in changes if change.kind != "removed"}
    removed = [change.path for change in changes if change.kind == "removed"]
    title = f"Release {tag}: {release.title}" if tag else f"Release {release.title}"
    options.say(f"uploading {len(written)} files to {repository.address}")
    made, proposal = repository.commit(title, written, removed, state.commit, options.as_proposal)
    return replace(outcome, commit=made, proposal=proposal), files


def _merged_card(release: Release, state: State) -> str:
    # The Hub puts a card of its own into a new Space, of which nothing need be kept.
    is_new = release.repo_type == "space" and len(state.history) <= 1
    try:
        return merge_cards(None if is_new else state.card, release.card)
    except CardError as error:
        raise ReleaseError(f"the card of {release.repo_id} on the Hub is damaged: {error}") from None


def _is_tagged(release: Release, options: PushOptions) -> bool:
    return release.version is not None and not options.as_proposal and options.revision == MAIN


def _same_proposal(
    files: Mapping[str, Path | bytes], release: Release, repository: Repository, state: State
) -> int | None:
    """The latest pull request that proposes just this."""
    for number, commit in sorted(state.proposals.items(), reverse=True)[:_PROPOSALS]:
        proposed = State(commit, files=repository.files(commit))
        if not find_changes(files, release, proposed):
            return number
    return None
