"""The oracle and the grammar agree, and entailment is what logic says it is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microworld.frames import Meaning
from microworld.grammar import with_articles
from microworld.oracle import entails, equivalent, meaning, meaning_entails, meanings
from microworld.reading import grammar_of
from microworld.story import draw_any_event, draw_story, restrict

SENTENCES = 30_000


def random_meaning(rng: random.Random) -> Meaning:
    event = draw_any_event(rng, rng.choice(["train", "development", "test"]))
    frame = grammar_of(event.frame).frames[event.frame]
    return restrict(frame, event, {role for role, _ in event.roles if rng.random() < 0.5})


def related_meanings(seed: int) -> list[Meaning]:
    """Meanings near one event, so that many of them entail each other."""
    rng = random.Random(seed)
    event = draw_any_event(rng, "train")
    frame = grammar_of(event.frame).frames[event.frame]
    found = []
    for _ in range(6):
        roles = dict(restrict(frame, event, {role for role, _ in event.roles if rng.random() < 0.6}).roles)
        if "change" in roles and rng.random() < 0.5:
            roles["change"] = roles["change"].rstrip("+")
        found.append(Meaning(event.frame, frozenset(roles.items())))
    return found


def realised(wanted: Meaning, rng: random.Random):
    return grammar_of(wanted.frame).realise(wanted, rng)


def test_grammar_and_oracle_agree_on_every_sentence():
    rng, said = random.Random(17), 0
    while said < SENTENCES:
        wanted = random_meaning(rng)
        if sentence := realised(wanted, rng):
            assert meanings(sentence.text) == {wanted}, sentence.text  # its own meaning, and no other one
            said += 1


def test_grammar_and_oracle_agree_on_every_sentence_of_a_passage():
    rng = random.Random(19)  # passages have pronouns
    for _ in range(1_000):
        story = draw_story(rng, "train")
        for sentence, wanted in zip(story.sentences, story.meanings, strict=True):
            assert meanings(sentence.text) == {wanted}, sentence.text


def test_a_span_holds_a_surface_of_its_role_and_every_role_has_one():
    rng, said = random.Random(18), 0
    while said < 5_000:
        wanted = random_meaning(rng)
        if sentence := realised(wanted, rng):
            grammar = grammar_of(wanted.frame)
            roles, types = dict(wanted.roles), grammar.frames[wanted.frame].types
            assert {span.role for span in sentence.spans} == roles.keys(), sentence
            for start, end, role in sentence.spans:
                forms = grammar.lexicon[types[role]].values()
                surfaces = {with_articles(text) for values in forms for text in values.get(roles[role], ())}
                text = sentence.text[start:end]
                assert text in surfaces or (start == 0 and text[0].lower() + text[1:] in surfaces), (text, sentence)
            said += 1


@given(st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_entailment_is_reflexive_and_transitive(seed):
    near = related_meanings(seed)
    assert all(meaning_entails(a, a) for a in near)
    for a in near:
        for b in near:
            for c in near:
                if meaning_entails(a, b) and meaning_entails(b, c):
                    assert meaning_entails(a, c)


@given(st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_equivalence_is_mutual_entailment_and_the_same_meaning(seed):
    rng = random.Random(seed)
    said = [sentence.text for m in related_meanings(seed) if (sentence := realised(m, rng))]
    for a in said:
        for b in said:
            assert equivalent(a, b) == (entails(a, b) and entails(b, a)) == (meaning(a) == meaning(b))


@pytest.mark.parametrize(
    ("premise", "hypothesis", "follows"),
    [
        ("Oil prices soared by 5% in London.", "Crude oil prices rose by 5 percent.", True),
        ("Oil prices rose.", "Oil prices soared.", False),
        ("The Tigers beat the Bears 2-1.", "The Bears lost to the Tigers.", True),
        ("The Tigers beat the Bears 2-1.", "The Tigers lost to the Bears.", False),
        ("Acme bought Orbix from Zenlo.", "Zenlo sold Orbix to Acme Industrial.", True),
        ("Acme bought Orbix from Zenlo.", "Orbix bought Acme from Zenlo.", False),
        ("Oil prices rose.", "Oil prices rose on Monday.", False),
        ("Oil prices rose on 3 March.", "On March 3, oil prices rose.", True),
        ("Amloza reduced pain.", "Pain was lowered by amlotrel.", True),
        ("Amloza reduced pain.", "Amloza may have reduced pain.", False),
        ("Amloza may have reduced pain.", "Amloza reduced pain.", False),
        ("Amloza reduced pain.", "Amloza did not reduce pain.", False),
        ("Amloza was more effective than Belzar against pain.", "Belzar reduced pain less than Amloza.", True),
        ("Amloza was more effective than Belzar against pain.", "Amloza reduced pain less than Belzar.", False),
        (
            "A trial of Amloza enrolled 20 patients, and four withdrew.",
            "Four of 20 patients withdrew from a trial of Amloza.",
            True,
        ),
        ("It bought Orbix.", "Orbix was acquired by the company.", True),
        ("Acme bought Orbix.", "Orbix was acquired by the company.", False),
        ("She was convicted of fraud.", "A court found her guilty of fraud.", True),
        ("She was convicted of fraud.", "A court found him guilty of fraud.", False),
    ],
)
def test_what_follows_from_what(premise, hypothesis, follows):
    assert entails(premise, hypothesis) is follows


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "Oil prices rose",
        "oil prices rose.",
        "Oil prices prices rose.",
        "An price of oil rose.",
        "There was a increase in oil prices.",
        "The Tigers beat the Tigers.",
        "SEATTLE (AP) -- Oil prices rose.",
        "It bought the company.",
        "Amloza reduced pain more than amlotrel.",
        "In a pilot study, Amloza reduced pain in a cohort study.",
    ],
)
def test_what_is_no_sentence_of_the_world(text):
    assert meaning(text) is None
    assert not equivalent(text, text)


def test_articles_follow_the_sound():
    assert with_articles("a increase, a 8 percent rise, a university, a 18 and a 80") == (
        "an increase, an 8 percent rise, a university, an 18 and an 80"
    )
