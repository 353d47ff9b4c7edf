"""Reading what a user gave and writing what a run leaves: whole or not at all."""

import errno
import glob
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError, one_line

_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_WORDS = ("no space left", "file too large", "disk quota exceeded", "disk is full")
_PARTIAL = re.compile(r"\..+\.(?P<pid>\d+)@(?P<machine>[^@]+)\.(partial|old)")
_MACHINE = os.uname().nodename
_A_DAY = 24 * 60 * 60


@contextmanager
def atomic_path(final: Path) -> Iterator[Path]:
    """Yields a temporary sibling of `final` to write a file or make a folder at; it gets its name when whole.

    Processes may write the same name at one time: each has a sibling of its own, and the last to end wins.

    Yields:
        A path that does not exist yet. What killed processes left of the same name is removed first.

    Raises:
        RunError: The disk is full or the place cannot be written to; nothing is left under either name.
    """
    partial = final.with_name(f".{final.name}.{os.getpid()}@{_MACHINE}.partial")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        remove(partial)  # of a process that was killed and had this one's number
        remove_abandoned(final.parent.glob(f".{glob.escape(final.name)}.*@*"))
        yield partial
        _move(partial, final)
    except BaseException as error:
        remove(partial)
        if isinstance(error, OSError) or is_disk_full(error):
            raise write_error(final, error) from error
        raise


def _move(partial: Path, final: Path) -> None:
    if partial.is_dir():
        old = partial.with_suffix(".old")
        remove(old)
        with suppress(FileNotFoundError):  # a folder cannot be replaced in one step; the old one stays whole meanwhile
            os.replace(final, old)
        os.replace(partial, final)
        remove(old)
        return
    with partial.open("rb") as written:
        os.fsync(written.fileno())  # some file systems report a full disk only here
    os.replace(partial, final)


def remove_abandoned(paths: Iterable[Path]) -> None:
    """Removes those of the paths that `atomic_path` made for a process that is gone.

    Of another machine's processes nothing is known, so what they wrote must have rested for a day.
    """
    for path in paths:
        made = _PARTIAL.fullmatch(path.name)
        if made and (not _runs(int(made["pid"])) if made["machine"] == _MACHINE else _rests(path)):
            remove(path)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _rests(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _A_DAY
    except FileNotFoundError:  # it was whole in the meantime
        return False


def remove(path: Path) -> None:
    """Removes a file or a folder with all in it; nothing happens when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a full disk; libraries in Rust and C++ keep only the words of it."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and chain.errno in _DISK_ERRORS:
            return True
        if any(words in str(chain).lower() for words in _DISK_WORDS):
            return True
        chain = chain.__cause__ or chain.__context__
    return False


def write_error(path: Path, error: BaseException) -> RunError:
    """The one-line error for a file or folder that could not be written."""
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else one_line(error)
    remedy = "free some space" if is_disk_full(error) else "choose another folder or make it writable"
    return RunError(f"cannot write {path}: {reason}; {remedy} and run the same command again")


def write_json(path: Path, value: Any) -> None:
    """Writes a value as readable UTF-8 JSON, whole or not at all."""
    with atomic_path(path) as partial:
        partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(path: Path, mark: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `compute` returns, kept in a JSON file until the fingerprint changes."""
    if path.is_file():
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if record.pop("fingerprint") == mark:
            return record
    value = compute()
    write_json(path, {"fingerprint": mark, **value})
    return value


def check_run_folder(run: Path) -> None:
    """Refuses a folder that is not there.

    Raises:
        UsageError: It is none.
    """
    if not run.is_dir():
        raise UsageError(f"'{run}' is no run folder; name one that 'impossible run' made")


def read_text(path: Path) -> str:
    """The UTF-8 text of a user's file.

    Raises:
        RunError: There is no such file, it cannot be read, or it is not UTF-8 (with the offset of the first bad byte).
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise RunError(f"{path} is not UTF-8 text ({where}); save it as UTF-8 and run again") from None


def split_lines(text: str) -> list[str]:
    """The lines of a user's text, whatever system it comes from.

    Unlike `str.splitlines`, it does not take a line separator inside a JSON string for the end of a line.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def read_json(text: str, where: str) -> Any:
    """The JSON value that a user's file or line holds.

    Raises:
        RunError: It is no JSON, or UTF-8 cannot hold a text in it.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{where} is not valid JSON: {text[:60]!r} ({one_line(error)}); correct it") from None
    if not is_unicode(json.dumps(value, ensure_ascii=False)):
        raise RunError(f"{where} has half a character, such as \\ud800, in {text[:60]!r}; write the whole character")
    return value


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold a text: escapes of JSON and YAML can make half a character, and Python keeps it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
