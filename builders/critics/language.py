"""Language and charset sanity: letters of other scripts, broken characters, and on request another language."""

import difflib
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from builders.critics.base import CriticConfig, Shared, Verdict
from builders.critics.sentence_critic import SentenceCritic
from builders.errors import ConfigError, RunError

_NO_CHARACTER = ("Cc", "Cs", "Co", "Cn")  # control, half, private and unassigned ones
_NOT_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_WINDOWS = {bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(0x80, 0xA0)}
# Western letters, Greek and Cyrillic, punctuation and signs, pictures.
_WRITTEN = (range(0x80, 0x180), range(0x370, 0x500), range(0x2000, 0x2300), range(0x1F000, 0x20000))


@dataclass(frozen=True, kw_only=True)
class LanguageConfig(CriticConfig):
    """What a sentence must be written in.

    Args:
        scripts: Scripts whose letters are at home, by the first word of their names in Unicode: LATIN, GREEK, CYRILLIC,
            HIRAGANA, ...; Chinese characters are HAN.
        max_foreign: Greatest share of the letters that may be of other scripts.
        code: Ask `py3langid` for this language, such as `en`; it needs the extra `language`.
        min_probability: Least probability of that language.
        min_letters: Sentences with fewer letters are not asked about: too short to tell.
    """

    scripts: tuple[str, ...] = ("LATIN",)  # the paper's data are English
    max_foreign: float = 0.1  # ours: leaves room for the Greek letters of biomedical text
    code: str | None = None  # ours: an extra must be installed for it
    min_probability: float = 0.05  # ours, measured: docs/critics.md
    min_letters: int = 30  # ours, measured: docs/critics.md

    def __post_init__(self) -> None:
        unknown = [name for name in self.scripts if name not in _scripts()]  # the common ones come early
        if unknown or not self.scripts:
            near = [match for name in unknown for match in difflib.get_close_matches(name.upper(), set(_scripts()))]
            hint = f"; nearest valid: {', '.join(near)}" if near else ""
            wanted = "must name scripts such as LATIN, CYRILLIC or HAN"
            raise ConfigError(f"language.scripts {wanted}, got {unknown or list(self.scripts)}{hint}")
        for name in ("max_foreign", "min_probability"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ConfigError(f"language.{name} must lie in [0, 1], got {getattr(self, name)}")
        if self.min_letters < 1:
            raise ConfigError(f"language.min_letters must be at least 1, got {self.min_letters}")

    def build(self, shared: Shared) -> "Language":
        """The critic."""
        return Language(self)

    def identity(self) -> dict[str, Any]:
        """The settings and, where it is asked, the release of the language model, which comes with its package."""
        if not self.code:
            return super().identity()
        from importlib.metadata import version  # of an optional package

        _identifier()
        return {**super().identity(), "py3langid": version("py3langid")}

    def check(self) -> None:
        """Looks for the language among those that can be told."""
        if self.code and self.code not in (known := _identifier().nb_classes):
            raise ConfigError(f"language.code must be one of {', '.join(sorted(known))}, got '{self.code}'")


def foreign_share(sentence: str, scripts: frozenset[str]) -> float:
    """The share of the letters whose script is not one of these; 0.0 without letters."""
    letters = [character for character in sentence if character.isalpha()]
    foreign = sum(_script(character) not in scripts for character in letters)
    return foreign / len(letters) if letters else 0.0


def is_broken(sentence: str) -> bool:
    """Whether it holds a character that is none, the mark of a lost one, or UTF-8 that was read as Latin-1."""
    strange = [c for c in sentence if not c.isprintable() and c not in "\t\n\r"]
    if any(unicodedata.category(c) in _NO_CHARACTER for c in strange) or "\ufffd" in sentence:
        return True
    return any(_was_utf8(run) for run in _NOT_ASCII.findall(sentence))


def _was_utf8(run: str) -> bool:
    """Whether the bytes behind a run of Latin-1 or Windows-1252 characters are UTF-8 of what people write."""
    codes = [_WINDOWS.get(character, ord(character)) for character in run]
    if max(codes) > 0xFF:
        return False
    try:
        text = bytes(codes).decode("utf-8")
    except UnicodeDecodeError:
        return False
    # The bytes of a capital and a closing quote, as in a headline's "CAF\u00c9\u201d", are a phonetic letter's.
    return all(any(ord(character) in block for block in _WRITTEN) for character in text)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ").split(" ")[0]
    # Characters of their own that stand in Latin text: ordinal indicators, the micro sign, modifier letters.
    return "LATIN" if name in ("FEMININE", "MASCULINE", "MICRO", "MODIFIER") else "HAN" if name == "CJK" else name


def _scripts() -> Iterator[str]:
    """The script of every letter, one after another: all of them take a fifth of a second."""
    return filter(None, map(_script, filter(str.isalpha, map(chr, range(sys.maxunicode + 1)))))


@lru_cache(maxsize=1)
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # optional
    except ImportError as error:
        remedy = "pip install 'impossible-distillation[language]', or leave language.code out"
        raise RunError(f"language.code needs the package py3langid, which is not installed; {remedy}") from error
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


class Language(SentenceCritic):
    """Drops pairs of which a sentence is in another script or language, or broken."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self._config = config
        self._scripts = frozenset(config.scripts)
        self.reasons = ("broken_text", "script", *(["language"] if config.code else []))

    def judge_sentences(self, sentences: list[str]) -> list[Verdict]:
        """One verdict a sentence, in order."""
        return [self._verdict(sentence) for sentence in sentences]

    def _verdict(self, sentence: str) -> Verdict:
        foreign = foreign_share(sentence, self._scripts)
        scores = {"foreign_letters": foreign}
        reason = "broken_text" if is_broken(sentence) else "script" if foreign > self._config.max_foreign else None
        if self._config.code and reason is None and sum(map(str.isalpha, sentence)) >= self._config.min_letters:
            scores["other_language"] = 1.0 - dict(_identifier().rank(sentence))[self._config.code]
            if 1.0 - scores["other_language"] < self._config.min_probability:
                reason = "language"
        return Verdict(reason, scores)
