import shutil

import pytest

from builders.config import from_mapping
from builders.critics.settings import CriticsConfig, build_critics
from builders.errors import RunError, UsageError
from builders.filtering import filter_pairs
from builders.inspection import inspect
from builders.journal import Stage
from builders.pairs import enumerate_unordered_pairs
from builders.sampling import SAMPLES_SCHEMA
from builders.stage import pairs_stage

SENTENCES = [
    "Halden Industrial launched a new phone in Boston.",
    "It was Halden Industrial that launched a new phone in Boston.",
    "Halden Industrial launched a new phone.",
    "Heavy rain hit Dallas on Monday.",
]
CRITICS = [
    {"rouge_l": {"max": 0.99}},
    {"semantic_equivalence": {"model": "microworld:models/critic"}},
    {"diversity": {}},
]


def sample(context_id, sentences):
    names = {"context_id": context_id, "passage_id": "p", "domain": "news", "context": "BOSTON (AP) --"}
    return names | {"sentences": sentences, "teacher": "none", "seed": 0}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    samples = Stage(folder / "samples" / "round-0", "mark", 2).open()
    samples.write_shard(
        0, [sample("abc1", [*SENTENCES, SENTENCES[0]]), sample("abd2", SENTENCES[2:])], SAMPLES_SCHEMA, {}
    )
    samples.write_shard(1, [sample("ffff", SENTENCES[:2])], SAMPLES_SCHEMA, {})
    pairs_stage(samples, from_mapping(CriticsConfig, CRITICS, "critics"), folder / "pairs" / "round-0")
    return folder


def by_place(found):
    return {(pair.source, pair.target): pair for pair in found.pairs}


def test_every_pair_is_there_with_the_reason_that_the_critics_give(run):
    found = inspect(run, "abc1")
    assert (found.sentences, found.sampled) == (SENTENCES, 5)
    candidates = list(enumerate_unordered_pairs(sample("abc1", SENTENCES)))
    expected = filter_pairs(candidates, build_critics(from_mapping(CriticsConfig, CRITICS, "critics"), True))
    reasons = {(pair.source, pair.target): None for pair in expected.kept}
    reasons |= {(pair.source, pair.target): reason for pair, reason in expected.rejects}
    assert {(SENTENCES[a], SENTENCES[b]): pair.reason for (a, b), pair in by_place(found).items()} == reasons
    assert found.pairs[0].reason is None
    assert not any(pair.disputed for pair in found.pairs)


def test_entailment_holds_what_was_asked_and_no_more(run):
    found = inspect(run, "abc1")
    assert found.entailment[0, 1] >= found.min_entailment > found.entailment[2, 0]
    asked = {(p.source, p.target) for p in found.pairs if "entailment_forward" in p.scores}
    asked |= {(p.target, p.source) for p in found.pairs if "entailment_backward" in p.scores}
    assert set(found.entailment) == asked


def test_pairs_that_say_the_same_are_of_one_component(run):
    components = [pair.component for pair in inspect(run, "abc1").pairs if pair.reason in (None, "diversity")]
    assert components == [0] * len(components) != []
    dropped = [pair for pair in inspect(run, "abc1").pairs if pair.reason == "entailment_forward"]
    assert dropped[0].component is None


def test_the_table_of_the_run_has_the_last_word(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    stage = Stage.load(copy / "pairs" / "round-0")
    table = stage.read_table(0)
    stage.write_shard(0, [], table.schema.remove_metadata(), {})
    disputed = [pair for pair in inspect(copy, "abc1").pairs if pair.disputed]
    assert [pair.reason for pair in disputed] == ["not among the run's kept pairs"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ab", "2 contexts begin with 'ab'; some to choose from: abc1, abd2"),
        ("x", "no context of the run is 'x' or begins so; some to choose from: abc1, abd2, ffff"),
    ],
)
def test_an_id_that_says_too_little_or_nothing(run, name, message):
    with pytest.raises(UsageError, match=message):
        inspect(run, name)


def test_the_first_digits_are_enough(run):
    assert inspect(run, "f").context["context_id"] == "ffff"


def test_a_round_that_the_run_has_not(run, tmp_path):
    with pytest.raises(RunError, match="has no pairs of round 1; it has 0"):
        inspect(run, "abc1", 1)
    with pytest.raises(RunError, match="it has none yet; run 'impossible build' first"):
        inspect(tmp_path, "abc1")
    with pytest.raises(UsageError, match="no run folder"):
        inspect(tmp_path / "none", "abc1")
