"""A push streams: its memory does not grow with the rows."""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders.pairs import DIMPLE_SCHEMA
from builders.release import ROWS_PER_GROUP
from tests.conftest import ALICE

PUSH = """
import resource, sys
from scripts.cli import main
status = main(["push", "dataset", sys.argv[1], "--to", "alice/dimple"])
print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""
ROWS_PER_FILE = 100_000


def table(rows: int, first: int) -> pa.Table:
    """Rows of about 300 bytes that do not compress."""
    letters = np.random.default_rng(first).integers(97, 123, (rows, 300), dtype=np.uint8)
    texts = pa.array(letters.view("S300").ravel().astype(str))
    empty = {name: pa.nulls(rows, DIMPLE_SCHEMA.field(name).type) for name in DIMPLE_SCHEMA.names}
    ids = pa.array([f"{first + row:016x}" for row in range(rows)])
    return pa.table(empty | {"id": ids, "source": texts, "target": texts}, schema=DIMPLE_SCHEMA)


def peak(hub, run, rows: int) -> int:
    """The most memory, in MB, of a process that pushes a run with so many training rows."""
    folder = run / "dimple/microworld_news"
    files = rows // ROWS_PER_FILE
    for old in folder.glob("train-*"):
        old.unlink()
    for index in range(files):
        path = folder / f"train-{index:05d}-of-{files:05d}.parquet"
        pq.write_table(table(ROWS_PER_FILE, index * ROWS_PER_FILE), path, row_group_size=ROWS_PER_GROUP)
    environment = os.environ | {"HF_TOKEN": ALICE, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", PUSH, str(run)], env=environment, capture_output=True, text=True, check=False
    )
    status, kilobytes = ended.stderr.splitlines()[-1].split()
    assert status == "0", ended.stderr
    assert f"{rows + json.loads((run / 'metrics.json').read_text())['dataset']['splits']['test']:,}"[:3] in ended.stdout
    return int(kilobytes) // 1000


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(hub, run):
    small = peak(hub, run, ROWS_PER_FILE)
    large = peak(hub, run, 10 * ROWS_PER_FILE)
    assert large < small + 200  # of 550 MB more; what allocators keep differs by some 100 MB from run to run
