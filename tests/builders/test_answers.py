"""Entailment of every two sentences, shared by lists of critics."""

import pytest

from builders.answers import answers_stage, read_answers
from builders.config import from_mapping
from builders.critics.entailment import EntailmentModel
from builders.critics.settings import CriticsConfig
from builders.journal import Stage
from builders.sampling import SAMPLES_SCHEMA
from builders.stage import pairs_stage
from tests.builders.tiny_models import make_critic

SENTENCES = [["Acme won.", "It was Acme that won.", "Acme won."], ["Rain fell in Boston.", "Boston saw rain.", "No."]]


@pytest.fixture(scope="module")
def critic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("critic") / "critic"
    make_critic(folder)
    return str(folder)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("samples"), "fixed", 2).open()
    for shard, sentences in enumerate(SENTENCES):
        row = {"context_id": f"c{shard}", "passage_id": f"p{shard}", "domain": "news", "context": "Context."}
        stage.write_shard(shard, [row | {"sentences": sentences, "teacher": "tiny", "seed": 0}], SAMPLES_SCHEMA, {})
    return stage


def test_every_ordered_pair_of_distinct_sentences_is_answered_once(samples, critic, tmp_path):
    stage = answers_stage(samples, critic, tmp_path)
    first, second = (read_answers(stage, shard) for shard in range(2))
    assert set(first) == {("Acme won.", "It was Acme that won."), ("It was Acme that won.", "Acme won.")}
    assert len(second) == 6
    assert first == dict(zip(first, EntailmentModel(critic).probabilities(list(first)), strict=True))
    assert stage.counts() == {"answers": 8}


def test_critics_take_the_answers_and_ask_for_none(samples, critic, tmp_path):
    semantic = {"semantic_equivalence": {"model": critic, "min_entailment": 0.01}}
    critics = from_mapping(CriticsConfig, [semantic, "diversity"], "critics")
    answers = answers_stage(samples, critic, tmp_path / "answers")
    shared = pairs_stage(samples, critics, tmp_path / "shared", answers=answers)
    alone = pairs_stage(samples, critics, tmp_path / "alone")
    kept = [[(row["source"], row["target"]) for row in stage.read_rows()] for stage in (shared, alone)]
    assert kept[0] == kept[1]
    assert kept[0]
    calls = [stage.counts()["nli_calls_semantic_equivalence"] for stage in (shared, alone)]
    assert calls[0] == 0 < calls[1]
    assert shared.fingerprint != alone.fingerprint
