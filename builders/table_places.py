"""Where a table can lie, and how each place is opened without reading it whole."""

import glob
import hashlib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError
from builders.opened_table import Opened, one_line_errors, quiet_datasets
from builders.table_files import (
    HeadlessRows,
    JsonRows,
    ParallelRows,
    TextRows,
    has_head,
    starts_as_array,
    starts_as_json,
)
from builders.user_path import user_path

_SOURCES, _TARGETS = ".src", ".tgt"
_JSONL, _JSON, _TSV, _TEXT = ".jsonl", ".json", ".tsv", ".txt"
_HEAD = "source"  # a cell of the first line of a TSV file that makes it a head
_PARQUET = {"batch_size": 1000}  # rows; by default a row group, which may hold a million of them, or none
_PLAIN = {"keep_default_na": False}  # "NA" and "null" are words of a sentence
_QUOTES_ARE_TEXT = 3  # csv.QUOTE_NONE: tables such as MRPC's have quotation marks that never end
_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    ".parquet": ("parquet", _PARQUET),
    _JSON: ("json", {}),
    ".csv": ("csv", _PLAIN),
    _TSV: ("csv", _PLAIN | {"sep": "\t", "quoting": _QUOTES_ARE_TEXT}),
}
_SUFFIXES = (*_FORMATS, _JSONL, _TEXT, _SOURCES, _TARGETS)
_OPTIONS = {"split": "--split", "config": "--config"}


def is_on_the_hub(place: str) -> bool:
    """Whether a place is the id of a Hub dataset: nothing of the name is here, and it is not written like a path."""
    path = user_path(place)
    if path.exists() or Path(f"{path}{_SOURCES}").exists():
        return False
    return not (_suffix(path) in _SUFFIXES or place.startswith((".", "/", "~")) or place.count("/") > 1)


def is_file_of_lines(place: str) -> bool:
    """Whether a place is a JSONL, TSV or text file with one row a line: no TSV with a head, and no JSON array."""
    path = user_path(place)
    if path.suffix == _JSON:
        return not starts_as_array(path)
    if path.suffix == _TSV:
        return not has_head(path, [_HEAD])
    return path.suffix in (_JSONL, _TEXT) or (path.is_file() and _suffix(path) not in _SUFFIXES)


def open_place(
    place: str,
    split: str | None,
    config: str | None,
    options: Mapping[str, str] = _OPTIONS,
    revision: str | None = None,
    names: Collection[str] = (),
) -> Opened:
    """The table at a place.

    Args:
        place: A Hub dataset id, a dataset folder, a Parquet, JSON, JSONL, CSV, TSV or text file, a pattern of Parquet
            files, or `x.src` beside `x.tgt`. Files other than Parquet may be compressed with gzip.
        split: Of a dataset with several; None is train, or the only one.
        config: Of a dataset with several configurations.
        options: What the user calls `split` and `config`.
        revision: Of a dataset on the Hub: a commit, branch or tag; None is its main branch.
        names: Of columns that are looked for. The first line of a TSV file is a head where a cell of it is one of
            them, or `source`; else the columns are source, target and exemplar.

    Raises:
        UsageError: There is no such split or configuration.
        RunError: Nothing is there, or the library cannot open it.
    """
    path = user_path(place)
    if path.is_dir():
        return _open_dataset(place, path, split, config, options)
    if is_on_the_hub(place):
        return _open_dataset(place, None, split, config, options, revision)
    for name, value in (("split", split), ("config", config)):
        if value is not None:
            raise UsageError(f"{options[name]} {value} is for a dataset with several; {place} is a file, leave it out")
    if path.suffix in (_SOURCES, _TARGETS) or (not path.exists() and Path(f"{path}{_SOURCES}").exists()):
        stem = path.with_suffix("") if path.suffix in (_SOURCES, _TARGETS) else path
        sources, targets = Path(f"{stem}{_SOURCES}"), Path(f"{stem}{_TARGETS}")
        identity = {"sha256": _digest([sources, targets])}
        return Opened(place, stem.name, identity, ParallelRows(sources, targets), "line")
    if not path.exists() and path.suffix == ".parquet" and (matching := sorted(map(Path, glob.glob(str(path))))):
        return _open_files(place, path.parent.name, matching)
    if not path.is_file():
        raise RunError(f"cannot read {place}: there is no such file or folder; check the path")
    if _suffix(path) == _TSV and path.stat().st_size and not has_head(path, {_HEAD, *names}):
        return Opened(place, path.stem, {"sha256": _digest([path])}, HeadlessRows(path))
    if _suffix(path) in _FORMATS:
        return _open_files(place, path.stem, [path])
    is_json = _suffix(path) == _JSONL or starts_as_json(path)
    rows = JsonRows(path) if is_json else TextRows(path)
    return Opened(place, path.stem, {"sha256": _digest([path])}, rows, "line")


def _suffix(path: Path) -> str:
    """What a file is, compressed or not."""
    return Path(path.name.removesuffix(".gz")).suffix


def _open_files(place: str, name: str, paths: list[Path]) -> Opened:
    """Files of one format that the library reads."""
    import datasets  # slow to import

    identity = {"sha256": _digest(paths)}
    if not all(path.stat().st_size for path in paths):
        raise RunError(f"{place} holds no rows: the file is empty; name another")
    kind, settings = _FORMATS[_suffix(paths[0])]
    with quiet_datasets(), one_line_errors(f"{place} cannot be read", "correct it"):
        # A name with [ or * in it is no pattern here.
        files = {"train": [glob.escape(str(path.absolute())) for path in paths]}
        stream = partial(datasets.load_dataset, kind, data_files=files, split="train", streaming=True, **settings)
        return Opened(place, name, identity, stream(), narrowed=stream if kind == "parquet" else None)


def _open_dataset(
    place: str,
    folder: Path | None,
    split: str | None,
    config: str | None,
    options: Mapping[str, str],
    revision: str | None = None,
) -> Opened:
    import datasets  # slow to import
    from datasets.packaged_modules.parquet.parquet import Parquet
    from huggingface_hub import HfApi

    identity: dict[str, Any]
    stream: Callable[..., Any] | None = None
    problem = f"{place} cannot be read as a dataset"
    if folder is None:
        problem = f"{place} is no file or folder here, and as a dataset of the Hub it cannot be read"
    with quiet_datasets(), one_line_errors(problem, "check the name, or the network"):
        if folder is not None:
            identity = {"sha256": _digest(_files(folder), folder)}
        else:
            found = HfApi().dataset_info(place, revision=revision)
            place, revision = found.id, found.sha  # one that was renamed goes by its new name
            identity = {"dataset": place, "commit": revision}
        if folder is not None and any((folder / name).is_file() for name in ("state.json", "dataset_dict.json")):
            saved = datasets.load_from_disk(str(folder))
            splits = saved if isinstance(saved, dict) else {"train": saved}
        else:
            where = str(folder.absolute()) if folder is not None else place
            _check_config(place, where, revision, config, options["config"])
            builder = datasets.load_dataset_builder(where, config, revision=revision)
            if isinstance(builder, Parquet):
                stream = partial(datasets.load_dataset, where, config, revision=revision, streaming=True, **_PARQUET)
                builder.config.batch_size = _PARQUET["batch_size"]
            splits = builder.as_streaming_dataset()
    chosen = split or ("train" if "train" in splits or len(splits) > 1 else next(iter(splits)))
    if chosen not in splits:
        raise UsageError(f"{place} has no split '{chosen}'; name one of {', '.join(splits)} with {options['split']}")
    name = (folder.resolve() if folder is not None else Path(place)).name
    narrowed = stream and partial(stream, split=chosen)
    return Opened(place, name, identity | {"config": config, "split": chosen}, splits[chosen], narrowed=narrowed)


def _check_config(place: str, where: str, revision: str | None, config: str | None, option: str) -> None:
    import datasets  # slow to import

    names = datasets.get_dataset_config_names(where, revision=revision)
    default = datasets.get_dataset_default_config_name(where, revision=revision)
    if config is None and default is None:
        raise UsageError(f"{place} has several configurations; name one of {', '.join(names)} with {option}")
    if config is not None and config not in names:
        raise UsageError(f"{place} has no configuration '{config}'; name one of {', '.join(names)} with {option}")


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _digest(paths: list[Path], below: Path | None = None) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise RunError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from None
        digest.update(f"{path.relative_to(below) if below else ''}\x1f{content}\n".encode())
    return digest.hexdigest()
