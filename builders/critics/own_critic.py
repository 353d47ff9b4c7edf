"""A critic of the user's own, which a recipe names by its import path: `- my_critics:NoQuestions: {max_marks: 0}`."""

import inspect
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.errors import ConfigError, RunError, is_out_of_memory, one_line
from builders.named import code_identity, import_named, users_code
from builders.pairs import Pair

_REMEDY = "judge must return one builders.critics.base.Verdict a pair, in order"
_PROBE = [Pair("Profit rose 5 percent on Monday.", "On Monday, profit was up by 5 percent.")]


@dataclass(frozen=True, kw_only=True)
class OwnCriticConfig(CriticConfig):
    """A class at an import path, and what it is made with.

    Args:
        path: `module:Class`.
        settings: Keyword arguments of the class.
    """

    path: str
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            json.dumps(self.settings, ensure_ascii=False).encode("utf-8")
        except (TypeError, ValueError) as error:  # YAML has dates, and JSON, by which a fingerprint goes, has none
            remedy = "give it texts, numbers, lists and mappings"
            raise ConfigError(
                f"settings of '{self.path}' hold what JSON does not ({one_line(error)}); {remedy}"
            ) from None

    @property
    def symmetric(self) -> bool:  # type: ignore[override]  # the class says so
        """Whether the class says that it judges (x, y) and (y, x) alike.

        One that says nothing is taken not to: both are then judged, which takes twice the time and is never wrong.
        """
        return getattr(self._class(), "symmetric", False) is True

    def build(self, shared: Shared) -> "OwnCritic":
        """The critic.

        Raises:
            ConfigError: There is no such class, or it does not take the settings.
        """
        made = self._class()
        signature = inspect.signature(made)
        try:
            signature.bind(**self.settings)
        except TypeError as error:
            takes = ", ".join(signature.parameters) or "none"
            raise ConfigError(f"critic '{self.path}': {error}; its settings are: {takes}") from None
        try:
            critic = made(**self.settings)
        except (ConfigError, RunError):
            raise
        except (Exception, SystemExit) as error:
            if is_out_of_memory(error):
                raise
            shown = json.dumps(self.settings, ensure_ascii=False)
            raise ConfigError(
                f"critic '{self.path}' refuses its settings {shown}: {one_line(error)}; correct them"
            ) from error
        return OwnCritic(self.path, critic)

    def to_value(self) -> dict[str, Any]:
        """The settings, as the recipe has them."""
        return dict(self.settings)

    def identity(self) -> dict[str, Any]:
        """The settings, and the class by the content of its file."""
        return {"settings": self.settings, "code": code_identity("critic", self.path)}

    def check(self) -> None:
        """Makes the critic and has it judge a pair."""
        self.build(Shared()).judge(_PROBE)

    def _class(self) -> Any:
        found = import_named("critic", self.path, "class")
        if not inspect.isclass(found) or not callable(getattr(found, "judge", None)):
            raise ConfigError(f"critic '{self.path}' must be a class with a method judge(pairs), got {found!r:.80}")
        return found


class OwnCritic(Critic):
    """Passes pairs on to the user's critic, and holds what comes back against what it must be.

    Args:
        path: For messages.
        critic: With a method `judge`; a `Critic` may have the others too.
    """

    def __init__(self, path: str, critic: Any) -> None:
        self._path, self._critic = path, critic
        reasons = getattr(critic, "reasons", ())
        if isinstance(reasons, str) or not all(isinstance(reason, str) for reason in reasons):
            raise ConfigError(f"critic '{path}' must have a tuple of texts as its reasons, got {reasons!r}")
        self.reasons = tuple(reasons)

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order.

        Raises:
            RunError: The critic failed, or did not give that.
        """
        with users_code(f"critic '{self._path}' failed on {len(pairs)} pairs", _REMEDY):
            verdicts = list(self._critic.judge(list(pairs)))
        if len(verdicts) != len(pairs):
            raise RunError(f"critic '{self._path}' gave {len(verdicts)} verdicts on {len(pairs)} pairs; {_REMEDY}")
        return [self._checked(verdict) for verdict in verdicts]

    def complete(self, pairs: list[Pair]) -> None:
        """As the user's critic does, if it is a `Critic`."""
        if isinstance(self._critic, Critic):
            with users_code(f"critic '{self._path}' failed to complete {len(pairs)} pairs", "it must not raise"):
                self._critic.complete(pairs)

    def counts(self) -> dict[str, int]:
        """What the user's critic has counted, if it is a `Critic`."""
        if not isinstance(self._critic, Critic):
            return {}
        with users_code(f"critic '{self._path}' failed to give its counts", "it must give whole numbers by name"):
            return {str(name): int(count) for name, count in self._critic.counts().items()}

    def _checked(self, verdict: Any) -> Verdict:
        fits = isinstance(verdict, Verdict) and isinstance(verdict.reason, str | None)
        if not fits or verdict.reason == "" or not isinstance(verdict.scores, Mapping):
            raise RunError(f"critic '{self._path}' gave {verdict!r:.80} as a verdict; {_REMEDY}")
        if not verdict.scores:
            return verdict
        with users_code(
            f"critic '{self._path}' gave scores {dict(verdict.scores)!r:.80}", "a score must be a finite number"
        ):
            scores = {str(name): _number(value) for name, value in verdict.scores.items()}
        return Verdict(verdict.reason, scores)


def _number(value: Any) -> float:
    """A number of any library as Python's own; what only reads like one, or has no size, is none."""
    if isinstance(value, (str, bytes, bool)) or not math.isfinite(value):
        raise ValueError(f"{value!r:.80} is no number")
    return value if type(value) is int else float(value)
