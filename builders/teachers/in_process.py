"""A teacher that runs in this process: any stock decoder-only model."""

from collections.abc import Callable

from builders.errors import ConfigError, one_line
from builders.generation import Decoding, Prompt, positions, sample_continuations
from builders.models import load_causal_lm, model_identity
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers.base import Continued


class InProcessTeacher:
    """A model by transformers.

    Args:
        config: Settings.

    Raises:
        RunError: It cannot be loaded.
    """

    def __init__(self, config: SamplingConfig) -> None:
        self._config = config
        self._model, self._tokenizer = load_causal_lm(config.teacher)
        self._sentences = Sentences(config.domain.sentences)

    def check(self) -> None:
        """Tries whether it can be sampled with its settings.

        Raises:
            ConfigError: It cannot.
        """
        config = self._config
        for name in ("context_tokens", "sentence_tokens"):
            given, room = getattr(config, name), positions(self._model)
            if given >= room:
                raise ConfigError(f"{name} must be below the {room} positions of {config.teacher}, got {given}")
        probe = Decoding(num_return=2, temperature=1.0, top_p=0.9, max_new_tokens=2)
        try:
            prompts = [Prompt("", 0), Prompt("Profit rose.", 1)]
            sample_continuations(self._model, self._tokenizer, prompts, probe, bool)
        except Exception as error:  # each kind fails in its own way: Mamba, for one, has no attention to cache
            remedy = "name a decoder-only transformer such as gpt2-xl"
            raise ConfigError(f"teacher '{config.teacher}' cannot be sampled: {one_line(error)}; {remedy}") from error

    def identity(self) -> dict[str, str]:
        """The model's content."""
        return model_identity(self._config.teacher)

    def go_on(
        self, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None
    ) -> list[Continued]:
        """Continuations of each prompt, prompts of like length in one batch."""
        room = positions(self._model) - decoding.max_new_tokens
        texts = {number: self._fitted(prompt.text, room) for number, prompt in enumerate(prompts)}
        fitted = [(text, number) for number, text in texts.items() if text is not None]
        fitted.sort(key=lambda item: (len(item[0]), item[0]))
        size = max(1, self._config.contexts_per_batch * self._config.k // decoding.num_return)
        found = {}
        for start in range(0, len(fitted), size):
            batch = fitted[start : start + size]
            asked = [Prompt(text, prompts[number].key) for text, number in batch]
            written = sample_continuations(self._model, self._tokenizer, asked, decoding, is_done)
            found.update({number: Continued(text, own) for (text, number), own in zip(batch, written, strict=True)})
        return [found.get(number, Continued(prompt.text, [])) for number, prompt in enumerate(prompts)]

    def _fitted(self, text: str, room: int) -> str | None:
        """The text, without its first sentences if it is longer than `room` tokens; None if its last one is."""
        if len(self._tokenizer(text)["input_ids"]) <= room:
            return text
        sentences = self._sentences.split(text)
        for first in range(1, len(sentences)):
            rest = " ".join(sentences[first:])
            if len(self._tokenizer(rest)["input_ids"]) <= room:
                return rest
        return None
