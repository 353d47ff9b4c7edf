"""Requests to an OpenAI-compatible completions server: what is asked again, what is not, and what never gets out."""

import asyncio
import re
import sys
from asyncio import sleep
from types import TracebackType
from typing import Any

import httpx2
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from builders.errors import RunError, one_line
from builders.sampling_config import ServerConfig
from builders.teachers.completions_answers import asked_pause, is_too_long, message_of, texts_of
from builders.teachers.server_key import holds_key, masked, read_key
from builders.web_address import is_loopback

_LONGEST_PAUSE = 300.0  # seconds; a server that says "tomorrow" is asked before
_MOST_BYTES = 32 * 2**20  # of an answer; 128 texts of 150 tokens take less than one
_TOLD_PAUSE = 5.0  # seconds; a shorter one is over before it is read
_BUSY = (408, 409, 425, 429)  # with all from 500 up: worth asking again
_pauses = wait_exponential_jitter(multiplier=2, max=60)


class TooLongError(Exception):
    """The prompt and the tokens to come do not fit the model's context window."""


class RefusedError(RunError):
    """The server will not do what the request asks for."""


class _PassingError(Exception):
    """There is no usable answer now; there may be one in `pause` seconds."""

    def __init__(self, trouble: str, pause: float = 0.0) -> None:
        super().__init__(trouble)
        self.pause = pause


class CompletionsClient:
    """A client for one event loop, to be used by `async with`.

    Args:
        config: Of the server.
        model: Its name there.

    Attributes:
        texts_with_key: How many texts held the key, and were blanked.

    Raises:
        ConfigError: The key's variable is not set.
        RunError: The environment names a proxy that can be none.
    """

    def __init__(self, config: ServerConfig, model: str) -> None:
        self._config, self._model = config, model
        self.texts_with_key = 0
        self._address = f"{config.url.rstrip('/')}/completions"
        self._key = read_key(config)
        headers = {"Accept-Encoding": "identity"}  # what is not unpacked cannot grow
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            self._http = httpx2.AsyncClient(
                headers=headers,
                timeout=None,  # it would be for each read; the whole answer has its own limit
                follow_redirects=False,  # the key goes to this server alone
                trust_env=not is_loopback(config.url),  # a proxy of the environment does not lead to this machine
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=config.concurrency),
            )
        except (ValueError, ImportError, httpx2.InvalidURL) as error:
            raise RunError(f"the environment's proxy cannot be used: {one_line(error)}; correct or unset it") from None

    async def __aenter__(self) -> "CompletionsClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def ask(self, question: dict[str, Any]) -> list[str]:
        """The texts of an answer, one or more, in the order of their `index`; passing trouble is waited out.

        Raises:
            TooLongError: See there.
            RefusedError: See there.
            RunError: The server wants another key, model or address, or gives no usable answer at all.
        """
        attempts = self._config.attempts
        persistent = AsyncRetrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(attempts),
            wait=_pause,
            before_sleep=self._tell,
            sleep=sleep,
            reraise=True,
        )
        try:
            return await persistent(self._ask_once, {"model": self._model, **question})
        except _PassingError as error:
            remedy = "see whether it runs and what its log says, then run the same command again"
            tried = f"{attempts} attempt{'s' if attempts > 1 else ''}"
            raise RunError(f"server '{self._config.url}' gives no answer in {tried}: {error}; {remedy}") from None

    async def _ask_once(self, body: dict[str, Any]) -> list[str]:
        content = bytearray()
        try:
            async with (
                asyncio.timeout(self._config.timeout_seconds),
                self._http.stream("POST", self._address, json=body) as response,
            ):
                async for part in response.aiter_raw():
                    content += part
                    if len(content) > _MOST_BYTES:
                        raise self._refusal(f"an answer of more than {_MOST_BYTES:,} bytes", "name another server")
        except TimeoutError:
            raise _PassingError(f"no whole answer within {self._config.timeout_seconds:g} seconds") from None
        except httpx2.HTTPError as error:
            raise _PassingError(self._shown(str(error)) or type(error).__name__) from None
        if not response.is_success:
            raise self._trouble(response, bytes(content))
        try:
            return [self._without_key(text) for text in texts_of(bytes(content))]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            said = self._shown(message_of(bytes(content)))
            problem = f"HTTP {response.status_code} that is no completions answer ({type(error).__name__}): {said}"
            raise _PassingError(problem) from None

    def _trouble(self, response: httpx2.Response, content: bytes) -> Exception:
        """What an answer other than success means."""
        status = response.status_code
        if status in (401, 403):  # whose words may show parts of the key
            variable = self._config.api_key_variable
            remedy = f"correct the key in {variable}" if variable else "set api_key_variable, if it wants a key"
            return self._refusal(f"HTTP {status}", remedy)
        trouble = f"HTTP {status} {self._shown(message_of(content))}".strip()
        if status != 429 and is_too_long(content):
            return TooLongError(trouble)
        if status in _BUSY or status >= 500:
            return _PassingError(trouble, asked_pause(response.headers.get("Retry-After", "")))
        if status < 400:
            place = self._shown(response.headers.get("Location", ""))
            return self._refusal(f"HTTP {status}, which leads to '{place}'", "if you trust it, make that the url")
        if status in (404, 405):
            remedy = f"the url ends before /completions, and the server must know the model '{self._model}'"
            return self._refusal(trouble, remedy)
        return RefusedError(str(self._refusal(trouble, "change the setting that it names, or see its log")))

    def _refusal(self, trouble: str, remedy: str) -> RunError:
        return RunError(f"server '{self._config.url}' answers with {trouble}; {remedy}")

    def _without_key(self, text: str) -> str:
        """A text that can be written down: blank, and so drawn again, where it holds the key."""
        if not holds_key(text, self._key):
            return text
        self.texts_with_key += 1
        return ""

    def _tell(self, state: RetryCallState) -> None:
        """Says why nothing comes, before a pause that is long enough to wonder."""
        pause = state.next_action.sleep if state.next_action else 0.0
        if pause > _TOLD_PAUSE:
            error = state.outcome.exception() if state.outcome else None
            tried = f"attempt {state.attempt_number} of {self._config.attempts}"
            line = f"server '{self._config.url}': {error} ({tried}); the next in {pause:.0f} seconds"
            print(line, file=sys.stderr)

    def _shown(self, text: str) -> str:
        """One line of a server's words, without tags of HTML and without the key."""
        text = masked(text, self._key)
        plain = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        line = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
        return one_line(ValueError(line)) if line else ""


def _pause(state: RetryCallState) -> float:
    """Never sooner than the server asks for, within reason."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.pause if isinstance(error, _PassingError) else 0.0
    return max(_pauses(state), min(asked, _LONGEST_PAUSE))
