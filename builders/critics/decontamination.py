"""Decontamination: no pair repeats what a benchmark file holds, so that a student is not tested on what it has read."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from builders.critics.base import CriticConfig, Shared, Verdict
from builders.critics.sentence_critic import SentenceCritic
from builders.errors import ConfigError, RunError
from builders.files import read_json, read_text, split_lines

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class DecontaminationConfig(CriticConfig):
    """Which files a pair must share no words in a row with.

    Args:
        files: Benchmarks: one text a line, tab-separated texts (`.tsv`), or JSON lines (`.jsonl`), of which every text
            counts.
        n: Words in a row. Of shorter sentences the whole counts.
    """

    files: tuple[str, ...]
    n: int = 8  # ours: common practice has 8 to 13 words; sentences are short

    def __post_init__(self) -> None:
        if not self.files:
            raise ConfigError("decontamination.files must name at least one file, got none")
        if self.n < 1:
            raise ConfigError(f"decontamination.n must be at least 1, got {self.n}")

    def build(self, shared: Shared) -> "Decontamination":
        """The critic; the index of its files is made once a process, and again when a file changes."""
        return Decontamination(self.n, _index(tuple(map(_state, self.files)), self.n))

    def identity(self) -> dict[str, Any]:
        """The settings, the files by their content: where they lie does not matter."""
        digests = [hashlib.sha256(read_text(Path(file)).encode("utf-8")).hexdigest() for file in self.files]
        kinds = [Path(file).suffix for file in self.files]
        return {**super().identity(), "files": sorted(map(list, zip(digests, kinds, strict=True)))}

    def check(self) -> None:
        """Reads the files."""
        if not _index(tuple(map(_state, self.files)), self.n):
            raise RunError(f"decontamination.files hold no text: {', '.join(self.files)}; name files with sentences")


def shingles(sentence: str, n: int) -> set[str]:
    """The runs of n words of a sentence, in small letters and without punctuation; the whole one if it is shorter."""
    words = _WORD.findall(sentence.casefold())
    if len(words) <= n:
        return {" ".join(words)} if words else set()
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def benchmark_texts(file: Path) -> Iterator[str]:
    """Every text in a benchmark file.

    Raises:
        RunError: It cannot be read, or a line of a `.jsonl` file is no JSON.
    """
    for number, line in enumerate(split_lines(read_text(file)), 1):
        if file.suffix == ".jsonl":
            yield from _texts_in(read_json(line, f"{file} line {number}")) if line.strip() else ()
        else:
            yield from line.split("\t") if file.suffix == ".tsv" else (line,)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(part)


def _state(file: str) -> tuple[str, int, int]:
    """What tells a changed file without reading it; zeros for one that is not there, which reading it will name."""
    try:
        status = Path(file).stat()
    except OSError:
        return file, 0, 0
    return file, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2)
def _index(files: tuple[tuple[str, int, int], ...], n: int) -> frozenset[str]:
    return frozenset(
        shingle for file, *_ in files for text in benchmark_texts(Path(file)) for shingle in shingles(text, n)
    )


class Decontamination(SentenceCritic):
    """Drops pairs of which a sentence shares a run of words with the files.

    Args:
        n: Words in a row.
        index: The `shingles` of the files.
    """

    reasons = ("decontamination",)

    def __init__(self, n: int, index: frozenset[str]) -> None:
        super().__init__()
        self._n, self._index = n, index

    def judge_sentences(self, sentences: list[str]) -> list[Verdict]:
        """One verdict a sentence, in order; the score counts the shared runs."""
        shared = [len(shingles(sentence, self._n) & self._index) for sentence in sentences]
        return [Verdict("decontamination" if count else None, {"shared_ngrams": count}) for count in shared]
