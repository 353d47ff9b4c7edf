"""A teacher behind an OpenAI-compatible completions server, such as vLLM's."""

from collections.abc import Callable

from builders.generation import Decoding, Prompt
from builders.sampling_config import SamplingConfig
from builders.teachers.base import Continued


class CompletionsTeacher:
    """A model that a server runs."""

    def __init__(self, config: SamplingConfig) -> None:
        self._config = config

    def check(self) -> None:
        """Asks for a few tokens."""
        raise NotImplementedError

    def identity(self) -> dict[str, str]:
        """The model's name at the server, never where the server is."""
        raise NotImplementedError

    def counts(self) -> dict[str, int]:
        """Nothing yet."""
        return {}

    def go_on(
        self, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None
    ) -> list[Continued]:
        """Continuations of each prompt."""
        raise NotImplementedError
