"""Benchmark rows on the held-out meanings of the microworld."""

import random

from microworld.frames import Meaning
from microworld.grammar import Sentence
from microworld.reading import grammar_of
from microworld.story import draw_event, draw_story, has_pronoun, restrict, split_of

MAX_SUMMARY_RATIO = 0.8  # paper, Appendix C


def news(task: str, n: int, seed: int, split: str = "test") -> list[dict[str, str]]:
    """Rows of the newswire; see `rows`."""
    return rows("news", task, n, seed, split)


def biomedical(task: str, n: int, seed: int, split: str = "test") -> list[dict[str, str]]:
    """Rows of the biomedical abstracts; see `rows`."""
    return rows("biomedical", task, n, seed, split)


def rows(domain: str, task: str, n: int, seed: int, split: str) -> list[dict[str, str]]:
    """Source sentences with one reference each, from passages of the split only.

    Args:
        domain: "news" or "biomedical".
        task: "paraphrase" (the reference says the same in another way) or "summary" (it follows from the source and is
            shorter than 0.8 of its words).
        n: How many rows.
        seed: The same seed gives the same rows.
        split: "test" for figures, "development" for choosing settings, "train" for students that show what can be had.

    Returns:
        Rows with `source` and `reference`, for paraphrases also an `exemplar`: how an event of the same frame, another
        one of the split, is said with the same roles, so that the source can be said so too. Sources are distinct and
        name whom they are about: a pronoun says nothing outside of its passage.
    """
    reference = {"paraphrase": _paraphrase, "summary": _summary}[task]
    rng = random.Random(f"benchmark {domain} {task} {split} {seed}")
    found: dict[str, tuple[Meaning, str]] = {}
    while len(found) < n:
        story = draw_story(rng, split, domain)
        source, wanted = rng.choice(list(zip(story.sentences, story.meanings, strict=True)))
        held_out = not has_pronoun(wanted) and split_of(wanted) == split
        if held_out and source.text not in found and (said := reference(source, wanted, rng)):
            found[source.text] = wanted, said
    pairs = [{"source": source, "reference": said} for source, (_, said) in found.items()]
    if task == "summary":
        return pairs
    rng = random.Random(f"exemplars {domain} {split} {seed}")  # its own, so that the sources do not depend on it
    meanings = [wanted for wanted, _ in found.values()]
    return [pair | {"exemplar": _exemplar(said, split, rng)} for pair, said in zip(pairs, meanings, strict=True)]


def _paraphrase(source: Sentence, wanted: Meaning, rng: random.Random) -> str | None:
    """Another realisation: the same one with other words would be a near-copy."""
    for _ in range(20):
        said = grammar_of(wanted.frame).realise(wanted, rng)
        if said and said.way != source.way:
            return said.text
    return None


def _exemplar(said: Meaning, split: str, rng: random.Random) -> str:
    grammar = grammar_of(said.frame)
    frame, roles = grammar.frames[said.frame], {role for role, _ in said.roles}
    while (other := restrict(frame, draw_event(rng, split, frame), roles)) == said:
        pass
    sentence = grammar.realise(other, rng)
    assert sentence is not None, other  # the source says these roles
    return sentence.text


def _summary(source: Sentence, whole: Meaning, rng: random.Random) -> str | None:
    grammar = grammar_of(whole.frame)
    frame = grammar.frames[whole.frame]
    droppable = [role for role, _ in sorted(whole.roles) if role not in frame.core]  # so that the draws are the same
    for _ in range(20):
        kept = {role for role in droppable if rng.random() < 0.5}
        said = grammar.realise(restrict(frame, whole, kept), rng)
        if (
            said
            and len(kept) < len(droppable)
            and len(said.text.split()) < MAX_SUMMARY_RATIO * len(source.text.split())
        ):
            return said.text
    return None
