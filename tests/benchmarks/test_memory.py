"""What a stage takes at its peak does not depend on how many contexts there are."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.memory_growth import STAGES, growth, main, measure, peak_bytes
from benchmarks.synthetic_run import make_samples

TAKEN = 100 * 2**20
PROGRAM = f"""
from benchmarks.memory_growth import peak_bytes
before = peak_bytes()
block = b"x" * {TAKEN}
del block
print(peak_bytes() - before)
"""


def test_the_peak_is_that_of_this_process_also_when_the_memory_was_given_back():
    held = b"x" * (peak_bytes() // 4)  # what this process takes is not the child's
    command, root = [sys.executable, "-c", PROGRAM], Path(__file__).parents[2]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert held
    assert 0.9 * TAKEN < int(ended.stdout) < 1.2 * TAKEN


def test_the_samples_of_more_contexts_begin_with_those_of_fewer(tmp_path):
    few, many = (make_samples(tmp_path / str(n), n) for n in (150, 400))
    assert many.read_shard(0) == few.read_shard(0)
    rows = list(many.read_rows())
    assert len({row["context_id"] for row in rows}) == len(rows) == 400
    sentences = {tuple(row["sentences"]) for row in rows}
    assert len(sentences) == 300  # every fourth context repeats another
    assert all(len(set(row["sentences"])) == 6 for row in rows)


def test_the_table_shows_growth_in_per_cent(monkeypatch, capsys):
    def measured(contexts):
        return {"contexts": contexts, "stages": {stage: {"peak_mb": 500.0 + contexts} for stage in STAGES}}

    monkeypatch.setattr("benchmarks.memory_growth.measure", measured)
    assert main(["--contexts", "100", "400"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["peak", "memory,", "MB", "100", "contexts", "400", "contexts", "growth"]
    assert [line.split()[-3:] for line in lines] == [["600", "900", "+50.0%"]] * len(STAGES)


@pytest.mark.slow
def test_five_times_the_contexts_take_no_more_memory():
    few, many = measure(1_000), measure(5_000)
    for run in (few, many):
        counts = {stage: run["stages"][stage]["counts"] for stage in STAGES}
        assert counts["critics"]["contexts"] == run["contexts"]
        assert counts["critics"]["dropped:diversity"] > 0
        assert counts["critics"]["kept"] > run["contexts"]
        assert counts["near-duplicates"]["duplicate"] > 0
    assert all(ratio < 1.1 for ratio in growth(few, many).values())
