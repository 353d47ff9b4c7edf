"""Looking at a release after its upload, the way its users will: checksums, then the official loaders."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from model_cards.dataset_files import DatasetConfig
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
        if release.configs:
            rows = sum(_verify_rows(release.repo_id, config, commit) for config in release.configs)
            return f"{checked}, {rows:,} rows loaded"
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


def _verify_rows(repo_id: str, config: DatasetConfig, commit: str) -> int:
    """Streams every split of a config back, in constant memory, and compares its rows in their order.

    Pairs have ids, which say enough; rows without one are compared whole.
    """
    from datasets import load_dataset  # slow to import

    columns = ["id"] if "id" in config.schema.names else config.schema.names
    total = 0
    for split, paths in config.splits.items():
        rows = load_dataset(repo_id, config.name, split=split, revision=commit, streaming=True)
        there = _digest(rows.select_columns(columns).with_format("arrow").iter(_ROWS))
        here = _digest(batch for path in paths for batch in pq.ParquetFile(path).iter_batches(_ROWS, columns=columns))
        if there != here:
            counts = f"{there[0]:,} rows come back and {here[0]:,} are here"
            place = f"split '{split}' of config '{config.name}' of {repo_id}"
            raise ReleaseError(f"{place} differs after the upload: {counts}; push again")
        total += here[0]
    return total


def _digest(batches: Iterable[Any]) -> tuple[int, str]:
    """The number of rows and a hash of them in their order, however they are batched."""
    digest, rows = hashlib.sha256(), 0
    for batch in batches:
        texts = zip(*(batch[name].to_pylist() for name in sorted(batch.schema.names)), strict=True)
        digest.update("".join("\x1f".join(map(str, text)) + "\n" for text in texts).encode())
        rows += len(batch)
    return rows, digest.hexdigest()
