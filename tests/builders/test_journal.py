import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from builders.errors import RunError
from builders.journal import Stage, chosen_shards, run_shards

SCHEMA = pa.schema([("n", pa.int64())])


def write(stage, shard):
    stage.write_shard(shard, [{"n": shard}, {"n": shard * 10}], SCHEMA, {"rows": 2, "shards": 1})


def write_and_die(stage, shard):
    write(stage, shard)
    if shard == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def stage_bytes(stage):
    return [stage.shard_path(i).read_bytes() for i in range(stage.num_shards)]


def test_a_stage_is_read_in_shard_order_with_its_counts(tmp_path):
    stage = Stage(tmp_path / "stage", "abc", 3).open()
    assert stage.missing() == [0, 1, 2]
    for shard in (2, 0, 1):
        write(stage, shard)
    assert [row["n"] for row in stage.read_rows()] == [0, 0, 1, 10, 2, 20]
    assert stage.counts() == {"rows": 6, "shards": 3}
    assert stage.complete
    assert Stage.load(stage.folder) == stage


def test_the_same_rows_give_the_same_bytes(tmp_path):
    stages = [Stage(tmp_path / name, "abc", 1).open() for name in ("a", "b")]
    for stage in stages:
        write(stage, 0)
    assert stage_bytes(stages[0]) == stage_bytes(stages[1])


def test_reopening_keeps_shards_and_another_fingerprint_drops_them(tmp_path):
    stage = Stage(tmp_path, "abc", 2).open()
    write(stage, 0)
    assert Stage(tmp_path, "abc", 2).open().missing() == [1]
    changed = Stage(tmp_path, "def", 2).open()
    assert changed.missing() == [0, 1]
    assert list(tmp_path.glob("*.parquet")) == []


def test_a_damaged_shard_is_made_again(tmp_path):
    stage = Stage(tmp_path, "abc", 1).open()
    write(stage, 0)
    path = stage.shard_path(0)
    path.write_bytes(path.read_bytes()[:-20])
    assert stage.missing() == [0]


def test_a_folder_without_a_journal_is_named(tmp_path):
    with pytest.raises(RunError, match="holds no stage journal"):
        Stage.load(tmp_path)


def test_a_full_disk_leaves_no_shard(tmp_path, small_disk):
    stage = Stage(tmp_path, "abc", 1).open()
    with small_disk(500), pytest.raises(RunError, match="free some space and run the same command again"):
        write(stage, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["stage.json"]


def test_machines_share_the_shards_between_them():
    parts = [chosen_shards([0, 1, 3, 4, 5], (i, 3)) for i in range(3)]
    assert parts == [[0, 3], [1, 4], [5]]


@pytest.mark.slow
def test_workers_change_no_byte(tmp_path):
    stages = [Stage(tmp_path / name, "abc", 3).open() for name in ("one", "two")]
    for stage, workers in zip(stages, (1, 2), strict=True):
        run_shards(write, stage, stage.missing(), workers, "test")
    assert stage_bytes(stages[0]) == stage_bytes(stages[1])


@pytest.mark.slow
def test_a_killed_worker_is_one_line(tmp_path):
    stage = Stage(tmp_path, "abc", 2).open()
    with pytest.raises(RunError, match="a worker of 'test' was killed"):
        run_shards(write_and_die, stage, stage.missing(), 2, "test")


_MAIN = """
import sys, time
from pathlib import Path
import pyarrow as pa
from builders.journal import Stage, run_shards

def work(stage, shard):
    stage.write_shard(shard, [{"n": shard}], pa.schema([("n", pa.int64())]), {})
    time.sleep(30)

if __name__ == "__main__":
    stage = Stage(Path(sys.argv[1]), "abc", 4).open()
    run_shards(work, stage, stage.missing(), 2, "test")
"""


@pytest.mark.slow
def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(_MAIN)
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path / "stage")], env=environment)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("stage/shard-*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    workers = [int(pid) for pid in children.read_text().split()]
    parent.kill()
    parent.wait()
    assert workers
    while any(_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
