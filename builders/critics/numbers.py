"""The numbers of a pair agree: an NLI model can overlook that 5 percent became 8."""

from dataclasses import dataclass
from typing import Literal

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.critics.number_reader import Numbers, read_numbers
from builders.pairs import Pair


@dataclass(frozen=True, kw_only=True)
class NumbersConfig(CriticConfig):
    """Which numbers, spelled or in digits, must stand in the other sentence.

    Args:
        direction: "both", or "forward" for summaries, which may leave numbers out: those of the target occur in the
            source.
    """

    direction: Literal["both", "forward"] = "both"  # the authors' released code checks one direction

    @property
    def symmetric(self) -> bool:  # type: ignore[override]  # it depends on the direction
        """Whether numbers are looked for both ways."""
        return self.direction == "both"

    def build(self, shared: Shared) -> "NumbersAgree":
        """The critic."""
        return NumbersAgree(self)


class NumbersAgree(Critic):
    """Drops pairs with a number that only one sentence has; each distinct sentence is read once."""

    reasons = ("numbers",)

    def __init__(self, config: NumbersConfig) -> None:
        self._both = config.symmetric
        self._known: dict[str, Numbers] = {}

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order; the score counts the numbers that the other sentence lacks."""
        for text in dict.fromkeys(text for pair in pairs for text in (pair.source, pair.target)):
            if text not in self._known:
                self._known[text] = read_numbers(text)
        return [self._verdict(self._known[pair.source], self._known[pair.target]) for pair in pairs]

    def _verdict(self, source: Numbers, target: Numbers) -> Verdict:
        missing = len(target.missing_in(source))
        if self._both:
            missing += len(source.missing_in(target))
        return Verdict("numbers" if missing else None, {"missing_numbers": missing})
