"""The world is as large, as varied and as cleanly split as its description says."""

import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from microworld.benchmark import rows
from microworld.grammar import load
from microworld.oracle import entails, equivalent, meaning, meaning_entails
from microworld.story import draw_event, draw_story, restrict, split_of

GRAMMAR = load()


def test_the_world_has_nine_frames_and_more_and_four_hundred_words():
    assert len(GRAMMAR.frames) >= 9
    rng = random.Random(1)
    words = {word for _ in range(1500) for word in re.findall(r"[a-z]+", draw_story(rng, "train").text.lower())}
    assert len(words) >= 400


@pytest.mark.parametrize("frame", GRAMMAR.frames.values(), ids=lambda frame: frame.name)
def test_a_frame_has_eight_realisations_that_all_occur(frame):
    assert len({realisation.name for realisation in frame.realisations}) >= 8
    rng = random.Random(frame.name)
    events = [event for _ in range(1000) if (event := draw_event(rng, "train")).frame == frame.name]
    for realisation in frame.realisations:
        assert set(frame.core) <= realisation.roles, realisation.name
        alone = replace(GRAMMAR, frames={frame.name: replace(frame, realisations=(realisation,))})
        fitting = [restrict(frame, event, realisation.roles) for event in events]
        said = [(wanted, sentence.text) for wanted in fitting if (sentence := alone.realise(wanted, rng))]
        assert said, realisation.name
        assert all(meaning(text) == wanted for wanted, text in said), realisation.name


@pytest.mark.parametrize("frame", GRAMMAR.frames.values(), ids=lambda frame: frame.name)
def test_leaving_out_a_modifier_is_a_one_way_entailment(frame):
    rng = random.Random(frame.name)
    seen = 0
    while seen < 20:
        event = draw_event(rng, "train")
        if event.frame != frame.name:
            continue
        core = type(event)(event.frame, frozenset((r, v) for r, v in event.roles if r in frame.core))
        whole, bare = GRAMMAR.realise(event, rng), GRAMMAR.realise(core, rng)
        if whole and bare:
            assert entails(whole.text, bare.text)
            assert not entails(bare.text, whole.text)
            seen += 1


def test_no_sentence_of_a_passage_repeats_an_earlier_one():
    rng = random.Random(2)
    for _ in range(300):
        told = draw_story(rng, "train").meanings
        assert len(set(told)) == len(told)


def test_no_sentence_of_a_passage_follows_from_the_one_before_it():
    rng = random.Random(5)
    for _ in range(300):
        told = draw_story(rng, "train").meanings
        assert not any(meaning_entails(before, said) for before, said in pairwise(told))


def test_a_passage_reads_like_a_wire_report():
    assert re.match(r"[A-Z]{4,} \((AP|Reuters)\) -- [A-Z0-9$]", draw_story(random.Random(3), "train").text)


def test_splits_are_disjoint_and_share_their_words():
    rng = random.Random(4)
    events = {split: [draw_event(rng, split) for _ in range(4000)] for split in ("train", "development", "test")}
    for split, drawn in events.items():
        assert {split_of(GRAMMAR, event) for event in drawn} == {split}
    words = {split: {pair for event in drawn for pair in event.roles} for split, drawn in events.items()}
    values = {split: {(role, value.rstrip("+")) for role, value in pairs} for split, pairs in words.items()}
    assert values["test"] <= values["train"]


def test_an_exemplar_says_the_same_roles_of_another_held_out_event():
    for row in rows("paraphrase", 40, seed=0):
        said, shown = meaning(row["source"]), meaning(row["exemplar"])
        assert said is not None
        assert shown is not None
        assert (shown.frame, {role for role, _ in shown.roles}) == (said.frame, {role for role, _ in said.roles})
        assert split_of(GRAMMAR, shown) == "test"
        assert shown != said


@pytest.mark.parametrize("task", ["paraphrase", "summary"])
def test_benchmark_rows_are_held_out_distinct_and_repeatable(task):
    drawn = rows(task, 40, seed=0)
    assert drawn == rows(task, 40, seed=0)
    assert drawn != rows(task, 40, seed=1)
    assert len({row["source"] for row in drawn}) == 40
    for row in drawn:
        said = meaning(row["source"])
        assert said is not None
        assert split_of(GRAMMAR, said) == "test"
        if task == "paraphrase":
            assert equivalent(row["source"], row["reference"])
            assert row["source"] != row["reference"]
        else:
            assert entails(row["source"], row["reference"])
            assert len(row["reference"].split()) < 0.8 * len(row["source"].split())


def test_draws_do_not_depend_on_the_process():
    code = (
        "import random; from microworld.benchmark import rows; from microworld.labelled_pairs import draw_pair; "
        "rng = random.Random(5); print([draw_pair(rng, 'test')[:2] for _ in range(60)], rows('summary', 15, 0))"
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
