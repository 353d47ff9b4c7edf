import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builders.config import from_mapping
from builders.critics.settings import CriticsConfig
from builders.domain import DomainConfig
from builders.errors import RunError
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA
from builders.sampling import sample_stage
from builders.sampling_config import SamplingConfig
from builders.stage import complete_stage, pairs_stage
from tests.builders.run_stages import run_stages


def paraphrase_critics(critic, **diversity):
    entries = [
        {"rouge_l": {"max": 0.75}},
        {"semantic_equivalence": {"model": critic, "min_entailment": 0.15}},
        {"tree_edit_distance": {"min": 2, "parser": "tests.builders.critics.parsers:flat"}},
        {"diversity": {"tau_entail": 0.4} | diversity},
    ]
    return from_mapping(CriticsConfig, entries, "critics")


def summary_critics(critic):
    entries = [
        "compression",
        {"semantic_equivalence": {"model": critic, "min_entailment": 0.15, "direction": "forward"}},
        {"diversity": {"tau_entail": 0.4}},
    ]
    return from_mapping(CriticsConfig, entries, "critics")


@pytest.fixture(scope="module")
def samples(teacher, tmp_path_factory):
    config = SamplingConfig(
        teacher=teacher,
        domain=DomainConfig(name="news"),
        contexts=8,
        k=8,
        contexts_per_shard=4,
        sentence_tokens=40,
        context_tokens=90,
    )
    return sample_stage(config, 1, tmp_path_factory.mktemp("run") / "samples", "round-0")


def stage_bytes(stage):
    return [stage.shard_path(i).read_bytes() for i in range(stage.num_shards)]


def test_a_shard_of_samples_becomes_a_shard_of_scored_pairs(samples, critic, tmp_path):
    stage = pairs_stage(samples, paraphrase_critics(critic), tmp_path)
    assert stage.num_shards == samples.num_shards
    rows = list(stage.read_rows())
    assert rows
    contexts = {row["context_id"]: row for row in samples.read_rows()}
    for row in rows:
        assert list(row) == DIMPLE_SCHEMA.names
        assert {row["source"], row["target"]} <= set(contexts[row["context_id"]]["sentences"])
        assert min(row["entailment_forward"], row["entailment_backward"]) >= 0.15
        assert row["rouge_l"] <= 0.75
        assert row["tree_edit_distance"] >= 2
        assert row["round"] == 0


def test_the_counts_add_up(samples, critic, tmp_path):
    counts = pairs_stage(samples, paraphrase_critics(critic), tmp_path).counts()
    sizes = [len(set(row["sentences"])) for row in samples.read_rows()]
    assert counts["contexts"] == len(sizes)
    assert counts["sentences"] == sum(sizes)
    assert counts["candidates"] == sum(n * (n - 1) // 2 for n in sizes)
    dropped = sum(count for name, count in counts.items() if name.startswith("dropped:"))
    assert counts["candidates"] - dropped == counts["kept"]


def test_summaries_come_in_both_orders(samples, critic, tmp_path):
    stage = pairs_stage(samples, summary_critics(critic), tmp_path)
    sizes = [len(set(row["sentences"])) for row in samples.read_rows()]
    assert stage.counts()["candidates"] == sum(n * (n - 1) for n in sizes)
    rows = list(stage.read_rows())
    assert rows
    assert list(rows[0]) == DIMSUM_SCHEMA.names
    assert all(row["compression"] < 0.8 for row in rows)


def test_other_critics_start_the_stage_afresh(samples, critic, tmp_path):
    first = pairs_stage(samples, paraphrase_critics(critic), tmp_path)
    second = pairs_stage(samples, paraphrase_critics(critic, pairs_per_component=5), tmp_path)
    assert first.fingerprint != second.fingerprint
    assert second.counts()["kept"] > 1
    assert first.missing() == [0, 1]


def test_an_edited_parser_starts_the_stage_afresh(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "edited_parser.py").write_text("def parse(sentence): return '(S)'\n")
    critics = from_mapping(CriticsConfig, [{"tree_edit_distance": {"parser": "edited_parser:parse"}}], "critics")
    before = critics.identity()
    assert critics.identity() == before
    (tmp_path / "edited_parser.py").write_text("def parse(sentence): return '(S (S))'\n")
    assert critics.identity() != before


def test_a_missing_shard_is_computed_by_the_stage_that_made_the_others(samples, critic, tmp_path):
    stage = pairs_stage(samples, paraphrase_critics(critic), tmp_path)
    whole = stage_bytes(stage)
    stage.shard_path(1).unlink()
    assert stage_bytes(complete_stage(tmp_path)) == whole


def test_a_missing_shard_of_another_stage_is_named(tmp_path):
    Stage(tmp_path, "abc", 2, {"stage": "candidates"}).open()
    with pytest.raises(RunError, match="lacks shard 0, 1 of 2"):
        complete_stage(tmp_path)


def run_and_kill(out, teacher, critic, workers, pattern):
    """Runs both stages in a process of their own and kills it as soon as a file matches the pattern."""
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(Path(__file__).with_name("run_stages.py")), str(out), teacher, critic, str(workers)]
    process = subprocess.Popen(command, env=environment, cwd=root, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while process.poll() is None and not list(out.glob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("pattern", "workers"),
    [
        ("samples/shard-*", 1),
        pytest.param("samples/.shard-*.partial", 1, marks=pytest.mark.slow),
        pytest.param("samples/shard-*", 2, marks=pytest.mark.slow),
        pytest.param("pairs/shard-*", 1, marks=pytest.mark.slow),
    ],
)
def test_kill_9_and_again_gives_the_same_bytes(teacher, critic, tmp_path, pattern, workers):
    run_and_kill(tmp_path / "killed", teacher, critic, workers, pattern)
    left = [Stage.load(path.parent) for path in tmp_path.glob("killed/*/stage.json")]
    assert any(stage.missing() for stage in left)
    for out in ("killed", "whole"):
        run_stages(tmp_path / out, teacher, critic, 1)
    files = sorted(path.relative_to(tmp_path / "whole") for path in tmp_path.glob("whole/**/*.parquet"))
    assert len(files) == 12  # four shards of samples, of pairs and of their preference rows
    for name in files:
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_rejects_are_kept_on_request_with_reason_and_scores(samples, critic, tmp_path):
    critics = paraphrase_critics(critic)
    plain = pairs_stage(samples, critics, tmp_path)
    before = stage_bytes(plain)
    stage = pairs_stage(samples, critics, tmp_path, keep_rejects=True)  # a finished stage lacks only these
    assert stage_bytes(stage) == before
    counts = stage.counts()
    rejects = list(Stage.load(tmp_path / "rejects").read_rows())
    assert len(rejects) == counts["candidates"] - counts["kept"]
    for reason in ("rouge_l", "entailment_forward", "diversity"):
        assert sum(row["reason"] == reason for row in rejects) == counts[f"dropped:{reason}"]
    for row in rejects:
        scores = json.loads(row["scores"])
        assert (scores["rouge_l"] > 0.75) == (row["reason"] == "rouge_l")
