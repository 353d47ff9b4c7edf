"""Looking at a release after its upload, the way its users will: checksums, then the official loaders."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from model_cards.release.changes import differing
from model_cards.release.contents import Release
from model_cards.release.errors import PassingError, ReleaseError, explained, without_token
from model_cards.release.loading import known_tokens, load_metric, load_model
from model_cards.release.repository import Repository

_ROWS = 10_000  # that are in memory at a time


def verify(release: Release, repository: Repository, commit: str, files: Mapping[str, Path | bytes]) -> str:
    """Compares a commit with what was to be uploaded, and loads it back.

    Args:
        release: What was pushed.
        repository: Where to.
        commit: The release's.
        files: All that it must hold, byte for byte.

    Returns:
        What was found, in a few words.

    Raises:
        ReleaseError: Something is missing, differs or does not load.
        PassingError: The Hub could not be reached.
    """
    if wrong := differing(files, repository.files(commit)):
        raise ReleaseError(f"{release.repo_id} at {commit[:7]} does not hold '{wrong[0]}' as it is here; push again")
    checked = f"{len(files)} checksums"
    try:
        if release.config is not None:
            return f"{checked}, {_verify_rows(release, commit):,} rows loaded"
        if release.repo_type == "model":
            return f"{checked}, {_verify_model(release, commit):,} parameters loaded"
        if release.metric is not None:
            load_metric(release.repo_id, commit)
            return f"{checked}, metric loaded"
    except ReleaseError:
        raise
    except Exception as error:  # the libraries below raise their own kinds: OSError, ArrowInvalid, ...
        if isinstance(passing := explained(error, release.repo_id), PassingError):
            raise passing from None
        said = without_token(" ".join(str(error).split()))[:200]
        raise ReleaseError(f"{release.repo_id} at {commit[:7]} was uploaded but does not load: {said}") from None
    return checked


def _verify_model(release: Release, commit: str) -> int:
    """Loads a model back, and compares its tokenizer: one that lacks a file may load all the same, and know nothing."""
    assert release.folder is not None
    parameters, there = load_model(release.repo_id, commit)
    if there != (here := known_tokens(release.folder)):
        counts = f"it knows {there:,} tokens there and {here:,} here"
        raise ReleaseError(f"the tokenizer of {release.repo_id} differs after the upload: {counts}; push again")
    return parameters


def _verify_rows(release: Release, commit: str) -> int:
    """Streams every split back, in constant memory, and compares its ids in their order."""
    from datasets import load_dataset  # slow to import

    assert release.config is not None
    total = 0
    for split, paths in release.config.splits.items():
        rows = load_dataset(release.repo_id, release.config.name, split=split, revision=commit, streaming=True)
        there = _digest(batch["id"] for batch in rows.with_format("arrow").iter(_ROWS))
        tables = (batch for path in paths for batch in pq.ParquetFile(path).iter_batches(_ROWS, columns=["id"]))
        here = _digest(batch["id"] for batch in tables)
        if there != here:
            counts = f"{there[0]:,} rows come back and {here[0]:,} are here"
            raise ReleaseError(f"split '{split}' of {release.repo_id} differs after the upload: {counts}; push again")
        total += here[0]
    return total


def _digest(columns: Iterable[Any]) -> tuple[int, str]:
    """The number of ids and a hash of them in their order, however they are batched."""
    digest, rows = hashlib.sha256(), 0
    for column in columns:
        ids = column.to_pylist()
        digest.update("".join(f"{id_}\n" for id_ in ids).encode())
        rows += len(ids)
    return rows, digest.hexdigest()
