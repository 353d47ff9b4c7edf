"""What proximity samples, leaves out and says of its shards, and what makes it measure again."""

import dataclasses
from collections import Counter

import pytest

import builders.proximity
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.domain import DomainConfig
from builders.errors import RunError
from builders.journal import Stage
from builders.proximity import measure_proximity
from builders.proximity_config import ProximityConfig
from builders.proximity_judging import KnownMeanings
from builders.sampling import sample_stage
from builders.sampling_config import CorpusConfig, SamplingConfig
from builders.token_batches import BUDGET
from tests.builders.scripted_teacher import ScriptedTeacher

DAYS = ("Monday", "Tuesday", "Friday")
PASSAGES = [
    f"Boeing said profit rose on {day}. Apple said sales fell last week. Nike said shares gained." for day in DAYS
]
SMALL = ProximityConfig(lengths=(1, 3), temperatures=(0.5, 1.0), contexts=3, k=4)


@pytest.fixture
def sampling(tmp_path):
    (tmp_path / "passages.txt").write_text("".join(f"{passage}\n" for passage in PASSAGES))
    corpus = CorpusConfig(place=str(tmp_path / "passages.txt"))
    return SamplingConfig(teacher="scripted", domain=DomainConfig(name="news"), contexts=1, corpus=corpus)


@pytest.fixture
def scripted(monkeypatch):
    """Takes the place of the teacher: writes sentences of its own for each context and draws each of them once."""

    def install(room=None, write=None):
        drawn = Counter()

        def own(prompt):
            drawn[prompt.text] += 1
            return f"Sales fell by {drawn[prompt.text] % 3} percent."

        teacher = ScriptedTeacher(write or own, room=room)
        monkeypatch.setattr("builders.proximity.load_teacher", lambda config: teacher)
        return teacher

    return install


def measure(sampling, critic, folder, config=SMALL, known=None, seed=7):
    semantic = SemanticEquivalenceConfig(model=critic, min_entailment=0.1)
    return measure_proximity(config, sampling, semantic, known, seed, folder)


def marks(folder):
    return [Stage.load(folder / name).fingerprint for name in ("samples", "pairs")]


def test_each_temperature_is_sampled_at_its_own(sampling, critic, scripted, tmp_path):
    teacher = scripted()
    measure(sampling, critic, tmp_path / "out")
    assert [decoding.temperature for _, decoding in teacher.asked] == [0.5, 1.0]
    assert all(decoding.num_return == 4 for _, decoding in teacher.asked)


def test_what_a_context_gave_at_all_temperatures_lies_together(sampling, critic, scripted, tmp_path):
    scripted()
    measure(sampling, critic, tmp_path / "out")
    rows = [(row["context_id"], row["temperature"]) for row in Stage.load(tmp_path / "out/samples").read_rows()]
    assert [temperature for _, temperature in rows] == [0.5, 1.0] * 6
    assert [name for name, _ in rows[::2]] == [name for name, _ in rows[1::2]]
    assert len({name for name, _ in rows}) == 6


def test_no_context_is_one_of_a_runs(teacher, critic, tmp_path):
    small = {
        "contexts_per_shard": 4,
        "sentence_tokens": 40,
        "context_tokens": 90,
        "min_sentences": 3,
        "max_sentences": 3,
    }
    run = SamplingConfig(teacher=teacher, domain=DomainConfig(name="news"), contexts=3, k=4, **small)
    config = dataclasses.replace(SMALL, lengths=(3,), temperatures=(1.0,))
    measure(run, critic, tmp_path / "out", config)
    ours = {row["context"] for row in Stage.load(tmp_path / "out/samples").read_rows()}
    theirs = {row["context"] for row in sample_stage(run, 7, tmp_path / "run", "round-0").read_rows()}
    assert (len(ours), len(theirs)) == (3, 3)
    assert not ours & theirs


@pytest.mark.parametrize(
    ("change", "samples_again"),
    [
        ({"seed": 8}, True),
        (
            {"passage": "Nike said shares gained. Apple said sales fell last week. Boeing said profit rose on Monday."},
            True,
        ),
        ({"config": dataclasses.replace(SMALL, max_pairs=2)}, False),
        ({"known": KnownMeanings("ours", str.__eq__, {"name": "ours"})}, False),
    ],
    ids=["seed", "corpus", "max_pairs", "oracle"],
)
def test_what_changes_a_figure_is_measured_again(sampling, critic, scripted, tmp_path, change, samples_again):
    scripted()
    measure(sampling, critic, tmp_path / "out")
    before = marks(tmp_path / "out")
    if "passage" in change:
        (tmp_path / "passages.txt").write_text(f"{change.pop('passage')}\n" * 3)
    measure(sampling, critic, tmp_path / "out", **change)
    after = marks(tmp_path / "out")
    assert [old != new for old, new in zip(before, after, strict=True)] == [samples_again, True]


def test_a_context_that_had_to_be_shortened_is_not_told_as_of_its_length(sampling, critic, scripted, tmp_path):
    scripted(room=9)  # words: the first sentence has six, all three have sixteen
    found = measure(sampling, critic, tmp_path / "out")
    assert [(cell.length, cell.temperature, cell.contexts) for cell in found.cells] == [(1, 0.5, 3), (1, 1.0, 3)]
    assert (found.counts["contexts"], found.counts["contexts_too_long"]) == (6, 3)
    assert "cut_contexts" not in found.counts


@pytest.mark.parametrize(
    ("room", "write", "words"),
    [
        (1, None, "none of 6 contexts fits teacher 'scripted'; leave long ones out of --lengths, or lower sampling."),
        (
            None,
            lambda prompt: "Profit rose.",
            "no context has two distinct next sentences that qualify, of 48 sampled;",
        ),
        (
            None,
            lambda prompt: "no end",
            "no context has two distinct next sentences that qualify, of 48 sampled; raise",
        ),
    ],
)
def test_where_no_context_has_a_pair_nothing_is_reported(sampling, critic, scripted, tmp_path, room, write, words):
    scripted(room, write)
    with pytest.raises(RunError, match=words):
        measure(sampling, critic, tmp_path / "out")


def test_batches_halved_for_want_of_memory_are_counted(sampling, critic, scripted, tmp_path, monkeypatch):
    scripted()
    assert builders.proximity.BUDGET is BUDGET
    monkeypatch.setattr(BUDGET, "halvings", 2)
    measure(sampling, critic, tmp_path / "out")
    assert Stage.load(tmp_path / "out/pairs").counts()["halved_batches"] == 2
