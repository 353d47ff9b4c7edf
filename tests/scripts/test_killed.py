"""The real program, killed without warning at seeded moments: what it ends with is what an undisturbed run has."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scripts.conftest import files_below

REPOSITORY = Path(__file__).parents[2]
KILLS = 6
# Two workers, so that the kills leave some behind; more shards, so that there are more moments to be killed at.
MORE_MOMENTS = ["--set", "workers=2", "--set", "sampling.contexts_per_shard=4"]


def start(out: Path, tiny: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "scripts.cli", "demo", "--out", str(out), *tiny, *MORE_MOMENTS]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(out: Path, tiny: list[str]) -> None:
    program = start(out, tiny)
    _, messages = program.communicate()
    assert program.returncode == 0, messages


def progress(out: Path) -> int:
    """How many files the run has finished."""
    # os.walk, since a folder may go while it is looked at
    return sum(not name.startswith(".") for place, _, names in os.walk(out) if "/." not in place for name in names)


def kill_when(out: Path, tiny: list[str], files: int, delay: float) -> bool:
    """Kills a run a moment after it has finished so many files; False when it was done before."""
    program = start(out, tiny)
    while progress(out) < files and program.poll() is None:
        time.sleep(0.05)
    time.sleep(delay)
    landed = program.poll() is None
    program.kill()
    program.communicate()
    return landed


def results(out: Path) -> dict[str, bytes]:
    """The tables and the weights."""
    return files_below(out, "*.parquet") | files_below(out, "*.safetensors")


@pytest.mark.slow
def test_a_killed_run_ends_as_one_that_was_not(tmp_path, tiny):
    finish(tmp_path / "undisturbed", tiny)
    draw = random.Random(0)
    total = progress(tmp_path / "undisturbed")
    moments = [(round(total * (i + draw.random()) / KILLS), draw.uniform(0, 0.5)) for i in range(KILLS)]
    kills = [kill_when(tmp_path / "killed", tiny, files, delay) for files, delay in moments]
    assert sum(kills) >= 4
    finish(tmp_path / "killed", tiny)
    assert results(tmp_path / "killed") == results(tmp_path / "undisturbed")
    assert not list((tmp_path / "killed").rglob("*.partial"))
