"""How many good pairs the text critics drop, and how fast they are: `python -m benchmarks.false_drops [PAIRS.tsv]`.

Pairs are the microworld's own paraphrases, which mean the same and are whole sentences; with a file (source, tab,
target a line) also those of the file. What is dropped of them is a false drop, as far as the file's pairs are good.
"""

import argparse
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

from builders.critics.base import CriticConfig, Shared
from builders.critics.language import LanguageConfig
from builders.critics.length_ratio import LengthRatioConfig
from builders.critics.numbers import NumbersConfig
from builders.critics.personal_data import PersonalDataConfig
from builders.critics.repetition import RepetitionConfig
from builders.files import read_text, split_lines
from builders.pairs import Pair
from microworld.benchmark import news

CRITICS: dict[str, CriticConfig] = {
    "numbers": NumbersConfig(),
    "length_ratio": LengthRatioConfig(),
    "language": LanguageConfig(),
    "language, code en": LanguageConfig(code="en"),
    "repetition": RepetitionConfig(),
    "personal_data": PersonalDataConfig(),
}


def main() -> None:
    """Prints a table for each kind of pairs, and the seconds of each critic on the pairs of 100 sentences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pairs", nargs="?", type=Path, help="source, tab, target: one pair a line")
    options = parser.parse_args()
    kinds = {"microworld": [Pair(row["source"], row["reference"]) for row in news("paraphrase", 5000, 0)]}
    if options.pairs:
        lines = (line.split("\t") for line in split_lines(read_text(options.pairs)))
        kinds[options.pairs.name] = [Pair(source, target) for source, target, *_ in lines]
    for kind, pairs in kinds.items():
        print(f"{kind}: {len(pairs):,} pairs")
        for name, config in CRITICS.items():
            reasons = Counter(verdict.reason for verdict in config.build(Shared()).judge(pairs) if verdict.reason)
            told = ", ".join(f"{reason} {count}" for reason, count in reasons.items()) or "none"
            print(f"  {name:<18} {reasons.total() / len(pairs):7.2%}  {told}")
    _time_a_context(kinds["microworld"])


def _time_a_context(pairs: list[Pair]) -> None:
    sentences = [pair.source for pair in pairs[:100]]
    candidates = [Pair(first, second) for first, second in combinations(sentences, 2)]
    print(f"{len(candidates):,} pairs of 100 sentences")
    for name, config in CRITICS.items():
        seconds = []
        for _ in range(3):
            critic, start = config.build(Shared()), time.perf_counter()
            critic.judge(candidates)
            seconds.append(time.perf_counter() - start)
        print(f"  {name:<18} {1000 * min(seconds):7.1f} ms")


if __name__ == "__main__":
    main()
