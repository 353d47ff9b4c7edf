"""What a teacher is asked: texts that go on from prompts, whatever runs the model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from builders.generation import Decoding, Prompt


@dataclass(frozen=True)
class Continued:
    """What a teacher wrote behind a prompt.

    Args:
        prompt: What it went on from: one too long for the teacher has lost its first sentences.
        texts: Without the prompt. None at all when even the last sentence of the prompt is too long.
    """

    prompt: str
    texts: list[str]


class Teacher(Protocol):
    """A language model that goes on from texts."""

    def check(self) -> None:
        """Tries whether it can be sampled with its settings, before any work begins.

        Raises:
            ConfigError: It cannot.
            RunError: It cannot be loaded or reached.
        """

    def identity(self) -> dict[str, str]:
        """What a fingerprint needs to know of it."""

    def counts(self) -> dict[str, int]:
        """What befell it so far that a journal should tell, such as batches halved for want of memory."""

    def go_on(
        self, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None
    ) -> list[Continued]:
        """Continuations of each prompt.

        Args:
            prompts: Each with the key that its random draws depend on.
            decoding: How.
            is_done: Whether a continuation needs no more tokens; a teacher may write on all the same. None: only the
                end-of-text token ends one.

        Returns:
            One a prompt, in order.
        """
