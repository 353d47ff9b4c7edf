"""A teacher that runs in this process: any stock decoder-only model."""

from bisect import bisect_left
from collections.abc import Callable

from builders.domain import longest_prefixes
from builders.errors import ConfigError, is_out_of_memory, one_line
from builders.generation import Decoding, Prompt, sample_continuations
from builders.models import load_sampled_lm, model_identity
from builders.prompt_tokens import positions, prompt_tokens
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
        self._model, self._tokenizer = load_sampled_lm(config.teacher, config.bf16)
        self._sentences = Sentences(config.domain.sentences)
        self._halvings = 0

    def check(self) -> None:
        """Tries whether it can be sampled with its settings.

        Raises:
            ConfigError: It cannot.
        """
        config = self._config
        prefixes = [""] if config.corpus else longest_prefixes(config.domain)
        needed = {"context_tokens": max(map(self._size, prefixes)), "sentence_tokens": 1}
        for name, prompt in needed.items():
            given, room = getattr(config, name), positions(self._model)
            if given >= room:
                raise ConfigError(f"{name} must be below the {room} positions of {config.teacher}, got {given}")
            if given + prompt > room:
                problem = (
                    f"{name} must leave {prompt} of the {room} positions of {config.teacher} for the domain's longest"
                )
                raise ConfigError(f"{problem} prefix, got {given}; lower it to {room - prompt} or shorten the prefixes")
        probe = Decoding(num_return=2, temperature=1.0, top_p=0.9, max_new_tokens=2)
        try:
            prompts = [Prompt("", 0), Prompt("Profit rose.", 1)]
            sample_continuations(self._model, self._tokenizer, prompts, probe, bool)
        except Exception as error:  # each kind fails in its own way: Mamba, for one, has no attention to cache
            if is_out_of_memory(error):
                raise
            remedy = "name a decoder-only transformer such as gpt2-xl"
            raise ConfigError(f"teacher '{config.teacher}' cannot be sampled: {one_line(error)}; {remedy}") from error

    def identity(self) -> dict[str, str]:
        """The model's content."""
        return model_identity(self._config.teacher)

    def counts(self) -> dict[str, int]:
        """How often memory ran out and the contexts a batch were halved; nothing where it never did."""
        return {"halved_batches": self._halvings} if self._halvings else {}

    def go_on(
        self, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None
    ) -> list[Continued]:
        """Continuations of each prompt, prompts of like length in one batch.

        When memory runs out, all is done again with half the prompts a batch, so that no part comes from batches of
        another make-up than the rest.
        """
        from torch import cuda  # slow to import

        while True:
            try:
                return self._go_on(prompts, decoding, is_done)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or self._prompts_per_batch(decoding) == 1:
                    raise
                self._halvings += 1
            cuda.empty_cache()  # only here: the error holds the frames that hold the tensors

    def _prompts_per_batch(self, decoding: Decoding) -> int:
        return max(1, (self._config.contexts_per_batch * self._config.k // decoding.num_return) >> self._halvings)

    def _go_on(
        self, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None
    ) -> list[Continued]:
        fitted = self._fitted([prompt.text for prompt in prompts], positions(self._model) - decoding.max_new_tokens)
        order = sorted(fitted, key=lambda number: (fitted[number][1], fitted[number][0]))
        size = self._prompts_per_batch(decoding)
        found: dict[int, list[str]] = {}
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            asked = [Prompt(fitted[number][0], prompts[number].key) for number in batch]
            written = sample_continuations(self._model, self._tokenizer, asked, decoding, is_done)
            found.update(zip(batch, written, strict=True))
        return [
            Continued(fitted[number][0], found[number]) if number in found else Continued(prompt.text, [])
            for number, prompt in enumerate(prompts)
        ]

    def _fitted(self, texts: list[str], room: int) -> dict[int, tuple[str, int]]:
        """Each text with its number of tokens, without its first sentences if it has more than `room`.

        Left out is a text whose last sentence alone is too long.
        """
        sizes = [len(tokens) for tokens in prompt_tokens(self._tokenizer, texts)]
        fitted = {number: (texts[number], size) for number, size in enumerate(sizes)}
        for number, size in enumerate(sizes):
            if size > room:
                sentences = self._sentences.split(texts[number])
                rests = [" ".join(sentences[first:]) for first in range(1, len(sentences))]
                # Fewer sentences have fewer tokens, so few cuts have to be tried.
                cut = bisect_left(rests, True, key=lambda rest: self._size(rest) <= room)
                del fitted[number]
                if cut < len(rests):
                    fitted[number] = (rests[cut], self._size(rests[cut]))
        return fitted

    def _size(self, text: str) -> int:
        return len(prompt_tokens(self._tokenizer, [text])[0])
