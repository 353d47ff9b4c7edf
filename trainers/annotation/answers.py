"""The answers of annotators on disk: a file of lines each, to which every answer is added before it is confirmed."""

import errno
import fcntl
import json
import os
import unicodedata
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from builders.errors import RunError, UsageError
from builders.files import read_json

from .questions import RATINGS

LONGEST_NAME = 40  # characters


class Answer(NamedTuple):
    """One answer; a rating of None is "cannot judge". `at` is UTC, by this machine's clock."""

    item: str
    question: str
    rating: int | None
    at: str


class Answers:
    """The answers to one task. Several threads and processes may add to them at one time.

    Args:
        folder: Of the annotators' files. Of an item's several answers to one question the last one counts.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, annotator: str, answer: Answer) -> None:
        """Adds an answer, and returns when it is on the disk.

        Args:
            annotator: A name as `annotator_name` gives it.
            answer: Theirs.

        Raises:
            RunError: It could not be stored; nothing of it is in the file.
        """
        path = self._path(annotator)
        line = json.dumps(answer._asdict(), ensure_ascii=False).encode() + b"\n"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(path, "a+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
                end = _cut_torn_line(file)
                try:
                    if file.write(line) != len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(end)
                    raise
            if not end:
                _sync_folder(self.folder)  # or the file's name may be lost
        except OSError as error:
            raise RunError(f"cannot write {path}: {error.strerror}; make room or check its permissions") from error

    def of(self, annotator: str) -> dict[tuple[str, str], Answer]:
        """The answers of an annotator that count, by item and question.

        Raises:
            RunError: A line is no answer, or the file cannot be read.
        """
        path = self._path(annotator)
        try:
            whole, _, _ = path.read_bytes().rpartition(b"\n")  # what follows was never confirmed
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise RunError(f"cannot read {path}: {error.strerror}; check its permissions") from None
        found = {}
        for number, line in enumerate(whole.splitlines(), start=1):
            answer = _parse(line, f"{path}, line {number}")
            found[answer.item, answer.question] = answer
        return found

    def annotators(self) -> list[str]:
        """Everyone who has answered something. Hidden files, such as macOS leaves beside others, are passed over.

        Raises:
            RunError: A file has a name that no annotator's has; its answers would be lost.
        """
        paths = [path for path in self.folder.glob("*.jsonl") if not path.name.startswith(".")]
        return sorted(map(self._annotator_of, paths))

    def _annotator_of(self, path: Path) -> str:
        with suppress(UsageError, FileNotFoundError):
            name = annotator_name(path.stem)
            if path.samefile(self._path(name)):
                return name
        remedy = "name it as 'impossible annotate serve' does, in small letters, such as ann.jsonl, or move it away"
        raise RunError(f"{path} is no annotator's file; {remedy}")

    def _path(self, annotator: str) -> Path:
        return self.folder / f"{annotator_name(annotator)}.jsonl"


def annotator_name(text: str) -> str:
    """An annotator's name in the one spelling that counts, which is safe as the name of a file.

    Raises:
        UsageError: It is none.
    """
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", " ".join(text.split())).casefold())
    letters = all(character in " _-'" or unicodedata.category(character)[0] in "LMN" for character in name)
    if not letters or not 1 <= len(name) <= LONGEST_NAME or len(name.encode()) > 200 or not name[0].isalnum():
        rule = f"1 to {LONGEST_NAME} letters, digits, spaces, hyphens or apostrophes, a letter or digit first"
        raise UsageError(f"an annotator's name must have {rule}; got {text[:60]!r}")
    return name


def _cut_torn_line(file: FileIO) -> int:
    """Removes a last line that a killed process has not ended.

    Returns:
        The size of what is left.
    """
    size = file.seek(0, os.SEEK_END)
    if size:
        file.seek(size - 1)
        if file.read(1) != b"\n":
            file.seek(0)
            size = (file.readall() or b"").rfind(b"\n") + 1
            file.truncate(size)
    return size


def _parse(line: bytes, where: str) -> Answer:
    try:
        row = read_json(line.decode(), where)
        if not isinstance(row, dict) or set(row) != set(Answer._fields):
            raise ValueError(f"it must have {', '.join(Answer._fields)}")
        for name in ("item", "question", "at"):
            if not isinstance(row[name], str):
                raise ValueError(f"the {name} must be a text, got {row[name]!r:.60}")
        if row["rating"] is not None and (type(row["rating"]) is not int or row["rating"] not in RATINGS):
            raise ValueError(f"rating {row['rating']!r:.60}")
    except ValueError as error:
        raise RunError(f"{where} is no answer ({error}): {line[:60]!r}; remove or correct the line") from None
    return Answer(**row)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
