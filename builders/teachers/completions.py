"""A teacher behind an OpenAI-compatible completions server, such as vLLM's."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from builders.errors import ConfigError
from builders.generation import Decoding, Prompt
from builders.randomness import key
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers.base import Continued
from builders.teachers.completions_client import CompletionsClient, RefusedError, TooLongError
from builders.teachers.server_key import read_key
from builders.web_address import is_loopback

_MOST_CHOICES = 128  # a request; OpenAI's own limit
_MOST_STOPS = 4  # a request; OpenAI's own limit
_MOST_EMPTY = 4  # times the texts that are wanted; an empty one costs a token
_TELLING = 40  # characters; two texts as long are equal by no chance


class CompletionsTeacher:
    """A model that a server runs.

    A text ends before the first banned string, and one that has nothing before it is asked for again, as a model in
    this process never begins with one. What is done is not known to the server: it writes up to `max_new_tokens`.

    Args:
        config: Settings, with a server.
    """

    def __init__(self, config: SamplingConfig) -> None:
        assert config.server is not None
        self._config, self._server = config, config.server
        self._sentences = Sentences(config.domain.sentences)
        self._texts_with_key = 0

    def check(self) -> None:
        """Asks for two texts as sampling will ask for them.

        Raises:
            ConfigError: The key is missing, the settings do not fit the model, the server begins no text from nothing
                where the domain does, or its texts of one request are empty or all the same.
            RunError: The server cannot be reached or refuses to answer.
        """
        config, server = self._config, self._server
        if read_key(server) is not None and server.url.startswith("http://") and not is_loopback(server.url):
            where = f"{server.api_key_variable} goes to '{server.url}' unencrypted"
            print(f"warning: the key in {where}; use https, unless you trust the network", file=sys.stderr)
        tokens = max(config.context_tokens, config.sentence_tokens)
        temperature = max(1.0, config.temperature, config.context_temperature)
        probe = Decoding(num_return=2, temperature=temperature, max_new_tokens=tokens, banned=config.domain.banned)
        from_nothing = config.corpus is None and not config.domain.prefixes
        start = "" if from_nothing else "Profit rose."
        try:
            [continued] = self.go_on([Prompt(start, 0)], probe, None)
        except RefusedError as error:
            if not from_nothing:
                raise
            remedy = "give the domain prefixes, such as 'Abstract:' (a corpus of contexts serves round 0 alone)"
            problem = f"domain '{config.domain.name}' begins its passages from nothing, which may be what is refused"
            raise ConfigError(f"{error}; {problem}: {remedy}") from None
        if not continued.texts:
            problem = f"context_tokens and sentence_tokens must leave room for a prompt in the context window of {self}"
            raise ConfigError(f"{problem}, got {config.context_tokens} and {config.sentence_tokens}")
        first, second = continued.texts
        if not first and not second:
            why = "it may be a model of chats, or write nothing but what the domain bans"
            raise ConfigError(f"{self} writes nothing behind {start!r}; {why}: name another model or domain")
        if first == second and len(first) >= _TELLING:
            problem = f"{self} gives the same text twice in one answer, {first[:40]!r}"
            raise ConfigError(f"{problem}; use a server, or a newer version of it, whose choices differ under a seed")

    def __str__(self) -> str:
        return f"'{self._config.teacher}' at '{self._server.url}'"

    def identity(self) -> dict[str, str]:
        """The model's name at the server, never where the server is."""
        return {"engine": "completions server", "model": self._config.teacher}

    def counts(self) -> dict[str, int]:
        """How many texts held the server's key and were drawn again; nothing where none did."""
        return {"texts_with_key": self._texts_with_key} if self._texts_with_key else {}

    def go_on(
        self, prompts: list[Prompt], decoding: Decoding, is_done: Callable[[str], bool] | None
    ) -> list[Continued]:
        """Continuations of each prompt, in the prompts' order whatever the order of the answers.

        Raises:
            ConfigError: The key is missing.
            RunError: The server gives no usable answer.
        """
        return asyncio.run(self._go_on(prompts, decoding))

    async def _go_on(self, prompts: list[Prompt], decoding: Decoding) -> list[Continued]:
        at_once = asyncio.Semaphore(self._server.concurrency)
        async with CompletionsClient(self._server, self._config.teacher) as client:

            async def continued(prompt: Prompt) -> Continued:
                async with at_once:
                    return await self._continued(client, prompt, decoding)

            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(continued(prompt)) for prompt in prompts]
                self._texts_with_key += client.texts_with_key
            except* Exception as errors:
                failed = errors.exceptions[0]  # the others were only cancelled, or failed in the same instant
            else:
                return [task.result() for task in tasks]
        raise failed

    async def _continued(self, client: CompletionsClient, prompt: Prompt, decoding: Decoding) -> Continued:
        for text in self._shortened(prompt.text):
            with suppress(TooLongError):  # which costs the server no token
                return Continued(text, await _draw(client, text, prompt.key, decoding))
        return Continued(prompt.text, [])

    def _shortened(self, text: str) -> Iterator[str]:
        """The text, then the same without its first sentence, and so on to the last."""
        yield text
        sentences = self._sentences.split(text)
        for first in range(1, len(sentences)):
            yield " ".join(sentences[first:])


async def _draw(client: CompletionsClient, prompt: str, draw_key: int, decoding: Decoding) -> list[str]:
    """Texts that go on from a prompt; what a server leaves out, or begins with a banned string, is drawn again.

    A text stays empty behind a prompt where most are, or when decoding is greedy.
    """
    question: dict[str, Any] = {
        "prompt": prompt,
        "max_tokens": decoding.max_new_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
    }
    if decoding.banned:  # those of white space come first: they stand most often in a text
        question["stop"] = sorted(decoding.banned, key=lambda text: not text.isspace())[:_MOST_STOPS]
    texts: list[str] = []
    most_empty = _MOST_EMPTY * decoding.num_return if decoding.temperature else 0
    empty, request = 0, 0
    while len(texts) < decoding.num_return and empty <= most_empty:
        n = min(decoding.num_return - len(texts), _MOST_CHOICES)
        seed = key(draw_key, "request", request) % 2**31  # servers take 31 bits at least
        written = [
            _before_banned(text, decoding.banned) for text in await client.ask({**question, "n": n, "seed": seed})
        ]
        kept = [text for text in written[:n] if text.strip()]
        texts += kept
        empty += len(written[:n]) - len(kept)
        request += 1
    return texts + [""] * (decoding.num_return - len(texts))


def _before_banned(text: str, banned: tuple[str, ...]) -> str:
    for string in banned:
        text = text.partition(string)[0]
    return text
