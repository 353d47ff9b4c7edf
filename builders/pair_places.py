"""Where a table of sentence pairs can lie, and how each place is opened without reading it whole."""

import glob
import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError, one_line

_SOURCES, _TARGETS = ".src", ".tgt"
_PLAIN = {"keep_default_na": False}  # "NA" and "null" are words of a sentence
_QUOTES_ARE_TEXT = 3  # csv.QUOTE_NONE: tables such as MRPC's have quotation marks that never end
_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    ".parquet": ("parquet", {}),
    ".jsonl": ("json", {}),
    ".json": ("json", {}),
    ".csv": ("csv", _PLAIN),
    ".tsv": ("csv", _PLAIN | {"sep": "\t", "quoting": _QUOTES_ARE_TEXT}),
}


@dataclass(frozen=True)
class Opened:
    """A table that can be read.

    Args:
        name: The last part of its place.
        identity: Its files by their content, or its commit on the Hub.
        rows: Rows by column name, read as they are asked for; each iteration starts anew.
    """

    name: str
    identity: dict[str, Any]
    rows: Iterable[Mapping[str, Any]]


def open_place(place: str, split: str | None, config: str | None) -> Opened:
    """The table at a place, see `open_pair_table`.

    Raises:
        UsageError: There is no such split or configuration.
        RunError: Nothing is there, or the library cannot open it.
    """
    path = Path(place).expanduser()
    if path.is_dir():
        return _open_dataset(place, path, split, config)
    stem = path.with_suffix("") if path.suffix in (_SOURCES, _TARGETS) else path
    if path.suffix in (_SOURCES, _TARGETS) or (not path.exists() and Path(f"{path}{_SOURCES}").exists()):
        _refuse(place, split, config)
        return _open_parallel(stem)
    if path.is_file():
        _refuse(place, split, config)
        return _open_file(path)
    if path.suffix in _FORMATS or place.startswith((".", "/", "~")) or place.count("/") > 1:
        raise RunError(f"cannot read {place}: there is no such file or folder; check the path")
    return _open_dataset(place, None, split, config)


def _refuse(place: str, split: str | None, config: str | None) -> None:
    for option, value in (("--split", split), ("--config", config)):
        if value is not None:
            raise UsageError(f"{option} {value} is for a dataset with several; {place} is a file, leave it out")


def _open_parallel(stem: Path) -> Opened:
    """Two files in which equal lines belong together."""
    sources, targets = Path(f"{stem}{_SOURCES}"), Path(f"{stem}{_TARGETS}")
    return Opened(stem.name, {"sha256": _digest([sources, targets])}, _Parallel(sources, targets))


@dataclass(frozen=True)
class _Parallel:
    sources: Path
    targets: Path

    def __iter__(self) -> Iterator[dict[str, str]]:
        pairs = zip_longest(_lines(self.sources), _lines(self.targets))
        for number, (source, target) in enumerate(pairs, start=1):
            if source is None or target is None:
                shorter, longer = (self.sources, self.targets) if source is None else (self.targets, self.sources)
                problem = f"{shorter} ends before line {number} of {longer}"
                raise RunError(f"{problem}; lines of one number must belong together")
            yield {"source": source, "target": target}


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                where = f"line {number}, byte 0x{line[error.start]:02x}"
                raise RunError(f"{path} is not UTF-8 text ({where}); save it as UTF-8 and run again") from None
            yield text.removesuffix("\n").removesuffix("\r")


def _open_file(path: Path) -> Opened:
    import datasets  # slow to import

    if path.suffix not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise RunError(f"{path} has no suffix that says what it is; name it with one of {known}, or {_SOURCES}")
    identity = {"sha256": _digest([path])}
    if path.stat().st_size == 0:
        raise RunError(f"{path} holds no rows; name a table of sentence pairs")
    kind, settings = _FORMATS[path.suffix]
    with quiet_datasets(), _one_line_errors(f"{path} cannot be read", "correct it"):
        # A name with [ or * in it is no pattern here.
        files = {"train": glob.escape(str(path.absolute()))}
        rows = datasets.load_dataset(kind, data_files=files, split="train", streaming=True, **settings)
    return Opened(path.stem, identity, rows)


def _open_dataset(place: str, folder: Path | None, split: str | None, config: str | None) -> Opened:
    import datasets  # slow to import
    from huggingface_hub import HfApi

    identity: dict[str, Any]
    problem = f"{place} cannot be read as a dataset"
    if folder is None:
        problem = f"{place} is no file or folder here, and as a dataset of the Hub it cannot be read"
    with quiet_datasets(), _one_line_errors(problem, "check the name, or the network"):
        if folder is not None:
            revision = None
            identity = {"sha256": _digest(_files(folder), folder)}
        else:
            revision = HfApi().dataset_info(place).sha
            identity = {"dataset": place, "commit": revision}
        if folder is not None and any((folder / name).is_file() for name in ("state.json", "dataset_dict.json")):
            saved = datasets.load_from_disk(str(folder))
            splits = saved if isinstance(saved, dict) else {"train": saved}
        else:
            where = str(folder.absolute()) if folder is not None else place
            _check_config(place, where, revision, config)
            splits = datasets.load_dataset(where, config, revision=revision, streaming=True)
    chosen = split or ("train" if "train" in splits or len(splits) > 1 else next(iter(splits)))
    if chosen not in splits:
        raise UsageError(f"{place} has no split '{chosen}'; name one of {', '.join(splits)} with --split")
    name = (folder.resolve() if folder is not None else Path(place)).name
    return Opened(name, identity | {"config": config, "split": chosen}, splits[chosen])


def _check_config(place: str, where: str, revision: str | None, config: str | None) -> None:
    import datasets  # slow to import

    names = datasets.get_dataset_config_names(where, revision=revision)
    default = datasets.get_dataset_default_config_name(where, revision=revision)
    if config is None and default is None:
        raise UsageError(f"{place} has several configurations; name one of {', '.join(names)} with --config")
    if config is not None and config not in names:
        raise UsageError(f"{place} has no configuration '{config}'; name one of {', '.join(names)} with --config")


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


@contextmanager
def quiet_datasets() -> Iterator[None]:
    """Keeps the library from logging what becomes our one line."""
    from datasets.utils import logging as library_logging  # slow to import

    before = library_logging.get_verbosity()
    library_logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        library_logging.set_verbosity(before)


@contextmanager
def _one_line_errors(problem: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except (RunError, UsageError):
        raise
    except Exception as error:  # the library's own kinds, the Hub's refusals and the network's
        raise RunError(f"{problem} ({one_line(error)}); {remedy}") from error
