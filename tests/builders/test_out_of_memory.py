"""Memory that runs out halves the batches and loses nothing; a model that cannot even read the smallest one fails."""

import random

import pytest
import torch

from builders import judging, pair_filtering, token_batches
from builders.config import from_mapping
from builders.critics.entailment import entailment_model
from builders.critics.screen_calibration import calibrate
from builders.critics.sentence_classifier import sentence_classifier
from builders.critics.settings import CriticsConfig
from builders.critics.word_match import encoder
from builders.journal import Stage
from builders.judging import rejects_folder
from builders.models import load_classifier, load_encoder
from builders.pair_filtering import filter_table
from builders.preference import preference_folder
from builders.sampling import SAMPLES_SCHEMA
from builders.stage import candidates, pairs_stage
from tests.builders import tiny_models
from tests.builders.test_pair_filtering import table_of

SCORES = ("entailment_forward", "entailment_backward", "rouge_l", "toxicity", "screen")


@pytest.fixture(autouse=True)
def _fresh_budget(monkeypatch):
    monkeypatch.setattr(token_batches.BUDGET, "halvings", 0)
    monkeypatch.setattr(judging, "_PAIRS_AT_A_TIME", 30)  # several groups a shard
    for loaded in (load_classifier, load_encoder, entailment_model, sentence_classifier, encoder):
        loaded.cache_clear()  # other tests may have left one of these with a copy that the others no longer have


@pytest.fixture
def room(monkeypatch):
    """Gives a model room for so many tokens a batch; returns the list of the batches that it reads from then on."""

    def give(model, tokens):
        read, forward = [], type(model).forward

        def narrow(*arguments, **inputs):
            ids = arguments[0] if arguments else inputs["input_ids"]
            if ids.numel() > tokens:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            read.append(ids.numel())
            return forward(model, *arguments, **inputs)

        monkeypatch.setattr(model, "forward", narrow)
        return read

    return give


@pytest.fixture
def samples(tmp_path):
    """Contexts with ever more sentences: what comes late in a shard comes in larger batches."""
    rng = random.Random(0)
    stage = Stage(tmp_path / "samples", "mark", 2).open()
    for shard in range(2):
        names = [f"{shard}-{n}" for n in range(6)]
        rows = [
            {
                **dict.fromkeys(("context_id", "passage_id", "context"), name),
                "domain": "news",
                "sentences": list({tiny_models.sentence(rng): None for _ in range(3 + 2 * n)}),
                "teacher": "none",
                "seed": 0,
            }
            for n, name in enumerate(names)
        ]
        stage.write_shard(shard, rows, SAMPLES_SCHEMA, {})
    return stage


def critics(*entries):
    return from_mapping(CriticsConfig, list(entries), "critics")


def paraphrase(critic):
    semantic = {"semantic_equivalence": {"model": critic, "min_entailment": 0.15}}
    return critics({"rouge_l": {}}, semantic, {"diversity": {"tau_entail": 0.4}})


def same_rows(found, expected):
    assert [without_scores(row) for row in found] == [without_scores(row) for row in expected]
    for name in SCORES:
        given = [(row[name], other[name]) for row, other in zip(found, expected, strict=True) if name in row]
        assert all(a == b or a == pytest.approx(b, abs=1e-5) for a, b in given)


def without_scores(row):
    return {name: value for name, value in row.items() if name not in SCORES and name != "scores"}


def tables(stage):
    folders = stage.folder, preference_folder(stage), rejects_folder(stage)
    return [list(Stage.load(folder).read_rows()) for folder in folders]


def test_a_shard_is_judged_again_with_half_the_batches_and_nothing_is_lost(samples, critic, room, tmp_path):
    whole = pairs_stage(samples, paraphrase(critic), tmp_path / "whole", keep_rejects=True)
    assert "halved_batches" not in whole.counts()
    read = room(load_classifier(critic)[0], 300)
    halved = pairs_stage(samples, paraphrase(critic), tmp_path / "halved", keep_rejects=True)
    assert token_batches.BUDGET.halvings == 2  # of 1,024
    assert max(read[-10:]) <= 256
    assert read[0] > 0  # the first groups were judged before memory ran out
    for found, expected in zip(tables(halved), tables(whole), strict=True):
        assert expected
        same_rows(found, expected)
    assert halved.counts() == whole.counts() | {"halved_batches": 4}  # two in either shard


def test_where_the_smallest_batch_is_too_much_the_error_comes_through(samples, critic, room, tmp_path):
    room(load_classifier(critic)[0], 10)
    with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory"):
        pairs_stage(samples, paraphrase(critic), tmp_path / "pairs")
    assert token_batches.BUDGET.tokens("cpu") == 64
    assert token_batches.BUDGET.halvings == 4
    assert Stage.load(tmp_path / "pairs").missing() == [0, 1]


def test_another_error_is_not_taken_for_want_of_memory(samples, critic, monkeypatch, tmp_path):
    def broken(**inputs):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(load_classifier(critic)[0], "forward", broken)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        pairs_stage(samples, paraphrase(critic), tmp_path / "pairs")
    assert token_batches.BUDGET.halvings == 0


def test_toxicity_keeps_to_the_same_budget(samples, room, tmp_path_factory, tmp_path):
    model = tiny_models.make_critic(tmp_path_factory.mktemp("models"), ("neutral", "Toxic", "insult"))
    chosen = critics({"toxicity": {"model": model, "max": 0.66}})
    whole = pairs_stage(samples, chosen, tmp_path / "whole")
    assert 0 < whole.counts()["dropped:toxicity"] < whole.counts()["candidates"]
    room(load_classifier(model)[0], 100)
    halved = pairs_stage(samples, chosen, tmp_path / "halved")
    assert token_batches.BUDGET.halvings > 0
    same_rows(list(halved.read_rows()), list(whole.read_rows()))


def test_the_screen_keeps_to_it_too(samples, critic, room, tmp_path, monkeypatch):
    monkeypatch.setattr("builders.critics.screen_calibration._LEAST_KEPT", 5)
    monkeypatch.setattr("builders.critics.screen_calibration._CONTEXTS", 1)  # whole contexts, in larger batches
    settings = {"calibration_pairs": 300, "audit": 0.2}
    semantic = {"semantic_equivalence": {"model": critic, "min_entailment": 0.15}}
    calibrated = calibrate(critics({"screen": settings}, semantic), candidates(samples, paraphrase(critic)))
    chosen = critics({"screen": settings | {"layer": 1, "threshold": 0.2}}, semantic)
    whole = pairs_stage(samples, chosen, tmp_path / "whole")
    room(load_classifier(critic)[0], 300)
    again = calibrate(critics({"screen": settings}, semantic), candidates(samples, paraphrase(critic)))
    assert token_batches.BUDGET.halvings == 2
    assert again == pytest.approx(calibrated, abs=1e-5)
    room(load_encoder(critic)[0], 120)
    halved = pairs_stage(samples, chosen, tmp_path / "halved")
    assert token_batches.BUDGET.halvings > 2
    same_rows(list(halved.read_rows()), list(whole.read_rows()))


def test_filtering_a_table_goes_on_too(critic, room, tmp_path, monkeypatch):
    monkeypatch.setattr(pair_filtering, "ROWS_PER_SHARD", 40)
    rng = random.Random(2)
    table = table_of([(tiny_models.sentence(rng), tiny_models.sentence(rng)) for _ in range(80)])
    whole = filter_table(table, paraphrase(critic), tmp_path / "whole")
    room(load_classifier(critic)[0], 300)
    halved = filter_table(table, paraphrase(critic), tmp_path / "halved")
    assert halved.counts() == whole.counts() | {"halved_batches": 4}
    for found, expected in ((halved.kept, whole.kept), (halved.dropped, whole.dropped)):
        same_rows(list(found.read_rows()), list(expected.read_rows()))
