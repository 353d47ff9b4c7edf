"""Sentences in sampled text (paper, Section 3.1: the first sentence of every sample is kept)."""

import re
from collections.abc import Callable
from typing import Any

from nupunkt import sent_tokenize

from builders.domain import SentencesConfig
from builders.named import import_named, users_code

_URL = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_LONGEST_PHRASE = 8  # words


class Sentences:
    """How a domain's text falls into sentences, and which of them qualify.

    Args:
        config: Settings.
        banned: Strings that no sentence may hold.

    Raises:
        ConfigError: The splitter cannot be imported.
    """

    def __init__(self, config: SentencesConfig, banned: tuple[str, ...] = ()) -> None:
        self._config = config
        self._banned = banned
        own = config.splitter != "nupunkt"
        self._splitter: Callable[[str], Any] = import_named("splitter", config.splitter) if own else sent_tokenize

    def split(self, text: str) -> list[str]:
        """The sentences of a text without surrounding white space; "Corp." or "U.S." inside one does not end it.

        Raises:
            RunError: The user's own splitter failed.
        """
        with users_code(f"splitter '{self._config.splitter}' failed on {text[:60]!r}", "let it return a list of texts"):
            sentences = [str(sentence).strip() for sentence in self._splitter(text)]
        return [sentence for sentence in sentences if sentence]

    def first(self, text: str) -> str:
        """The first sentence of the first line that holds one; "" for blank text."""
        line = text.strip().partition("\n")[0]
        return next(iter(self.split(line)), "")

    def first_is_done(self, text: str) -> bool:
        """Whether sampling may stop: a second sentence or a new line has begun after the first."""
        begun = text.lstrip()
        return "\n" in begun or len(self.split(begun)) > 1

    def whole(self, passage: str) -> list[str]:
        """The sentences of a sampled passage, on one line, without a last one that breaks off."""
        sentences = self.split(" ".join(passage.split()))
        return sentences if not sentences or self._is_ended(sentences[-1]) else sentences[:-1]

    def ended(self, text: str) -> int:
        """How many sentences of a text are ended."""
        return sum(map(self._is_ended, self.split(text)))

    def refusal(self, sentence: str) -> str | None:
        """Why a sampled sentence does not qualify; None when it does."""
        config = self._config
        if len(sentence) < config.min_characters:
            return "too_short"
        if len(sentence) > config.max_characters:
            return "too_long"
        if "\n" in sentence:
            return "newline"
        if not self._is_ended(sentence):
            return "unfinished"
        if not sentence.isprintable() or "\ufffd" in sentence:
            return "unprintable"
        if not config.urls and _URL.search(sentence):
            return "url"
        if any(text in sentence for text in self._banned):
            return "banned"
        return "repetition" if _repeats(sentence, config.max_repeats) else None

    def _is_ended(self, sentence: str) -> bool:
        return sentence.endswith(tuple(self._config.endings))


def _repeats(sentence: str, most: int) -> bool:
    """Whether a phrase stands more than `most` times in a row."""
    words = _WORD.findall(sentence.lower())
    for size in range(1, min(_LONGEST_PHRASE, len(words) // (most + 1)) + 1):
        same = 0  # words that are those of a phrase's length before
        for before, word in zip(words, words[size:], strict=False):
            same = same + 1 if before == word else 0
            if same >= size * most:
                return True
    return False
