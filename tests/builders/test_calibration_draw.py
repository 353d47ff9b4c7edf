import random

import numpy as np
import pytest

from builders.calibrated_stage import CalibratedStage
from builders.calibration import Calibration
from builders.calibration_draw import _choose_labels, draw
from builders.critics.dissimilarity import RougeLConfig
from builders.critics.entailment import EntailmentModel
from builders.errors import UsageError
from builders.journal import Stage
from builders.pairs import enumerate_unordered_pairs
from builders.sampling import SAMPLES_SCHEMA
from microworld import oracle
from microworld.labelled_pairs import draw_pair

MODEL = "microworld:models/critic"
CRITICS = [{"rouge_l": {"max": 0.75}}, {"semantic_equivalence": {"model": MODEL}}, {"diversity": {}}]
CONTEXTS = 45


def sample(number, rng):
    pairs = [draw_pair(rng, "development") for _ in range(3)]
    sentences = [sentence for pair in pairs for sentence in (pair.premise, pair.hypothesis)]
    names = {"context_id": f"{number:04}", "passage_id": "p", "domain": "news", "context": f"BOSTON (AP) -- {number}"}
    return names | {"sentences": sentences, "teacher": "none", "seed": 0}


def stage_of(folder, critics=CRITICS):
    """A run whose sentences are the grammar's, so that the oracle knows all of them; its pairs need not be there."""
    rng = random.Random(5)
    rows = [sample(number, rng) for number in range(CONTEXTS)]
    samples = Stage(folder / "samples" / "round-0", "mark", 2).open()
    for shard in (0, 1):
        samples.write_shard(shard, rows[shard::2], SAMPLES_SCHEMA, {})
    Stage(folder / "pairs" / "round-0", "mark", 2, {"critics": critics}).open()
    return CalibratedStage.of(folder)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return stage_of(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def drawn(stage):
    """The pairs to label and the record of a draw that scores every candidate."""
    return draw(stage, 120, seed=0)


def candidates_of(stage):
    return [pair for row in stage.samples.read_rows() for pair in enumerate_unordered_pairs(row)]


@pytest.fixture(scope="module")
def every_pair(stage):
    """The score of each candidate that comes to the critic, and the truth."""
    candidates = candidates_of(stage)
    verdicts = RougeLConfig().build(None).judge(candidates)
    pairs = [pair for pair, verdict in zip(candidates, verdicts, strict=True) if verdict.reason is None]
    model = EntailmentModel(MODEL)
    forward = model.probabilities([(pair.source, pair.target) for pair in pairs])
    backward = model.probabilities([(pair.target, pair.source) for pair in pairs])
    truth = np.array([oracle.equivalent(pair.source, pair.target) for pair in pairs])
    return np.minimum(forward, backward), truth


def person(pairs, record):
    """The oracle in place of a person."""
    named = zip(record["pairs"], pairs, strict=True)
    return {pair["id"]: oracle.equivalent(drawn.source, drawn.target) for pair, drawn in named}


def test_the_labels_of_a_few_pairs_tell_of_all(drawn, every_pair):
    scores, truth = every_pair
    accepted = scores >= 0.75
    exact = {"precision": truth[accepted].mean(), "recall": (truth & accepted).sum() / truth.sum()}
    assert 0.6 < exact["precision"] < 1  # or there would be nothing to find out
    pairs, record = drawn
    point = Calibration(record, person(pairs, record)).at(0.75)
    for name, value in exact.items():
        assert point[name]["low"] <= value <= point[name]["high"]
        assert point[name]["high"] - point[name]["low"] < 0.4


def test_every_candidate_that_comes_to_the_critic_is_scored(stage, drawn, every_pair):
    scores, _ = every_pair
    _, record = drawn
    assert len(record["scores"]) == len(scores)
    assert sorted(record["scores"]) == pytest.approx(sorted(scores), abs=1e-5)
    assert record["share_drawn"] == 1
    assert record["candidates_in_run"] == len(candidates_of(stage))


def test_weights_count_the_candidates_that_a_label_stands_for(drawn):
    _, record = drawn
    assert sum(s["to_label"] for s in record["strata"]) == len(record["pairs"]) == 120
    counted = sum(s["weight"] * s["to_label"] for s in record["strata"] if s["to_label"])
    assert counted == pytest.approx(len(record["scores"]))
    accepted = sum(pair["score"] >= 0.75 for pair in record["pairs"])
    assert accepted > 30  # though few candidates are accepted


def test_of_many_candidates_a_part_is_scored_each_with_the_same_chance(stage, every_pair):
    _, record = draw(stage, 8, seed=0)
    wanted = 8 * 50 / len(candidates_of(stage))
    assert record["share_drawn"] == pytest.approx(wanted)
    assert len(record["scores"]) == pytest.approx(wanted * len(every_pair[0]), rel=0.15)


def test_the_seed_draws(stage):
    first, again, other = ([pair.id for pair in draw(stage, 2, seed)[0]] for seed in (0, 0, 1))
    assert first == again != other


def test_the_order_tells_nothing_of_the_scores(drawn):
    scores = [pair["score"] for pair in drawn[1]["pairs"]]
    assert abs(np.corrcoef(scores, range(len(scores)))[0, 1]) < 0.25


def test_no_more_pairs_than_there_are():
    strata, ids = np.array([0, 0, 3, 5]), list("abcd")
    assert sorted(_choose_labels(strata, ids, 10, seed=0)) == [0, 1, 2, 3]
    assert len(_choose_labels(strata, ids, 3, seed=0)) == 3


def test_summaries_are_scored_forward_in_both_orders(tmp_path):
    forward = {"semantic_equivalence": {"model": MODEL, "direction": "forward"}}
    stage = stage_of(tmp_path, ["compression", forward])
    pairs, record = draw(stage, 10, seed=0)
    model = EntailmentModel(MODEL)
    expected = model.probabilities([(pair.source, pair.target) for pair in pairs])
    assert [pair["score"] for pair in record["pairs"]] == pytest.approx(expected, abs=1e-5)
    ordered = (len(set(row["sentences"])) for row in stage.samples.read_rows())
    assert record["candidates_in_run"] == sum(size * (size - 1) for size in ordered)


def test_the_threshold_does_not_change_what_was_drawn_but_the_critics_before_do(tmp_path, stage):
    def mark(name, critics):
        return stage_of(tmp_path / name, critics).scored_by()

    strict = {"semantic_equivalence": {"model": MODEL, "min_entailment": 0.9}}
    assert mark("strict", [CRITICS[0], strict, {"diversity": {}}]) == stage.scored_by()
    assert mark("words", [{"rouge_l": {"max": 0.5}}, *CRITICS[1:]]) != stage.scored_by()


def test_without_a_semantic_critic_there_is_nothing_to_calibrate(tmp_path):
    with pytest.raises(UsageError, match="no semantic_equivalence critic"):
        stage_of(tmp_path, ["rouge_l"])


def test_a_run_with_a_screen_can_be_calibrated_on_what_passes_it(tmp_path):
    screen = {"screen": {"layer": 3, "threshold": 0.4, "audit": 0.0}}
    stage = stage_of(tmp_path, [CRITICS[0], screen, *CRITICS[1:]])
    pairs, _record = draw(stage, 20, seed=0)
    assert len(pairs) == 20
    assert all(pair.scores["screen"] >= 0.4 for pair in pairs)
    assert [type(critic).__name__ for critic in stage.before] == ["RougeLConfig", "ScreenConfig"]
