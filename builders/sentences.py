"""Sentences in sampled text (paper, Section 3.1: the first sentence of every sample is kept)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from nupunkt import sent_tokenize

from builders.domain import NUPUNKT, SentencesConfig
from builders.named import code_identity, import_named, users_code

# Every reason for which a sentence is refused, in the order in which they are looked for.
REFUSALS = (
    "too_short",
    "too_long",
    "newline",
    "unfinished",
    "unprintable",
    "fragment",
    "no_words",
    "url",
    "banned",
    "repetition",
)

# An address begins with a scheme or "www.", or has a path behind its host, as in "bit.ly/1a2b". A host alone is none:
# "Amazon.com said so." is news of a company.
_URL = re.compile(r"\w://|\b(?i:www)\.|\b[\w-]+\.[a-z]{2,}/\w")
# What closes or goes on with something that is not there: a bracket, a comma, a quotation mark with a space behind it.
# A quotation that opens here and closes in a later sentence is common in news, and stays; so do ".NET" and "...".
_FRAGMENT = re.compile(r"[)\]},;:]|[\"'\u201d\u2019\u00bb](?:[\s.,;:!?)]|$)|[.?!](?:\s|$)")
_WORD = re.compile(r"\S+")
_LOOP = re.compile(r"(\D{1,8}?)\1{5}")  # six times "a", "!" or "ha"; no digits, since 10000000 is a number
_LONGEST_PHRASE = 8  # words
_JOINERS = "\u200c\u200d"  # Persian and the scripts of India are spelt with them


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
        own = config.splitter != NUPUNKT
        self._splitter: Callable[[str], Any] = import_named("splitter", config.splitter) if own else sent_tokenize

    def identity(self) -> dict[str, str]:
        """What a fingerprint needs to know beside the settings: the code of a splitter of the user's own."""
        own = self._config.splitter != NUPUNKT
        return code_identity("splitter", self._config.splitter) if own else {"name": NUPUNKT}

    def split(self, text: str) -> list[str]:
        """The sentences of a text without surrounding white space; "Corp." or "U.S." inside one does not end it.

        Raises:
            RunError: The user's own splitter failed.
        """
        with users_code(f"splitter '{self._config.splitter}' failed on {text[:60]!r}", "let it return a list of texts"):
            found = self._splitter(text)
            if isinstance(found, str):  # each letter of it would be a sentence
                raise TypeError("it returned one text")
            sentences = list(found)
            for sentence in sentences:
                if not isinstance(sentence, str):
                    raise TypeError(f"it returned {sentence!r:.60}, which is no text")
            sentences = [sentence.strip() for sentence in sentences]
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
        """Why a sampled sentence does not qualify, one of `REFUSALS`; None when it does."""
        config = self._config
        if len(sentence) < config.min_characters:
            return "too_short"
        if len(sentence) > config.max_characters:
            return "too_long"
        if len(sentence.splitlines()) > 1:
            return "newline"
        if not self._is_ended(sentence):
            return "unfinished"
        if not _is_printable(sentence):
            return "unprintable"
        if _FRAGMENT.match(sentence):
            return "fragment"
        if not any(map(str.isalpha, sentence)):
            return "no_words"
        if not config.urls and _URL.search(sentence):
            return "url"
        if any(text in sentence for text in self._banned):
            return "banned"
        return "repetition" if _repeats(sentence, config.max_repeats) else None

    def _is_ended(self, sentence: str) -> bool:
        # As in the authors' released code, 'He said "no."' is not: it ends in a quotation mark.
        return sentence.endswith(tuple(self._config.endings))


def refusal_counts(refusals: Iterable[str | None]) -> dict[str, int]:
    """How many sentences were refused, as a stage counts them: every reason is named, so that shards add up in order.

    Args:
        refusals: What `Sentences.refusal` said of each sentence.
    """
    found = Counter(refusals)
    return {f"refused:{reason}": found[reason] for reason in REFUSALS}


def _is_printable(sentence: str) -> bool:
    """No control, half or private character, no mark that turns the direction of text; any kind of space will do."""
    if sentence.isprintable():
        return "\ufffd" not in sentence  # which stands for a character that could not be read
    return all(
        (char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs") and char != "\ufffd"
        for char in sentence
    )


def _repeats(sentence: str, most: int) -> bool:
    """Whether a phrase stands more than `most` times in a row, or a few characters more than five times."""
    if _LOOP.search(sentence):
        return True
    words = [word.strip(".,;:!?") or word for word in _WORD.findall(sentence.lower())]
    for size in range(1, min(_LONGEST_PHRASE, len(words) // (most + 1)) + 1):
        same = 0  # words that are those of a phrase's length before
        for before, word in zip(words, words[size:], strict=False):
            same = same + 1 if before == word else 0
            if same >= size * most:
                return True
    return False
