"""Whether the paper's TED threshold means something on the microworld's trees: `python -m benchmarks.forms`."""

import random

import numpy as np

from metrics.rouge_l.overlap import rouge_l
from metrics.ted.tree_distance import tree_edit_distances
from microworld.parser import parse
from microworld.reading import DOMAINS, grammar_of
from microworld.story import draw_story

PAIRS, MIN_TED, MAX_ROUGE_L = 4000, 12, 0.75  # the thresholds: paper A.2


def main() -> None:
    """Prints a table of two sentences with one meaning, in one realisation with other words and in two realisations."""
    print("| Domain | Syntax | Pairs | TED: median | 5% to 95% | below 12 | ROUGE-L above 0.75 |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for domain in DOMAINS:
        pairs, same = _pairs(domain)
        distances = np.array(tree_edit_distances([(parse(a), parse(b)) for a, b in pairs]))
        overlaps = np.array([rouge_l(a, b) for a, b in pairs])
        for name, chosen in (("the same", same), ("another", ~same)):
            low, middle, high = np.percentile(distances[chosen], [5, 50, 95])
            shares = (distances[chosen] < MIN_TED).mean(), (overlaps[chosen] > MAX_ROUGE_L).mean()
            form = " | ".join(f"{share:.1%}" for share in shares)
            print(f"| {domain} | {name} | {chosen.sum():,} | {middle:.0f} | {low:.0f} to {high:.0f} | {form} |")


def _pairs(domain: str) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Two different sentences of one meaning each, and whether they are of one realisation."""
    rng = random.Random(f"forms {domain}")
    pairs: list[tuple[str, str]] = []
    same: list[bool] = []
    while len(pairs) < PAIRS:
        story = draw_story(rng, "train", domain)
        first, said = rng.choice(list(zip(story.sentences, story.meanings, strict=True)))
        second = grammar_of(said.frame).realise(said, rng)
        if second and second.text != first.text:
            pairs.append((first.text, second.text))
            same.append(first.way == second.way)
    return pairs, np.array(same)


if __name__ == "__main__":
    main()
