"""The measurement behind `benchmarks/describe.py`.

A Parquet file of made-up pairs whose words follow Zipf's law, as those of a language do, is described by the command
line in a process of its own. On fewer pairs the figures are compared with those of the plain functions of `metrics`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_ROOT = Path(__file__).resolve().parents[1]
_ENVIRONMENT = {"OMP_NUM_THREADS": "2"}
_WORDS = 500_000
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "is")]
_SHARED = 0.5  # of a target's words, from its source
_LENGTHS = (10, 31)
_AT_ONCE = 50_000
_CHECKED = 20_000
_SECONDS_BETWEEN_LOOKS = 0.02


def write_pairs(path: Path, pairs: int) -> None:
    """Writes so many pairs of sentences of 10 to 30 words, 20 on average, as Parquet."""
    rng = np.random.default_rng(0)
    words = np.array([_word(number) for number in range(_WORDS)], dtype=object)
    share = np.cumsum(1 / np.arange(1, _WORDS + 1))
    share /= share[-1]
    schema = pa.schema([("source", pa.string()), ("target", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, pairs, _AT_ONCE):
            lengths = rng.integers(*_LENGTHS, min(_AT_ONCE, pairs - start))
            drawn = [np.searchsorted(share, rng.random(lengths.sum())) for _ in range(2)]
            source, other = drawn
            target = np.where(rng.random(len(other)) < _SHARED, rng.permutation(source), other)
            target = _shuffled_within(np.where(rng.random(len(other)) < _SHARED, source, target), lengths, rng)
            columns = [_sentences(words[ids].tolist(), lengths) for ids in (source, target)]
            writer.write_table(pa.table(columns, schema=schema))


def _word(number: int) -> str:
    """The syllables that are the digits of a number: frequent words are short."""
    word = ""
    while number or not word:
        number, digit = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[digit]
    return word


def _shuffled_within(ids: np.ndarray, lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    shuffled: np.ndarray = ids[np.lexsort((rng.random(len(ids)), sentence))]
    return shuffled


def _sentences(words: list[str], lengths: np.ndarray) -> list[str]:
    ends = np.cumsum(lengths).tolist()
    return [" ".join(words[begin:end]).capitalize() + "." for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


def describe(path: Path) -> dict[str, Any]:
    """Runs the command line.

    Returns:
        `seconds`, `cpu_seconds` (what they would be if nothing else used the cores), `peak_mb` of the process and those
        that it starts, and `figures`.
    """
    command = [sys.executable, "-m", "scripts.cli", "describe", str(path), "--json"]
    begun, used, peak = time.perf_counter(), _cpu_seconds(), 0
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(command, cwd=_ROOT, env=os.environ | _ENVIRONMENT, stdout=printed)
        while process.poll() is None:
            peak = max(peak, sum(map(_resident_bytes, _family(process.pid))))
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        seconds = time.perf_counter() - begun
        if process.returncode:
            raise SystemExit(process.returncode)
        printed.seek(0)
        [dataset] = json.load(printed)["datasets"]
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(_cpu_seconds() - used, 1),
        "peak_mb": round(peak / 2**20),
        "figures": dataset["figures"],
    }


def _cpu_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _family(pid: int) -> list[int]:
    """A process and all that it has started, and they; on Linux."""
    found = [pid]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:  # it has ended
            continue
    return found


def _resident_bytes(pid: int) -> int:
    """What a process has in memory now; what it shares with others is counted for each."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def check(path: Path, figures: dict[str, Any]) -> None:
    """Compares figures with those of the plain functions, which hold everything in memory.

    MSTTR is left out: it depends on the order, which is that of the pairs' hashes.

    Raises:
        AssertionError: They differ.
    """
    from metrics.jaccard.shared_words import jaccard  # here, since nothing else needs them
    from metrics.ngram_entropy.ngrams import ngram_entropy

    table = pq.read_table(path).to_pydict()
    plain = {f"h{order}": ngram_entropy(table["target"], order) for order in (2, 3)}
    plain["jaccard"] = fmean(map(jaccard, table["source"], table["target"]))
    for name, value in plain.items():
        assert abs(figures[name]["value"] - value) < 1e-9, (name, figures[name]["value"], value)


def main(arguments: list[str] | None = None) -> int:
    """Prints lines, or JSON."""
    parser = argparse.ArgumentParser(prog="python benchmarks/describe.py", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.parquet"
        record: dict[str, Any] = {}
        for pairs in sorted({min(_CHECKED, options.pairs), options.pairs}):
            write_pairs(path, pairs)
            record = {"pairs": pairs, **describe(path)}
            if pairs <= _CHECKED:
                check(path, record["figures"])
    if options.json:
        print(json.dumps(record))
        return 0
    spent = f"{record['seconds']} s ({record['cpu_seconds']} of a core)"
    print(f"{options.pairs:,} pairs: {spent}, at most {record['peak_mb']:,} MB")
    for name, figure in record["figures"].items():
        print(f"{name:14} {figure['value']:10.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
