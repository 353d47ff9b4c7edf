from dataclasses import replace
from pathlib import Path

import pytest

from builders.config import from_mapping
from builders.critics.settings import CriticsConfig
from builders.domain import DomainConfig, SentencesConfig
from builders.errors import ConfigError
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA
from builders.sampling import SAMPLES_SCHEMA
from builders.sentences import REFUSALS
from tests.trainers.conftest import PAIRS
from trainers.self_distillation import candidates_stage
from trainers.self_distillation_config import SelfDistillationConfig

CRITICS = from_mapping(CriticsConfig, [{"rouge_l": {"max": 0.75}}], "critics")
CONFIG = SelfDistillationConfig(contexts=4, candidates=4, temperature=1.5)


@pytest.fixture(scope="module")
def samples(tmp_path_factory, pairs) -> Stage:
    sentences = [source for source, _ in pairs[:6]]
    rows = [
        {
            "context_id": f"c{i}",
            "passage_id": f"p{i}",
            "domain": "news",
            "context": f"Context {i}.",
            "sentences": [sentences[i], sentences[i], sentences[2]],
            "teacher": "tiny",
            "seed": 0,
        }
        for i in range(4)
    ]
    stage = Stage(tmp_path_factory.mktemp("samples"), "fixed", 2).open()
    for shard in range(2):
        stage.write_shard(shard, rows[2 * shard : 2 * shard + 2], SAMPLES_SCHEMA, {})
    return stage


def distill(samples: Stage, student: Path, folder: Path, config: SelfDistillationConfig = CONFIG, **settings) -> Stage:
    domain, earlier = settings.pop("domain", DomainConfig(name="news")), settings.pop("earlier", [])
    critics = settings.pop("critics", CRITICS)
    place = {"folder": folder, "round_number": 1, "seed": 0}
    return candidates_stage(samples, student, earlier, critics, config, domain, **place, **settings)


def test_rows_are_dimple_rows_with_the_context_of_their_source(samples, student, tmp_path):
    stage = distill(samples, student, tmp_path)
    rows = list(stage.read_rows())
    assert rows
    assert set(rows[0]) == set(DIMPLE_SCHEMA.names)
    sentences = {row["context_id"]: row["sentences"] for row in samples.read_rows()}
    for row in rows:
        assert row["source"] in sentences[row["context_id"]]
        assert row["context"] == f"Context {row['context_id'][1:]}."
        assert (row["round"], row["domain"]) == (1, "news")
        assert row["rouge_l"] <= 0.75
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_decoder_only_student_writes_its_pairs_without_their_prompt(samples, decoder, tmp_path):
    rows = list(distill(samples, decoder, tmp_path, replace(CONFIG, temperature=0.0, candidates=1)).read_rows())
    assert rows
    assert all((row["source"], row["target"]) in PAIRS for row in rows)


def test_counts_are_a_funnel(samples, student, tmp_path):
    stage = distill(samples, student, tmp_path)
    counts = stage.counts()
    refused = [f"refused:{reason}" for reason in REFUSALS]
    assert list(counts) == [
        "contexts",
        "known",
        "sentences",
        "outputs",
        *refused,
        "candidates",
        "dropped:rouge_l",
        "kept",
    ]
    assert (counts["contexts"], counts["sentences"], counts["outputs"]) == (4, 4, 16)
    assert counts["candidates"] <= counts["outputs"] - sum(counts[name] for name in refused)
    assert counts["candidates"] == counts["dropped:rouge_l"] + counts["kept"]
    assert counts["kept"] == len(list(stage.read_rows()))


def test_outputs_that_do_not_qualify_are_no_candidates_and_counted_by_reason(samples, student, tmp_path):
    long = DomainConfig(name="news", sentences=SentencesConfig(max_characters=20))
    counts = distill(samples, student, tmp_path, domain=long).counts()
    assert counts["refused:too_long"] > 0
    assert counts["candidates"] <= counts["outputs"] - counts["refused:too_long"]


def test_a_sentence_that_contexts_share_is_asked_once(samples, student, tmp_path):
    every = replace(CONFIG, sentences_per_context=3)
    stage = distill(samples, student, tmp_path, every)
    assert stage.counts()["sentences"] == 2 + 1 + 2  # shard 0: one each and the shared one; shard 1: c2's own is shared
    shard = stage.read_shard(0)
    shared = {row["context_id"] for row in shard if row["source"].startswith("The court")}
    assert shared == {"c0"}


def test_no_sentence_of_an_earlier_round_becomes_a_source(samples, student, tmp_path):
    known = next(iter(samples.read_rows()))["sentences"][0]
    earlier = Stage(tmp_path / "earlier", "earlier", 1).open()
    blank = dict.fromkeys(DIMPLE_SCHEMA.names)
    earlier.write_shard(0, [blank | {"source": known, "target": "Else."}], DIMPLE_SCHEMA, {})
    stage = distill(samples, student, tmp_path / "pairs", earlier=[earlier])
    assert known not in {row["source"] for row in stage.read_rows()}
    assert stage.counts()["known"] == 1
    assert stage.counts()["sentences"] == 4  # of the context another sentence is taken


def test_a_student_answers_a_source_once_where_one_candidate_is_selected(samples, student, tmp_path):
    many, lenient = replace(CONFIG, candidates=24), from_mapping(CriticsConfig, [{"rouge_l": {"max": 1.0}}], "critics")
    chosen = distill(samples, student, tmp_path / "1", replace(many, select="lowest_rouge_l"), critics=lenient)
    every = list(distill(samples, student, tmp_path / "all", many, critics=lenient).read_rows())
    best = {}
    for row in every:
        place = row["context_id"], row["source"]  # shards do not know of each other's sources
        best[place] = min(best.get(place, 1.0), row["rouge_l"])
    rows = list(chosen.read_rows())
    assert {(row["context_id"], row["source"]): row["rouge_l"] for row in rows} == best
    assert len(rows) == len(best) < len(every)
    assert "dropped:selection" in chosen.counts()


def test_a_lost_shard_comes_back_with_the_same_bytes(samples, student, tmp_path):
    stage = distill(samples, student, tmp_path)
    before = [stage.shard_path(shard).read_bytes() for shard in range(2)]
    stage.shard_path(1).unlink()
    again = distill(samples, student, tmp_path)
    assert [again.shard_path(shard).read_bytes() for shard in range(2)] == before


def test_only_this_process_shards_are_made(samples, student, tmp_path):
    assert distill(samples, student, tmp_path, only=(1, 2)).missing() == [0]


@pytest.mark.parametrize(("setting", "value"), [("candidates", 0), ("top_p", 0.0), ("temperature", -1.0)])
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(ConfigError, match=setting):
        SelfDistillationConfig(**({"contexts": 1} | {setting: value}))
