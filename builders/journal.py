"""A stage of a run is a folder of Parquet shards: each written whole, none done twice.

A shard carries the fingerprint of what made it, so a killed run goes on where it was and a changed setting starts
afresh.
"""

import json
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from builders.errors import RunError
from builders.files import atomic_path, remove, write_json
from builders.progress import track

_PRELOADED = [
    "builders.decoding",
    "metrics.ted.kernels",
    "transformers.modeling_utils",
    "transformers.models.auto.modeling_auto",
]

Job = TypeVar("Job")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Stage:
    """The journal of one stage.

    Args:
        folder: Where its shards lie.
        fingerprint: Of everything that can change its rows: settings, inputs, models, seed.
        num_shards: How many shards make it whole.
        description: What made it, for readers of `stage.json` and for completing it later.
    """

    folder: Path
    fingerprint: str
    num_shards: int
    description: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls, folder: Path) -> "Stage":
        """The stage that was opened in `folder` before.

        Raises:
            RunError: There is none.
        """
        record = _read_record(Path(folder))
        if record is None:
            raise RunError(f"{folder} holds no stage journal (stage.json); run the stage that makes it first")
        return cls(Path(folder), **record)

    def open(self) -> "Stage":
        """Makes the folder, and removes the shards that other settings or inputs have left in it."""
        record = {
            "fingerprint": self.fingerprint,
            "num_shards": self.num_shards,
            "description": self.description,
        }
        for shard in self.folder.glob("shard-*.parquet"):
            if _shard_metadata(shard).get(b"fingerprint") != self.fingerprint.encode():
                remove(shard)
        if _read_record(self.folder) != record:
            write_json(self.folder / "stage.json", record)
        return self

    def shard_path(self, index: int) -> Path:
        """Where shard `index` stands when it is whole."""
        return self.folder / f"shard-{index:05d}-of-{self.num_shards:05d}.parquet"

    def missing(self) -> list[int]:
        """The shards still to be made, in order."""
        mark = self.fingerprint.encode()
        shards = range(self.num_shards)
        return [i for i in shards if _shard_metadata(self.shard_path(i)).get(b"fingerprint") != mark]

    @property
    def complete(self) -> bool:
        """Whether every shard is there."""
        return not self.missing()

    def write_shard(self, index: int, rows: Rows, schema: pa.Schema, counts: dict[str, int]) -> None:
        """Writes one shard whole, with its counts in the file; the same rows give the same bytes."""
        self.write_batches(index, [rows], schema, counts)

    def write_batches(self, index: int, batches: Iterable[Rows], schema: pa.Schema, counts: dict[str, int]) -> None:
        """The same for rows that are not all in memory at a time."""
        metadata = {b"fingerprint": self.fingerprint.encode(), b"counts": json.dumps(counts).encode()}
        schema = schema.with_metadata(metadata)
        with (
            atomic_path(self.shard_path(index)) as partial,
            pq.ParquetWriter(partial, schema, compression="zstd") as writer,
        ):
            for rows in batches:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))

    def read_table(self, index: int) -> pa.Table:
        """The rows of one shard as an Arrow table."""
        return pq.read_table(self.shard_path(index), partitioning=None)

    def read_shard(self, index: int) -> Rows:
        """The rows of one shard."""
        return self.read_table(index).to_pylist()

    def read_rows(self) -> Iterator[dict[str, Any]]:
        """All rows, in shard order."""
        for index in range(self.num_shards):
            yield from self.read_shard(index)

    def counts(self) -> dict[str, int]:
        """The shards' counts, summed; keys in the order in which the stage counted them."""
        total: Counter[str] = Counter()
        for index in range(self.num_shards):
            for name, count in json.loads(_shard_metadata(self.shard_path(index))[b"counts"]).items():
                total[name] += count
        return dict(total)


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / "stage.json").read_bytes())
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _shard_metadata(path: Path) -> dict[bytes, bytes]:
    try:
        return pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowInvalid):  # missing or damaged: to be made again
        return {}


def chosen_shards(missing: list[int], only: tuple[int, int] | None) -> list[int]:
    """The missing shards that are this process's own: `only=(i, n)` picks those whose number modulo n is i."""
    if only is None:
        return missing
    index, parts = only
    return [shard for shard in missing if shard % parts == index]


def run_shards(work: Callable[[Job, int], None], job: Job, missing: list[int], workers: int, label: str) -> None:
    """Runs `work(job, shard)` for every missing shard; the number of workers cannot change the result.

    Args:
        work: A module-level function that makes one shard and writes it.
        job: What it needs; picklable.
        missing: Shard numbers.
        workers: Processes to use; 1 stays in this one.
        label: For the progress bar.

    Raises:
        RunError: A worker was killed (most often for memory), or what `work` itself raised.
    """
    if not missing:
        return
    if workers <= 1 or len(missing) == 1:
        with one_thread():
            for shard in track(missing, len(missing), label):
                work(job, shard)
        return
    # A fork of this process would inherit torch's locked threads; one of a server that only imported would not, and
    # does not import again what takes seconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    pool = ProcessPoolExecutor(min(workers, len(missing)), mp_context=context, initializer=_start_worker)
    try:
        futures = [pool.submit(_work_one, work, job, shard) for shard in missing]
        for future in track(as_completed(futures), len(futures), label):
            future.result()
    except BrokenProcessPool:
        remedy = "use fewer workers and run the same command again"
        raise RunError(f"a worker of '{label}' was killed, most often for want of memory; {remedy}") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _work_one(work: Callable[[Job, int], None], job: Job, shard: int) -> None:
    with one_thread():
        work(job, shard)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends a worker without a traceback of its own
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # a parent that was killed cannot tell its workers, which would wait for ever
        os._exit(1)


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread while a shard runs: sums depend on the thread count, and tables must not."""
    import torch  # slow to import, and the journal itself can be read without it

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
