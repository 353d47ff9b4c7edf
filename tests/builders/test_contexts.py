import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.contexts import content_id, cut_contexts
from builders.domain import DomainConfig
from builders.sampling_config import SamplingConfig

SENTENCES = [f"Sentence {number}." for number in range(8)]


def config(least=1, most=5, every_prefix=False):
    news = DomainConfig(name="news")
    settings = {"min_sentences": least, "max_sentences": most, "every_prefix": every_prefix}
    return SamplingConfig(teacher="none", domain=news, contexts=1, **settings)


@given(
    least=st.integers(1, 4),
    more=st.integers(0, 4),
    there=st.integers(0, 8),
    draw=st.integers(0, 2**64 - 1),
    every_prefix=st.booleans(),
)
def test_contexts_are_whole_sentences_from_the_start(least, more, there, draw, every_prefix):
    contexts = cut_contexts(config(least, least + more, every_prefix), SENTENCES[:there], draw)
    prefixes = {" ".join(SENTENCES[:n]) for n in range(least, min(least + more, there) + 1)}
    assert {context.context for context in contexts} <= prefixes
    assert len(contexts) == (len(prefixes) if every_prefix else min(len(prefixes), 1))
    passage = content_id(" ".join(SENTENCES[: min(there, least + more)]))
    assert all(context.passage_id == passage for context in contexts)


def test_a_drawn_length_beyond_the_passage_takes_all_of_it():
    lengths = {cut_contexts(config(), SENTENCES[:2], draw)[0].context for draw in range(40)}
    assert lengths == {"Sentence 0.", "Sentence 0. Sentence 1."}


@pytest.mark.parametrize("every_prefix", [False, True])
def test_what_lies_behind_the_longest_context_changes_nothing(every_prefix):
    settings = config(most=3, every_prefix=every_prefix)
    assert cut_contexts(settings, SENTENCES, 5) == cut_contexts(settings, SENTENCES[:3], 5)
