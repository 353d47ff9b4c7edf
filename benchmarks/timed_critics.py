"""The project's critics as `benchmarks/critics.py` runs them: each with a clock."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from builders.config import from_mapping
from builders.critics.base import Critic, Verdict
from builders.critics.screen import ScreenConfig
from builders.critics.screen_calibration import calibrate
from builders.critics.settings import CriticsConfig, build_critics
from builders.filtering import Filtered, filter_pairs
from builders.pairs import Pair, enumerate_unordered_pairs

CRITIC, PARSER = "microworld:models/critic", "microworld.parser:parse"
STAGES = {
    "RougeL": "ROUGE-L",
    "Screen": "screen",
    "SemanticEquivalence": "semantic equivalence",
    "TreeEditDistance": "tree edit distance",
    "Diversity": "diversity",
}


class Timed(Critic):
    """A critic with a clock."""

    def __init__(self, critic: Critic, seconds: defaultdict[str, float]) -> None:
        self._critic, self._seconds = critic, seconds
        self._stage = STAGES[type(critic).__name__]
        self.reasons = critic.reasons

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """As the critic."""
        begun = time.perf_counter()
        verdicts = self._critic.judge(pairs)
        self._seconds[self._stage] += time.perf_counter() - begun
        return verdicts

    def complete(self, pairs: list[Pair]) -> None:
        """As the critic."""
        begun = time.perf_counter()
        self._critic.complete(pairs)
        self._seconds[self._stage] += time.perf_counter() - begun

    def counts(self) -> dict[str, int]:
        """As the critic."""
        return self._critic.counts()


@dataclass
class Ours:
    """The project's critics and what was measured of them so far.

    Attributes:
        seconds: By stage.
        counts: What the critics counted, and `candidates`.
    """

    config: CriticsConfig
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: Counter[str] = field(default_factory=Counter)

    def filter(self, contexts: dict[str, list[str]]) -> Filtered:
        """Judges some contexts together, as a shard of a run does."""
        begun = time.perf_counter()
        pairs = [pair for item in contexts.items() for pair in candidates(*item)]
        self.seconds["candidates"] += time.perf_counter() - begun
        before = sum(self.seconds.values())
        timed = [Timed(critic, self.seconds) for critic in build_critics(self.config, both_orders=True)]
        begun = time.perf_counter()
        found = filter_pairs(pairs, list(timed))
        self.seconds["bookkeeping"] += time.perf_counter() - begun - (sum(self.seconds.values()) - before)
        self.counts.update(found.measured)
        self.counts["candidates"] += len(pairs)
        return found


def candidates(context_id: str, sentences: list[str]) -> Iterator[Pair]:
    """Every two sentences of a context, once."""
    names = {"context": "", "passage_id": "", "domain": "", "context_id": context_id}
    return enumerate_unordered_pairs({**names, "sentences": sentences})


def critics(screen: ScreenConfig | None = None) -> CriticsConfig:
    """The paper's critics with its settings, and the screen before the NLI model where there is one."""
    entries: list[Any] = [
        {"rouge_l": {"max": 0.75}},
        {"semantic_equivalence": {"model": CRITIC, "min_entailment": 0.75}},
        {"tree_edit_distance": {"min": 12, "parser": PARSER}},
        {"diversity": {"tau_entail": 0.75}},
    ]
    made = from_mapping(CriticsConfig, entries, "critics").critics
    return CriticsConfig(made if screen is None else (made[0], screen, *made[1:]))


def calibrated_screen(pool: list[list[str]]) -> tuple[ScreenConfig, dict[str, Any]]:
    """A screen calibrated on contexts that nothing is measured on, what the choice rests on, and its seconds."""
    begun = time.perf_counter()
    contexts = (list(candidates(str(number), sentences)) for number, sentences in enumerate(pool))
    record = calibrate(critics(ScreenConfig()), contexts)
    screen = ScreenConfig(layer=record["layer"], threshold=record["threshold"])
    return screen, record | {"seconds": time.perf_counter() - begun}
