"""Settings of the teacher's sampling, apart from the sampler so that reading a recipe loads no library."""

import re
from dataclasses import dataclass
from typing import Any

from builders.domain import DomainConfig
from builders.errors import ConfigError
from builders.user_path import user_path
from builders.web_address import check_url

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")  # no small letters: a key that was put here by mistake mostly has some


@dataclass(frozen=True, kw_only=True)
class CorpusConfig:
    """A human corpus to take contexts from (paper, Section 3.1); `PLACE` or `PLACE:COLUMN` is short for it.

    Args:
        place: A text, JSONL or Parquet file, a folder or pattern of Parquet files, or a Hub dataset, which is streamed:
            no more is fetched than the contexts take, and a run stays at the commit that it has read.
        column: Holds passages, from which contexts are cut; `text` of a text file. None: `context`, or each line of a
            text file, holds contexts, which are used whole.
        config: Configuration of a Hub dataset or a folder.
        split: Of a Hub dataset or a folder; none is train, or the only one.
    """

    place: str
    column: str | None = None
    config: str | None = None
    split: str | None = None

    def __post_init__(self) -> None:
        for name in ("place", "column"):
            if getattr(self, name) == "":
                raise ConfigError(f"{name} must not be empty; write the corpus as PLACE or PLACE:COLUMN")
        if (self.column or "").startswith("//") or "://" in self.place:
            raise ConfigError(
                "place must be a file or the id of a Hub dataset such as EdinburghNLP/xsum, not an address"
            )

    @staticmethod
    def in_full(value: str) -> dict[str, Any]:
        """The settings that `PLACE` or `PLACE:COLUMN` is short for."""
        place, colon, column = value.rpartition(":")
        is_whole = not colon or user_path(value).exists()  # a file's name may hold a colon
        return {"place": value} if is_whole else {"place": place, "column": column}


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """A server with an OpenAI-compatible `/v1/completions`, such as vLLM's; its URL alone is short for it.

    Args:
        url: What comes before `/completions`, such as http://localhost:8000/v1.
        api_key_variable: Environment variable with the key, which is sent as a bearer token; None sends none.
        concurrency: Requests at a time, of each worker.
        timeout_seconds: For the whole of an answer.
        attempts: How often a request that fails is made, with growing pauses between.
    """

    url: str
    api_key_variable: str | None = None
    concurrency: int = 8
    timeout_seconds: float = 120.0
    attempts: int = 6

    def __post_init__(self) -> None:
        check_url("url", self.url, "http://localhost:8000/v1")
        if "?" in self.url or "#" in self.url:  # what is behind a question mark may be a key: it is not repeated
            raise ConfigError("url must end with its path, got one with ? or #; put a key into api_key_variable")
        if self.api_key_variable is not None and not _VARIABLE.fullmatch(self.api_key_variable):
            problem = "api_key_variable must be a name in capital letters such as OPENAI_API_KEY, got something else"
            raise ConfigError(f"{problem}; put the key itself into the environment variable of that name")
        for name in ("concurrency", "attempts"):
            _at_least(name, getattr(self, name), 1)
        if not 0.0 < self.timeout_seconds <= 86_400.0:
            raise ConfigError(f"timeout_seconds must lie in (0, 86400], got {self.timeout_seconds}")

    @staticmethod
    def in_full(value: str) -> dict[str, Any]:
        """The settings that a URL alone is short for."""
        return {"url": value}


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How the teacher is sampled (paper, Section 3.1 and A.1).

    Args:
        teacher: A decoder-only language model: folder, `package:folder` or Hub id; with `server`, its name there.
        server: Asked in place of a model in this process.
        domain: A bundled domain (news, biomedical, reddit), a YAML file, `package:file.yaml`, or its settings.
        contexts: How many contexts; fewer where a corpus ends.
        corpus: Where contexts are taken from in place of the teacher.
        every_prefix: Whether a passage gives a context of each length, or one of a length drawn for it.
        min_sentences: Shortest context.
        max_sentences: Longest context.
        context_temperature: For contexts.
        context_top_p: For contexts.
        context_tokens: Where a context's passage is cut.
        k: Next sentences sampled a context.
        temperature: For next sentences.
        top_p: For next sentences.
        no_repeat_ngram_size: No n-gram of so many tokens stands twice in context and next sentence; 0 allows all.
        sentence_tokens: Where a sentence that does not end is cut.
        contexts_per_shard: Contexts that are journalled together.
        contexts_per_batch: Contexts whose sentences are sampled together; k times as many texts are in memory.
        bf16: Whether the teacher computes in bfloat16, twice as fast on a GPU: then which contexts share a batch shows
            in the draws, about half of a context's sentences.
    """

    teacher: str
    server: ServerConfig | None = None
    domain: DomainConfig
    contexts: int
    corpus: CorpusConfig | None = None
    every_prefix: bool = False  # paper A.1; the released code takes every prefix
    min_sentences: int = 1  # paper A.1
    max_sentences: int = 5  # paper A.1
    context_temperature: float = 1.0  # paper A.1
    context_top_p: float = 0.9  # paper A.1
    context_tokens: int = 150  # the authors' released code
    k: int = 100  # paper, Section 3.1
    temperature: float = 0.7  # paper, Section 3.1; the released code has 0.5
    top_p: float = 0.9  # paper A.1
    no_repeat_ngram_size: int = 0  # the paper names none; the released code has 3
    sentence_tokens: int = 100  # the authors' released code
    contexts_per_shard: int = 32
    contexts_per_batch: int = 8
    bf16: bool = False

    def __post_init__(self) -> None:
        for name in ("contexts", "min_sentences", "context_tokens", "sentence_tokens"):
            _at_least(name, getattr(self, name), 1)
        for name in ("contexts_per_shard", "contexts_per_batch"):
            _at_least(name, getattr(self, name), 1)
        _at_least("k", self.k, 2)  # a pair needs two
        _at_least("max_sentences", self.max_sentences, self.min_sentences)
        _at_least("no_repeat_ngram_size", self.no_repeat_ngram_size, 0)
        for name in ("context_top_p", "top_p"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ConfigError(f"{name} must lie in (0, 1], got {getattr(self, name)}")
        for name in ("context_temperature", "temperature"):
            if not 0.0 < getattr(self, name) <= 5.0:
                raise ConfigError(f"{name} must lie in (0, 5], got {getattr(self, name)}")
        if self.server is not None and self.no_repeat_ngram_size:
            problem = (
                f"no_repeat_ngram_size is {self.no_repeat_ngram_size}, and a completions server knows no such rule"
            )
            raise ConfigError(f"{problem}; set it to 0")
        if self.server is not None and self.bf16:
            raise ConfigError("bf16 is true, and a completions server computes as it was started; set it to false")

    @property
    def lengths(self) -> int:
        """How many lengths a context may have."""
        return self.max_sentences - self.min_sentences + 1


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name} must be at least {least}, got {value}")
