"""A Stanford CoreNLP server as the parser, which is the paper's (A.2): `parser: "http://localhost:9000"`."""

import json
import time
from collections.abc import Sequence
from typing import Any

import httpx2

from builders.errors import RunError, one_line
from builders.web_address import is_loopback

_AT_ONCE = 16  # sentences a request, at first: the server gives up on what takes longer than its own `-timeout`
_TIMEOUT = 60.0  # seconds; a server that gives up after its usual 15 says so itself
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before each further attempt


def is_url(name: str) -> bool:
    """Whether a parser is named by an address."""
    return name.startswith(("http://", "https://"))


class _UnansweredError(Exception):
    """The server was reached, but these sentences got no usable answer."""


class CoreNLP:
    """From sentences to their bracketed trees, such as `(ROOT (S (NP (NN profit)) (VP (VBD rose))))`.

    Sentences that do not come through together are asked for in smaller requests, at last one by one.

    Args:
        url: Of the server.
    """

    def __init__(self, url: str) -> None:
        self._url, self._at_once = url, _AT_ONCE
        # A proxy of the environment does not lead to this machine.
        self._client = httpx2.Client(timeout=_TIMEOUT, trust_env=not is_loopback(url))

    def __call__(self, sentences: Sequence[str]) -> list[str]:
        """One tree a sentence.

        Raises:
            RunError: The server cannot be reached, or gives no tree of a sentence.
        """
        # A line is a sentence, so there must be no other line ends.
        lines = [" ".join(sentence.split()) for sentence in sentences]
        trees: list[str] = []
        while len(trees) < len(lines):
            trees += self._trees(lines[len(trees) : len(trees) + self._at_once])
        return trees

    def _trees(self, lines: list[str]) -> list[str]:
        try:
            return self._ask(lines)
        except _UnansweredError as error:
            if len(lines) == 1:
                remedy = "see the server's log, raise its -timeout, or take this sentence out"
                raise RunError(f"parser '{self._url}' gives no tree of {lines[0]!r}: {error}; {remedy}") from error
            half = self._at_once = len(lines) // 2
            return self._trees(lines[:half]) + self._trees(lines[half:])

    def _ask(self, lines: list[str]) -> list[str]:
        """The trees of all lines.

        Raises:
            _UnansweredError: There is not one for each.
            RunError: The server cannot be reached, or refuses the request as such.
        """
        splitting = "ssplit.isOneSentence" if len(lines) == 1 else "ssplit.eolonly"
        properties = {"annotators": "tokenize,ssplit,pos,parse", splitting: "true", "outputFormat": "json"}
        # What is too much for the server is so each time: several sentences get one more attempt, and then a smaller
        # request.
        pauses = _PAUSES if len(lines) == 1 else _PAUSES[:1]
        response = self._post("\n".join(lines), json.dumps(properties), pauses)
        try:
            found: Any = [sentence["parse"] for sentence in json.loads(response.content)["sentences"]]
        except (ValueError, KeyError, TypeError) as error:
            raise _UnansweredError(f"its answer is not what CoreNLP sends ({type(error).__name__})") from error
        # A line gives one sentence at most, so as many trees as lines are one of each, in order.
        if len(found) != len(lines) or not all(isinstance(tree, str) and tree.startswith("(") for tree in found):
            raise _UnansweredError(f"its answer has {len(found)} sentences for {len(lines)}, or some without a parse")
        return [" ".join(tree.split()) for tree in found]

    def _post(self, text: str, properties: str, pauses: Sequence[float]) -> httpx2.Response:
        """The server's answer, asked for again after each pause where it may have been busy or just starting."""
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        for pause in (*pauses, None):
            try:
                response = self._client.post(
                    self._url, params={"properties": properties}, content=text.encode(), headers=headers
                )
            except httpx2.TransportError as error:
                trouble, reached = one_line(error), not isinstance(error, httpx2.ConnectError)
            else:
                if response.is_success:
                    return response
                trouble, reached = f"HTTP {response.status_code} {_first_words(response)}".strip(), True
                if response.status_code < 500:
                    remedy = "name the address of a CoreNLP server that has the English parser"
                    raise RunError(f"parser '{self._url}' refuses the request: {trouble}; {remedy}")
            if pause is None:
                break
            time.sleep(pause)
        if reached:
            raise _UnansweredError(trouble)
        remedy = "start the CoreNLP server, or correct the address"
        raise RunError(f"parser '{self._url}' cannot be reached: {trouble}; {remedy}")


def _first_words(response: httpx2.Response) -> str:
    return one_line(ValueError(response.text), 80) if response.text.strip() else ""
