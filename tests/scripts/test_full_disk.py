"""A disk that fills up at any stage: one line, nothing under a final name, and the same command goes on later."""

import shutil

import pytest

from tests.scripts.conftest import files_below, impossible


@pytest.mark.parametrize(
    ("lost", "size"),
    [
        ("recipe.yaml", 100),
        pytest.param("samples/round-0/shard-00001-of-00002.parquet", 1000, marks=pytest.mark.slow),
        ("pairs/round-0/preference/shard-00000-of-00002.parquet", 1000),
        pytest.param("pairs/round-1/shard-00001-of-00002.parquet", 5000, marks=pytest.mark.slow),
        pytest.param("students/round-1", 500_000, marks=pytest.mark.slow),
        ("dimple/microworld_news", 4000),
        ("student", 500_000),
        pytest.param("evaluation/round-1.json", 500, marks=pytest.mark.slow),
        ("metrics.json", 2000),
        pytest.param("report.html", 40_000, marks=pytest.mark.slow),
    ],
)
def test_a_full_disk(run, tiny, small_disk, lost, size):
    tables = files_below(run, "*.parquet")
    path = run / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    left = set(run.rglob("*"))
    with small_disk(size):
        outcome = impossible("demo", "--out", run, *tiny)
    assert (outcome.status, outcome.out) == (1, "")
    [line] = outcome.complaints
    assert str(path) in line
    assert "File too large" in line
    assert "free some space" in line or "make room" in line
    assert not [new for new in set(run.rglob("*")) - left if new.is_relative_to(path) or new.name.startswith(".")]
    assert impossible("demo", "--out", run, *tiny).status == 0
    assert files_below(run, "*.parquet") == tables


@pytest.mark.slow
def test_a_full_disk_while_datasets_assembles(run, tiny, small_disk):
    shutil.rmtree(run / "dimple")
    shutil.rmtree(run / "cache")
    with small_disk(1000):
        outcome = impossible("demo", "--out", run, *tiny)
    [line] = outcome.complaints
    assert (outcome.status, outcome.out) == (1, "")
    assert f"cannot write {run}/cache" in line
    assert not (run / "dimple").exists()
    assert impossible("demo", "--out", run, *tiny).status == 0
