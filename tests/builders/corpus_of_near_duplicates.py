"""Invented pairs, many of them nearly alike, and their deduplication as a program: `OUT PAUSE [SIZE]`.

The program leaves a file for each of its steps, after which it rests for PAUSE seconds, and prints its peak memory.
"""

import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builders import duplicates_state
from builders.deduplication import DeduplicationConfig, deduplication_stage
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA, pair_id

_ROWS_PER_SHARD = 5000


def corpus(size: int) -> list[dict[str, Any]]:
    """Pairs of two rounds: new ones, and earlier ones with a few words changed, in capitals, or in other contexts."""
    return list(pairs(size))


def pairs(size: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(0)
    vocabulary = [f"word{i}" for i in range(400)]
    recent: list[tuple[str, str]] = []
    for number in range(size):
        source, target = (" ".join(rng.choices(vocabulary, k=rng.randint(2, 16))) + "." for _ in range(2))
        if recent and rng.random() < 0.4:
            source, target = rng.choice(recent)
            changed = source.split()
            for _ in range(rng.choice((0, 1, 1, 2, 3))):
                changed[rng.randrange(len(changed))] = rng.choice(vocabulary)
            source = " ".join(changed)
            if rng.random() < 0.2:
                source = source.upper()
        recent = [*recent[-200:], (source, target)]
        yield {
            "id": pair_id("news", source, target),
            "source": source,
            "target": target,
            "context_id": f"c{rng.randrange(1000):03d}",
            "passage_id": "p",
            "domain": "news",
            "round": number % 2,
        }


def write_rounds(out: Path, rows: list[dict[str, Any]], shards: int = 3) -> list[Stage]:
    rounds = []
    for number in (0, 1):
        own = [row for row in rows if row["round"] == number]
        stage = Stage(out / f"round-{number}", f"rows of {number}", shards).open()
        for shard in range(shards):
            stage.write_shard(shard, own[shard::shards], DIMPLE_SCHEMA, {})
        rounds.append(stage)
    return rounds


def write_large_rounds(out: Path, size: int) -> list[Stage]:
    """The same for any size, in shards of one size, without holding all rows."""
    stages = [Stage(out / f"round-{number}", "large", size // 2 // _ROWS_PER_SHARD).open() for number in (0, 1)]
    rows: list[list[dict[str, Any]]] = [[], []]
    shards = [0, 0]
    for row in pairs(size):
        number = row["round"]
        rows[number].append(row)
        if len(rows[number]) == _ROWS_PER_SHARD:
            stages[number].write_shard(shards[number], rows[number], DIMPLE_SCHEMA, {})
            rows[number], shards[number] = [], shards[number] + 1
    return stages


def main(out: Path, pause: float, size: int | None) -> None:
    if size is None:
        duplicates_state._STEP = 100
        rounds = write_rounds(out, corpus(1000))
    else:
        rounds = write_large_rounds(out, size)
    transaction = duplicates_state._transaction

    @contextmanager
    def marked(database: Any) -> Iterator[None]:
        with transaction(database):
            yield
        (out / f"step-{time.monotonic_ns()}").touch()
        time.sleep(pause)

    duplicates_state._transaction = marked
    deduplication_stage(rounds, DeduplicationConfig(), out / "deduplication")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
