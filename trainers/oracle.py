"""The oracle of a world whose meanings are known: it scores what the loop made and never takes part in it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol, cast

from builders.errors import ConfigError
from builders.named import import_named, users_code

from .training_pairs import Task

_FUNCTIONS = ("meaning", "equivalent", "entails")


class Oracle(Protocol):
    """What a recipe's `evaluation.oracle` names: a module (or object) with these three functions."""

    def meaning(self, sentence: str) -> Any:
        """The meaning of a sentence, None when it is no sentence of the world."""

    def equivalent(self, a: str, b: str) -> bool:
        """Whether both are sentences of the world and mean the same."""

    def entails(self, a: str, b: str) -> bool:
        """Whether both are sentences of the world and b follows from a."""


def load_oracle(path: str) -> Oracle:
    """The oracle at an import path such as `microworld.oracle`; where one of its functions fails is a `RunError`.

    Raises:
        ConfigError: There is no such module, or it lacks one of the three functions.
    """
    module = import_named("oracle", path)
    lacking = [name for name in _FUNCTIONS if not callable(getattr(module, name, None))]
    if lacking:
        raise ConfigError(f"oracle '{path}' lacks {', '.join(lacking)}; name a module that has all of its functions")
    return cast(Oracle, SimpleNamespace(**{name: _asked(path, getattr(module, name)) for name in _FUNCTIONS}))


def _asked(path: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def answer(*sentences: str) -> Any:
        with users_code(f"oracle '{path}' failed on {', '.join(map(repr, sentences))}", "it must answer on any text"):
            return function(*sentences)

    return answer


def is_faithful(oracle: Oracle, source: str, output: str, task: Task) -> bool:
    """Whether an output says what its task promises: the same as the source, or something that follows from it."""
    return bool(oracle.equivalent(source, output) if task == "paraphrase" else oracle.entails(source, output))
