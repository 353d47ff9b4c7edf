"""Benchmark rows on the held-out meanings of the microworld."""

import random

from microworld.grammar import load
from microworld.oracle import meaning, meaning_entails
from microworld.story import draw_story, restrict

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
        Rows with `source` and `reference`; sources are distinct.
    """
    reference = {"paraphrase": _paraphrase, "summary": _summary}[task]
    rng = random.Random(f"benchmark {task} {split} {seed}")
    found: dict[str, str] = {}
    while len(found) < n:
        source = rng.choice(draw_story(rng, split).sentences).text
        if source not in found and (said := reference(source, rng)):
            found[source] = said
    return [{"source": source, "reference": said} for source, said in found.items()]


def _paraphrase(source: str, rng: random.Random) -> str | None:
    wanted = meaning(source)
    assert wanted is not None, source
    for _ in range(20):
        said = load().realise(wanted, rng)
        if said and said.text != source:
            return said.text
    return None


def _summary(source: str, rng: random.Random) -> str | None:
    whole = meaning(source)
    assert whole is not None, source
    frame = load().frames[whole.frame]
    droppable = [role for role, _ in whole.roles if role not in frame.core]
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
