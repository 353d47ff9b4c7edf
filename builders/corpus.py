"""Contexts from a human corpus (paper, Section 3.1)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from builders.contexts import Context, make_context
from builders.errors import RunError
from builders.files import read_json, read_text, split_lines
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences


def corpus_contexts(config: SamplingConfig) -> list[Context]:
    """The contexts of a recipe's corpus, at most as many as it asks for."""
    assert config.corpus is not None
    sentences = Sentences(config.domain.sentences)
    return read_contexts(Path(config.corpus.place), config.domain.name, config.min_sentences, sentences)


def read_contexts(path: Path, domain: str, min_sentences: int, sentences: Sentences) -> list[Context]:
    """The contexts of a user's file, repeated ones once.

    Args:
        path: One context a line, or JSONL rows with `context` and, if wanted, `context_id` and `passage_id`.
        domain: Part of a context's id.
        min_sentences: What a context must hold at least.
        sentences: How texts fall into sentences.

    Raises:
        RunError: The file is unreadable or empty, a line is not a context (with its number), or two have one id.
    """
    contexts: dict[str, Context] = {}
    for number, line in enumerate(split_lines(read_text(path)), start=1):
        where = f"{path}, line {number}"
        context = _read_line(where, line.strip(), domain, min_sentences, sentences)
        if contexts.setdefault(context.context_id, context).context != context.context:
            remedy = "give every context an id of its own, or none"
            raise RunError(f"{where}: context_id '{context.context_id}' stands for another context above; {remedy}")
    if not contexts:
        raise RunError(f"{path} holds no contexts; put one context a line in it, or JSONL rows with 'context'")
    return list(contexts.values())


def _read_line(where: str, line: str, domain: str, min_sentences: int, sentences: Sentences) -> Context:
    row: dict[str, Any] = {"context": line}
    if line.startswith("{"):
        row = read_json(line, where)
        if not isinstance(row.get("context"), str):
            raise RunError(f"{where} has no text under 'context'; each row needs one")
    context = " ".join(row["context"].split())
    if not context:
        raise RunError(f"{where} is empty; remove the line or write a context")
    found = sentences.ended(context)
    if found < min_sentences:
        needed = f"{min_sentences} sentence{'s' if min_sentences > 1 else ''} ending in . ? or !"
        raise RunError(f"{where} is too short: {context[:60]!r} has {found} of at least {needed}; add more text")
    made = make_context(domain, context, context)
    own = {name: str(row[name]) for name in ("context_id", "passage_id") if row.get(name) is not None}
    return replace(made, **own)
