"""What sampling asks of a teacher, and what becomes of passages that are too short or were drawn before."""

import pytest

from builders.domain import DomainConfig, SentencesConfig
from builders.errors import RunError
from builders.generation import Decoding
from builders.sampling import sample_stage
from builders.sampling_config import CorpusConfig, SamplingConfig
from tests.builders.scripted_teacher import ScriptedTeacher


@pytest.fixture
def sampled(monkeypatch, tmp_path):
    """Samples a teacher of that script; returns it with the stage."""

    def sample(write, seed=7, round_name="round-0", **settings):
        small = {"contexts": 6, "k": 2, "domain": DomainConfig(name="news")}
        config = SamplingConfig(teacher="scripted", **small | settings)
        teacher = ScriptedTeacher(write)
        monkeypatch.setattr("builders.sampling.load_teacher", lambda config: teacher)
        folder = tmp_path / f"samples-{len(list(tmp_path.iterdir()))}"
        return teacher, sample_stage(config, seed, folder, round_name)

    return sample


def five(prompt):
    return " ".join(f"Sentence {number} of {prompt.key}." for number in range(5))


def keys(asked):
    return [prompt.key for prompt in asked[0]]


def test_passages_and_sentences_are_drawn_as_set(sampled):
    domain = DomainConfig(name="news", banned=("%",), sentences=SentencesConfig(endings=".;"))
    contexts = {"context_temperature": 0.9, "context_top_p": 0.8, "context_tokens": 77}
    sentences = {"k": 3, "temperature": 0.6, "top_p": 0.5, "sentence_tokens": 33, "no_repeat_ngram_size": 4}
    teacher, _ = sampled(five, domain=domain, **contexts, **sentences)
    same = {"banned": ("%",), "endings": ".;"}
    drawn = [decoding for _, decoding in teacher.asked if decoding.num_return == 1]
    assert set(drawn) == {Decoding(temperature=0.9, top_p=0.8, max_new_tokens=77, **same)}
    rules = {"temperature": 0.6, "top_p": 0.5, "max_new_tokens": 33, "no_repeat_ngram_size": 4}
    assert teacher.asked[-1][1] == Decoding(num_return=3, **rules, **same)


@pytest.mark.parametrize("other", [{"seed": 8}, {"round_name": "round-1"}])
def test_sentences_after_one_context_are_drawn_anew_in_another_run_and_round(sampled, tmp_path, other):
    (tmp_path / "contexts.txt").write_text("Profit rose.\nSales fell.\n")
    corpus = CorpusConfig(place=str(tmp_path / "contexts.txt"))
    [first], [second] = (sampled(five, corpus=corpus, **settings)[0].asked for settings in ({}, other))
    assert [prompt.text for prompt in first[0]] == ["Profit rose.", "Sales fell."]
    assert not {*keys(first)} & {*keys(second)}


@pytest.mark.parametrize(("per_shard", "shards"), [(1, 3), (3, 3), (7, 3), (10, 2), (32, 1)])
def test_with_every_prefix_a_passage_is_drawn_once_and_gives_all_lengths(sampled, per_shard, shards):
    teacher, stage = sampled(five, contexts=12, every_prefix=True, contexts_per_shard=per_shard)
    passages = [key for asked in teacher.asked if asked[1].num_return == 1 for key in keys(asked)]
    assert len(passages) == len({*passages}) == 3
    contexts = [row["context"] for row in stage.read_rows()]
    assert (
        contexts
        == [
            " ".join(f"Sentence {number} of {key}." for number in range(length))
            for key in passages
            for length in range(1, 6)
        ][:12]
    )
    assert stage.num_shards == shards


def test_a_passage_that_is_too_short_is_drawn_again_with_another_key(sampled):
    tries = []

    def late(prompt):
        tries.append(prompt.key)
        return "One. Two." if len(tries) > 12 else "One."

    teacher, stage = sampled(late, min_sentences=2, max_sentences=2)
    first, second, third = (keys(asked) for asked in teacher.asked[:3])
    assert len({*first, *second, *third}) == 18
    counts = stage.counts()
    assert (counts["contexts"], counts["refused:passage_too_short"]) == (1, 0)
    assert counts["refused:repeated_context"] == 5


def test_a_context_that_is_drawn_again_is_used_once(sampled):
    _, stage = sampled(lambda prompt: "Profit rose.", contexts=6)
    assert [row["context"] for row in stage.read_rows()] == ["Profit rose."]
    assert stage.counts()["refused:repeated_context"] == 5


def test_contexts_whose_passages_stayed_too_short_are_counted(sampled):
    _, stage = sampled(lambda prompt: five(prompt) if prompt.key % 2 else "One.", min_sentences=2, contexts=20)
    counts = stage.counts()
    assert counts["contexts"] + counts["refused:passage_too_short"] == 20
    assert 0 < counts["refused:passage_too_short"] < 10
    _, prefixes = sampled(lambda prompt: f"One {prompt.key}. Two.", every_prefix=True, contexts=20)
    counts = prefixes.counts()
    assert (counts["contexts"], counts["refused:passage_too_short"]) == (8, 12)


def test_a_stage_without_a_context_is_one_line(sampled):
    words = (
        r"teacher 'scripted' wrote no passage of 2 whole sentences for any of 6 contexts; "
        r"raise sampling.context_tokens \(150\), or lower sampling.min_sentences"
    )
    with pytest.raises(RunError, match=words):
        sampled(lambda prompt: "One.", min_sentences=2)
