"""Settings of the teacher's sampling, apart from the sampler so that reading a recipe loads no library."""

from dataclasses import dataclass

from builders.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How the teacher is sampled (paper, Section 3.1 and A.1).

    Args:
        teacher: A decoder-only language model: folder, `package:folder` or Hub id.
        domain: The dataset configuration that the samples are for.
        prefixes: Datelines or headings that passages start with; none starts them from nothing (biomedical domain).
        contexts: How many contexts to draw from the teacher.
        contexts_file: A human corpus instead, used whole: one context a line, or JSONL.
        min_sentences: Shortest context.
        max_sentences: Longest context.
        context_temperature: For contexts.
        context_top_p: For contexts.
        context_tokens: Where a context's passage is cut.
        k: Next sentences sampled a context.
        temperature: For next sentences.
        top_p: For next sentences.
        sentence_tokens: Where a sentence that does not end is cut.
        contexts_per_shard: Contexts that are journalled together.
        contexts_per_batch: Contexts whose sentences are sampled together; k times as many texts are in memory.
    """

    teacher: str
    domain: str
    prefixes: tuple[str, ...] = ()
    contexts: int
    contexts_file: str | None = None
    min_sentences: int = 1  # paper A.1
    max_sentences: int = 5  # paper A.1
    context_temperature: float = 1.0  # paper A.1
    context_top_p: float = 0.9  # paper A.1
    context_tokens: int = 150  # the authors' released code
    k: int = 100  # paper, Section 3.1
    temperature: float = 0.7  # paper, Section 3.1; the released code has 0.5
    top_p: float = 0.9  # paper A.1
    sentence_tokens: int = 100  # the authors' released code
    contexts_per_shard: int = 32
    contexts_per_batch: int = 8

    def __post_init__(self) -> None:
        for name in ("contexts", "min_sentences", "context_tokens", "sentence_tokens"):
            _at_least(name, getattr(self, name), 1)
        for name in ("contexts_per_shard", "contexts_per_batch"):
            _at_least(name, getattr(self, name), 1)
        _at_least("k", self.k, 2)  # a pair needs two
        _at_least("max_sentences", self.max_sentences, self.min_sentences)
        for name in ("context_top_p", "top_p"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ConfigError(f"{name} must lie in (0, 1], got {getattr(self, name)}")
        for name in ("context_temperature", "temperature"):
            if not 0.0 < getattr(self, name) <= 5.0:
                raise ConfigError(f"{name} must lie in (0, 5], got {getattr(self, name)}")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name} must be at least {least}, got {value}")
