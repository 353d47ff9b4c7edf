"""The world is as large, as varied and as cleanly split as its description says."""

import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from microworld.benchmark import biomedical, news, rows
from microworld.differences import KINDS, NONE, difference
from microworld.labelled_pairs import draw_pair
from microworld.oracle import entails, equivalent, meaning, meaning_entails
from microworld.reading import DOMAINS, grammar_of, load
from microworld.story import draw_any_event, draw_event, draw_story, has_pronoun, restrict, split_of

FRAMES = [frame for domain in DOMAINS for frame in load(domain).frames.values()]
each_frame = pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
each_domain = pytest.mark.parametrize("domain", DOMAINS)


def test_the_world_has_fourteen_frames_and_more_and_nine_hundred_words():
    assert len({frame.name for frame in FRAMES}) == len(FRAMES) >= 14
    rng = random.Random(1)
    words = {word for _ in range(4000) for word in re.findall(r"[a-z]+", draw_story(rng, "train").text.lower())}
    assert len(words) >= 900


@each_frame
def test_a_frame_has_eight_realisations_that_all_occur(frame):
    assert len({realisation.name for realisation in frame.realisations}) >= 8
    rng, grammar = random.Random(frame.name), grammar_of(frame.name)
    events = [draw_event(rng, "train", frame) for _ in range(100)]
    for realisation in frame.realisations:
        assert set(frame.core) <= realisation.roles, realisation.name
        alone = replace(grammar, frames={frame.name: replace(frame, realisations=(realisation,))})
        fitting = [restrict(frame, event, realisation.roles) for event in events]
        said = [(wanted, sentence.text) for wanted in fitting if (sentence := alone.realise(wanted, rng))]
        assert said, realisation.name
        assert all(meaning(text) == wanted for wanted, text in said), realisation.name


@each_frame
def test_leaving_out_a_modifier_is_a_one_way_entailment(frame):
    rng, grammar = random.Random(frame.name), grammar_of(frame.name)
    seen = 0
    while seen < 20:
        event = draw_event(rng, "train", frame)
        whole, bare = grammar.realise(event, rng), grammar.realise(restrict(frame, event, set()), rng)
        if whole and bare:
            assert entails(whole.text, bare.text)
            assert not entails(bare.text, whole.text)
            seen += 1


@each_domain
def test_roles_of_one_type_stay_confusable(domain):
    kept_apart = [frame for frame in load(domain).frames.values() if len(set(frame.distinct) & set(frame.core)) > 1]
    assert kept_apart
    for frame in kept_apart:
        first, second = frame.distinct[:2]
        assert frame.types[first] == frame.types[second]


@each_domain
def test_a_sentence_restates_an_earlier_one_from_the_third_on_but_never_the_one_before_it(domain):
    rng, restated = random.Random(2), [0] * 6
    for _ in range(300):
        story = draw_story(rng, "train", domain)
        told = [resolved(said, event) for said, event in zip(story.meanings, story.events, strict=True)]
        assert not any(meaning_entails(before, said) for before, said in pairwise(told))
        for at, said in enumerate(told):
            restated[at] += any(meaning_entails(earlier, said) for earlier in told[:at])
    assert restated[:2] == [0, 0]
    assert restated[2] < restated[3] < restated[4] < restated[5]


def resolved(said, event):
    """A meaning with the names of its event in place of pronouns."""
    names, pronouns = dict(event.roles), grammar_of(said.frame).pronouns
    types = grammar_of(said.frame).frames[said.frame].types
    roles = ((role, names[role] if value in pronouns.get(types[role], ()) else value) for role, value in said.roles)
    return type(said)(said.frame, frozenset(roles))


@each_domain
def test_first_sentences_are_of_every_richness(domain):
    rng = random.Random(5)
    leads = [draw_story(rng, "train", domain).meanings[0] for _ in range(300)]
    details = {len(lead.roles) - len(grammar_of(lead.frame).frames[lead.frame].core) for lead in leads}
    assert details >= {0, 1, 2, 3, 4}


@each_domain
def test_passages_have_pronouns_after_their_first_sentence(domain):
    rng = random.Random(6)
    said = [[has_pronoun(each) for each in draw_story(rng, "train", domain).meanings] for _ in range(200)]
    assert not any(first for first, *_ in said)
    assert sum(map(any, said)) > 40


def test_a_pronoun_agrees_with_the_name_it_stands_for():
    grammar = load("news")
    assert grammar.pronoun("person", "Anna Adams") == "she"
    assert grammar.pronoun("person", "Ben Baker") == "he"
    assert all(grammar.pronoun("person", name) for name in grammar.values("person"))


def test_a_news_passage_reads_like_a_wire_report_and_an_abstract_has_no_dateline():
    assert re.match(r"[A-Z]{4,} \((AP|Reuters)\) -- [A-Z0-9$]", draw_story(random.Random(3), "train", "news").text)
    assert draw_story(random.Random(3), "train", "biomedical").dateline == ""


def test_splits_are_disjoint_and_share_their_words():
    rng = random.Random(4)
    events = {split: [draw_any_event(rng, split) for _ in range(6000)] for split in ("train", "development", "test")}
    for split, drawn in events.items():
        assert {split_of(event) for event in drawn} == {split}
    words = {split: {pair for event in drawn for pair in event.roles} for split, drawn in events.items()}
    values = {split: {(role, value.rstrip("+")) for role, value in pairs} for split, pairs in words.items()}
    assert values["test"] <= values["train"]


def test_every_kind_of_difference_is_drawn_for_the_critic():
    rng = random.Random(7)
    pairs = [draw_pair(rng, "train") for _ in range(3000)]
    assert set(KINDS) <= {pair.kind for pair in pairs}
    assert all(pair.entailed for pair in pairs if pair.kind == NONE)


def test_a_meaning_differs_from_itself_in_nothing():
    rng = random.Random(8)
    for event in (draw_any_event(rng, "train") for _ in range(50)):
        assert difference(event, event) == NONE


def test_an_exemplar_says_the_same_roles_of_another_held_out_event():
    for row in [*news("paraphrase", 40, seed=0), *biomedical("paraphrase", 40, seed=0)]:
        said, shown = meaning(row["source"]), meaning(row["exemplar"])
        assert said is not None
        assert shown is not None
        assert (shown.frame, {role for role, _ in shown.roles}) == (said.frame, {role for role, _ in said.roles})
        assert split_of(shown) == "test"
        assert shown != said


@each_domain
@pytest.mark.parametrize("task", ["paraphrase", "summary"])
def test_benchmark_rows_are_held_out_distinct_and_repeatable(task, domain):
    drawn = rows(domain, task, 40, seed=0, split="test")
    assert drawn == rows(domain, task, 40, seed=0, split="test")
    assert drawn != rows(domain, task, 40, seed=1, split="test")
    assert len({row["source"] for row in drawn}) == 40
    for row in drawn:
        said = meaning(row["source"])
        assert said is not None
        assert said.frame in load(domain).frames
        assert not has_pronoun(said)
        assert split_of(said) == "test"
        if task == "paraphrase":
            assert equivalent(row["source"], row["reference"])
            assert row["source"] != row["reference"]
        else:
            assert entails(row["source"], row["reference"])
            assert len(row["reference"].split()) < 0.8 * len(row["source"].split())


def test_draws_do_not_depend_on_the_process():
    code = (
        "import random; from microworld.benchmark import biomedical; from microworld.labelled_pairs import draw_pair; "
        "rng = random.Random(5); print([draw_pair(rng, 'test')[:2] for _ in range(60)], biomedical('summary', 15, 0))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""
