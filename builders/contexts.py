"""Contextual constraints: 1-5 sentences from the teacher itself or from a human corpus (paper, Section 3.1)."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.errors import RunError
from builders.files import read_text
from builders.sentences import qualified, split_sentences


@dataclass(frozen=True)
class Context:
    """A left context, and the passage that it was cut from."""

    context: str
    context_id: str
    passage_id: str


def content_id(*parts: str) -> str:
    """16 hex digits that stand for these texts."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()[:16]


def make_context(domain: str, context: str, passage: str) -> Context:
    """A context with the ids that its texts give it."""
    return Context(context, content_id(domain, context), content_id(passage))


def whole_sentences(passage: str) -> list[str]:
    """The sentences of a sampled passage, on one line, without a last one that breaks off."""
    sentences = split_sentences(" ".join(passage.split()))
    return sentences if not sentences or qualified(sentences[-1]) else sentences[:-1]


def read_contexts(path: Path, domain: str, min_sentences: int) -> list[Context]:
    """The contexts of a user's file, repeated ones once.

    Args:
        path: One context a line, or JSONL rows with `context` and, if wanted, `context_id` and `passage_id`.
        domain: Part of a context's id.
        min_sentences: What a context must hold at least.

    Raises:
        RunError: The file is unreadable or empty, or a line is not a context (with its number).
    """
    contexts: dict[str, Context] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        context = _read_line(f"{path}, line {number}", line.strip(), domain, min_sentences)
        contexts.setdefault(context.context_id, context)
    if not contexts:
        raise RunError(f"{path} holds no contexts; put one context a line in it, or JSONL rows with 'context'")
    return list(contexts.values())


def _read_line(where: str, line: str, domain: str, min_sentences: int) -> Context:
    row: dict[str, Any] = {"context": line}
    if line.startswith("{"):
        try:
            row = json.loads(line)
        except ValueError:
            raise RunError(f"{where} is not valid JSON: {line[:60]!r}; write one object a line") from None
        if not isinstance(row.get("context"), str):
            raise RunError(f"{where} has no text under 'context'; each row needs one")
    context = " ".join(row["context"].split())
    if not context:
        raise RunError(f"{where} is empty; remove the line or write a context")
    found = sum(map(qualified, split_sentences(context)))
    if found < min_sentences:
        needed = f"{min_sentences} sentence{'s' if min_sentences > 1 else ''} ending in . ? or !"
        raise RunError(f"{where} is too short: {context[:60]!r} has {found} of at least {needed}; add more text")
    made = make_context(domain, context, context)
    return Context(context, str(row.get("context_id", made.context_id)), str(row.get("passage_id", made.passage_id)))
