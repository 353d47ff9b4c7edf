"""The oracle of a world whose meanings are known: it scores what the loop made and never takes part in it."""

from importlib import import_module
from typing import Any, Protocol, cast

from builders.errors import ConfigError

from .training_pairs import Task


class Oracle(Protocol):
    """What a recipe's `evaluation.oracle` names: a module (or object) with these three functions."""

    def meaning(self, sentence: str) -> Any:
        """The meaning of a sentence, None when it is no sentence of the world."""

    def equivalent(self, a: str, b: str) -> bool:
        """Whether both are sentences of the world and mean the same."""

    def entails(self, a: str, b: str) -> bool:
        """Whether both are sentences of the world and b follows from a."""


def load_oracle(path: str) -> Oracle:
    """The oracle at an import path such as `microworld.oracle`.

    Raises:
        ConfigError: There is no such module, or it lacks one of the three functions.
    """
    try:
        module = import_module(path)
    except (ImportError, ValueError, TypeError) as error:  # TypeError: a relative name
        raise ConfigError(f"oracle '{path}' cannot be imported ({error}); name a module on the import path") from None
    lacking = [name for name in ("meaning", "equivalent", "entails") if not callable(getattr(module, name, None))]
    if lacking:
        raise ConfigError(f"oracle '{path}' lacks {', '.join(lacking)}; name a module that has all of its functions")
    return cast(Oracle, module)


def is_faithful(oracle: Oracle, source: str, output: str, task: Task) -> bool:
    """Whether an output says what its task promises: the same as the source, or something that follows from it."""
    return oracle.equivalent(source, output) if task == "paraphrase" else oracle.entails(source, output)
