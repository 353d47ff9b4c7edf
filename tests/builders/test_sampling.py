import dataclasses
import shutil

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer, MambaConfig, MambaForCausalLM

from builders.domain import DomainConfig, SentencesConfig
from builders.errors import ConfigError
from builders.journal import Stage
from builders.sampling import SAMPLES_SCHEMA, sample_stage
from builders.sampling_config import CorpusConfig, SamplingConfig, ServerConfig
from builders.sentences import REFUSALS, Sentences
from model_cards import vocabulary

NEWS = DomainConfig(name="news")
SENTENCES = Sentences(NEWS.sentences)


def config(teacher, **settings):
    small = {"contexts": 6, "k": 5, "contexts_per_shard": 4, "contexts_per_batch": 2, "domain": NEWS}
    small |= {"sentence_tokens": 40, "context_tokens": 90}
    return SamplingConfig(teacher=teacher, **small | settings)


@pytest.fixture(scope="module")
def stage(teacher, tmp_path_factory):
    return sample_stage(config(teacher), 7, tmp_path_factory.mktemp("samples"), "round-0")


def test_contexts_are_one_to_five_whole_sentences(stage):
    lengths = {len(SENTENCES.split(row["context"])) for row in stage.read_rows()}
    assert lengths <= {1, 2, 3, 4, 5}
    assert len(lengths) > 1
    assert all(SENTENCES.refusal(row["context"]) is None for row in stage.read_rows())


def test_samples_are_single_qualified_sentences(stage):
    rows = list(stage.read_rows())
    assert list(rows[0]) == SAMPLES_SCHEMA.names
    sentences = [sentence for row in rows for sentence in row["sentences"]]
    assert sentences
    assert all(SENTENCES.refusal(sentence) is None and len(SENTENCES.split(sentence)) == 1 for sentence in sentences)
    assert all(len(row["sentences"]) <= 5 for row in rows)
    counts = stage.counts()
    lost = ["refused:passage_too_short", "refused:repeated_context"]
    names = ["contexts", *lost, "cut_contexts", "refused:context_too_long", "sampled"]
    assert list(counts) == [*names, *(f"refused:{reason}" for reason in REFUSALS), "sentences"]
    assert [counts[name] for name in names] == [len(rows), 0, 0, 0, 0, 5 * len(rows)]
    refused = sum(counts[f"refused:{reason}"] for reason in REFUSALS)
    assert counts["sentences"] == counts["sampled"] - refused == len(sentences)


def test_every_refusal_that_is_counted_has_its_words(stage):
    counted = {name.removeprefix("refused:") for name in stage.counts() if name.startswith("refused:")}
    assert counted == {*vocabulary.REFUSALS}


def test_a_finished_stage_is_not_done_again(stage, teacher):
    times = [stage.shard_path(i).stat().st_mtime_ns for i in range(stage.num_shards)]
    again = sample_stage(config(teacher), 7, stage.folder, "round-0")
    assert [again.shard_path(i).stat().st_mtime_ns for i in range(again.num_shards)] == times


def test_another_round_draws_fresh_contexts(stage, teacher, tmp_path):
    other = sample_stage(config(teacher), 7, tmp_path, "round-1")
    assert {row["context"] for row in other.read_rows()} != {row["context"] for row in stage.read_rows()}


def test_prefixes_start_every_passage(teacher, tmp_path):
    stage = sample_stage(
        config(teacher, domain=DomainConfig(name="news", prefixes=("Boeing said", "Apple said"))),
        7,
        tmp_path,
        "round-0",
    )
    starts = {" ".join(row["context"].split()[:2]) for row in stage.read_rows()}
    assert starts == {"Boeing said", "Apple said"}


def test_a_human_corpus_is_used_whole(teacher, tmp_path):
    path = tmp_path / "contexts.txt"
    path.write_text("Boeing said profit rose on Monday.\nApple said sales fell last week.\n")
    stage = sample_stage(config(teacher, corpus=CorpusConfig(place=str(path))), 7, tmp_path / "samples", "round-0")
    assert [row["context"] for row in stage.read_rows()] == path.read_text().splitlines()
    path.write_text("Boeing said profit rose on Tuesday.\n")
    changed = sample_stage(config(teacher, corpus=CorpusConfig(place=str(path))), 7, tmp_path / "samples", "round-0")
    assert changed.fingerprint != stage.fingerprint


def test_shards_of_a_corpus_made_apart_are_those_made_in_one_go(teacher, tmp_path):
    path = tmp_path / "docs.txt"
    path.write_text("".join(f"Boeing said profit rose by {n}. Apple said sales fell. Shares rose.\n" for n in range(9)))
    corpus = CorpusConfig(place=str(path), column="text")
    settings = config(teacher, corpus=corpus, contexts=7, contexts_per_shard=2)
    whole = sample_stage(settings, 7, tmp_path / "whole", "round-0")
    for index in (1, 0):
        parts = sample_stage(settings, 7, tmp_path / "parts", "round-0", only=(index, 2))
    assert [whole.shard_path(i).read_bytes() for i in range(4)] == [parts.shard_path(i).read_bytes() for i in range(4)]
    assert whole.counts()["contexts"] == 7
    assert Stage.load(tmp_path / "parts").description["corpus"]["counts"]["rows_left"] == 2


# Another value of each setting, and whether samples of the teacher's own contexts, and of a corpus's, depend on it.
CHANGES = {
    "contexts": (7, True, False),
    "every_prefix": (True, True, False),
    "min_sentences": (2, True, False),
    "max_sentences": (4, True, False),
    "context_temperature": (0.9, True, False),
    "context_top_p": (0.8, True, False),
    "context_tokens": (80, True, False),
    "k": (6, True, True),
    "temperature": (0.5, True, True),
    "top_p": (0.8, True, True),
    "no_repeat_ngram_size": (3, True, True),
    "sentence_tokens": (30, True, True),
    "contexts_per_shard": (3, True, True),
    "contexts_per_batch": (3, True, True),  # another make-up of batches shows in the last bits
    "bf16": (True, True, True),
}
DOMAIN_CHANGES = {
    "name": ("reports", True, True),
    "prefixes": (("Boeing",), True, False),
    "values": ({"city": ("Boston",)}, True, False),
    "banned": (("Dell",), True, True),
    "sentences": (SentencesConfig(max_characters=500), True, True),
}


@pytest.fixture
def mark(monkeypatch, tmp_path):
    """The fingerprint of a stage with those settings, of which nothing is made."""
    monkeypatch.setattr("builders.sampling.run_shards", lambda *arguments: None)
    (tmp_path / "contexts.txt").write_text(
        "Boeing said profit rose. Sales fell.\nApple said sales fell. Shares rose.\n"
    )
    corpus = CorpusConfig(place=str(tmp_path / "contexts.txt"))

    def made(settings, from_corpus=False, seed=7, round_name="round-0"):
        settings = dataclasses.replace(settings, corpus=corpus) if from_corpus else settings
        return sample_stage(settings, seed, tmp_path / "samples", round_name).fingerprint

    return made


def test_every_setting_is_looked_at():
    apart = {"teacher", "server", "domain", "corpus"}  # which go by their content, below and above
    assert {field.name for field in dataclasses.fields(SamplingConfig)} == apart | {*CHANGES}
    assert {field.name for field in dataclasses.fields(DomainConfig)} == {*DOMAIN_CHANGES}


@pytest.mark.parametrize("from_corpus", [False, True])
@pytest.mark.parametrize("name", [*CHANGES, *DOMAIN_CHANGES])
def test_settings_that_change_the_result_change_the_fingerprint(teacher, mark, name, from_corpus):
    before = config(teacher)
    value, *matters = (CHANGES | DOMAIN_CHANGES)[name]
    change = {name: value} if name in CHANGES else {"domain": dataclasses.replace(NEWS, **{name: value})}
    after = dataclasses.replace(before, **change)
    assert (mark(after, from_corpus) != mark(before, from_corpus)) == matters[from_corpus]


@pytest.mark.parametrize("other", [{"seed": 8}, {"round_name": "round-1"}])
def test_another_run_or_round_has_another_fingerprint(teacher, mark, other):
    assert mark(config(teacher), **other) != mark(config(teacher))


def test_the_teachers_content_is_in_the_fingerprint_and_its_place_is_not(teacher, mark, tmp_path):
    shutil.copytree(teacher, tmp_path / "elsewhere")
    assert mark(config(str(tmp_path / "elsewhere"))) == mark(config(teacher))
    shutil.copytree(teacher, tmp_path / "other")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "other")
    model.lm_head.weight.data.neg_()
    model.save_pretrained(tmp_path / "other")
    assert mark(config(str(tmp_path / "other"))) != mark(config(teacher))


def test_a_part_of_the_shards_can_be_made_elsewhere(teacher, tmp_path, stage):
    first = sample_stage(config(teacher), 7, tmp_path, "round-0", only=(1, 2))
    assert first.missing() == [0]
    assert first.shard_path(1).read_bytes() == stage.shard_path(1).read_bytes()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"contexts": 0}, "contexts must be at least 1, got 0"),
        ({"k": 1}, "k must be at least 2, got 1"),
        ({"max_sentences": 0}, "max_sentences must be at least 1, got 0"),
        ({"top_p": 0.0}, "top_p must lie in (0, 1], got 0.0"),
        ({"temperature": -1.0}, "temperature must lie in (0, 5], got -1.0"),
    ],
)
def test_values_out_of_range_are_named(settings, words):
    with pytest.raises(ConfigError) as caught:
        config("gpt2-xl", **settings)
    assert words in str(caught.value)


def test_too_many_tokens_for_the_teacher_are_named(teacher, tmp_path):
    long = dataclasses.replace(config(teacher), context_tokens=160)
    with pytest.raises(ConfigError, match="context_tokens must be below the 160 positions"):
        sample_stage(long, 7, tmp_path, "round-0")
    assert list(tmp_path.glob("*.parquet")) == []


def test_a_prefix_that_leaves_no_room_for_its_passage_is_named(teacher, tmp_path):
    values = {"who": ("Nike", "Boeing said profit rose on Monday and that Dell Corp. sales fell")}
    long = DomainConfig(name="news", prefixes=("Apple --", "{who} --"), values=values)
    words = (
        r"context_tokens must leave \d+ of the 160 positions of .* for the domain's longest prefix, got 150; lower it"
    )
    with pytest.raises(ConfigError, match=words):
        sample_stage(config(teacher, domain=long, context_tokens=150), 7, tmp_path, "round-0")


def test_a_server_is_not_told_how_to_compute():
    with pytest.raises(ConfigError, match="bf16 is true, and a completions server computes as it was started; set it"):
        config("m", server=ServerConfig(url="http://localhost:8000/v1"), bf16=True)


def test_a_model_without_attention_is_named(teacher, tmp_path):
    sizes = {"vocab_size": 400, "hidden_size": 16, "num_hidden_layers": 1, "state_size": 4, "time_step_rank": 2}
    tokens = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    MambaForCausalLM(MambaConfig(**sizes, **tokens)).save_pretrained(tmp_path / "mamba")
    AutoTokenizer.from_pretrained(teacher).save_pretrained(tmp_path / "mamba")
    with pytest.raises(ConfigError, match=r"teacher '.*mamba' cannot be sampled: .*; name a decoder-only transformer"):
        sample_stage(config(str(tmp_path / "mamba")), 7, tmp_path / "samples", "round-0")
    assert not (tmp_path / "samples").exists()
