"""Benchmark rows on the held-out meanings of the microworld."""

import random

from microworld.grammar import load
from microworld.oracle import meaning, meaning_entails
from microworld.story import draw_event, draw_story, restrict

MAX_SUMMARY_RATIO = 0.8  # paper, Appendix C


def rows(task: str, n: int, seed: int, split: str = "test") -> list[dict[str, str]]:
    """Source sentences with one reference each, from events of the split only.

    Args:
        task: "paraphrase" (the reference says the same in other words) or "summary" (it follows from the source and is
            shorter than 0.8 of its words).
        n: How many rows.
        seed: The same seed gives the same rows.
        split: "test" for figures, "development" for choosing settings.

    Returns:
        Rows with `source` and `reference`, for paraphrases also an `exemplar`: how an event of the same frame, another
        one of the split, is said with the same roles, so that the source can be said so too. Sources are distinct.
    """
    reference = {"paraphrase": _paraphrase, "summary": _summary}[task]
    rng = random.Random(f"benchmark {task} {split} {seed}")
    found: dict[str, str] = {}
    while len(found) < n:
        source = rng.choice(draw_story(rng, split).sentences).text
        if source not in found and (said := reference(source, rng)):
            found[source] = said
    pairs = [{"source": source, "reference": said} for source, said in found.items()]
    if task == "summary":
        return pairs
    rng = random.Random(f"exemplars {split} {seed}")  # its own, so that the sources do not depend on it
    return [pair | {"exemplar": _exemplar(pair["source"], split, rng)} for pair in pairs]


def _paraphrase(source: str, rng: random.Random) -> str | None:
    wanted = meaning(source)
    assert wanted is not None, source
    for _ in range(20):
        said = load().realise(wanted, rng)
        if said and said.text != source:
            return said.text
    return None


def _exemplar(source: str, split: str, rng: random.Random) -> str:
    said = meaning(source)
    assert said is not None, source
    frame, roles = load().frames[said.frame], {role for role, _ in said.roles}
    while (other := restrict(frame, draw_event(rng, split, said.frame), roles)) == said:
        pass
    sentence = load().realise(other, rng)
    assert sentence is not None, other  # the source says these roles
    return sentence.text


def _summary(source: str, rng: random.Random) -> str | None:
    whole = meaning(source)
    assert whole is not None, source
    frame = load().frames[whole.frame]
    droppable = [role for role, _ in sorted(whole.roles) if role not in frame.core]  # so that the draws are the same
    for _ in range(20):
        kept = {role for role in droppable if rng.random() < 0.5}
        said = load().realise(restrict(frame, whole, kept), rng)
        if (
            said
            and len(said.text.split()) < MAX_SUMMARY_RATIO * len(source.split())
            and meaning_entails(whole, meaning(said.text) or whole)
        ):
            return said.text
    return None
