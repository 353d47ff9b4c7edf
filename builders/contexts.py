"""Contextual constraints: 1-5 sentences from the teacher itself or from a human corpus (paper, Section 3.1)."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from builders.errors import RunError
from builders.files import read_json, read_text, split_lines
from builders.generation import Prompt, sample_continuations
from builders.models import load_causal_lm
from builders.randomness import key, pick
from builders.sampling_config import SamplingConfig
from builders.sentences import qualified, split_sentences

_ATTEMPTS = 3  # passages drawn for a context before it is given up


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


def draw_contexts(config: SamplingConfig, seed: int, round_name: str, indices: list[int]) -> dict[int, Context]:
    """Contexts cut from the teacher's own passages, all passages in one batch.

    Args:
        config: Settings.
        seed: Of the run.
        round_name: Part of every draw.
        indices: Which contexts; each has its own draws.

    Returns:
        A context for each index. One whose passages never held enough whole sentences, in three attempts, is missing.
    """
    model, tokenizer = load_causal_lm(config.teacher)
    found: dict[int, Context] = {}
    for attempt in range(_ATTEMPTS):
        todo = [index for index in indices if index not in found]
        if not todo:
            break
        keys = [key(seed, round_name, "context", index, attempt) for index in todo]
        prompts = [Prompt(_prefix(config, draw), draw) for draw in keys]
        passages = sample_continuations(
            model,
            tokenizer,
            prompts,
            num_return=1,
            temperature=config.context_temperature,
            top_p=config.context_top_p,
            max_new_tokens=config.context_tokens,
            is_done=lambda text: len(split_sentences(text)) > config.max_sentences,
        )
        for index, prompt, [passage] in zip(todo, prompts, passages, strict=True):
            sentences = whole_sentences(f"{prompt.text} {passage}")[: config.max_sentences]
            if len(sentences) >= config.min_sentences:
                wanted = _length(config, prompt.key)
                found[index] = make_context(config.domain, " ".join(sentences[:wanted]), " ".join(sentences))
    return {index: found[index] for index in indices if index in found}


def _prefix(config: SamplingConfig, draw: int) -> str:
    return config.prefixes[pick(key(draw, "prefix"), len(config.prefixes))] if config.prefixes else ""


def _length(config: SamplingConfig, draw: int) -> int:
    spread = config.max_sentences - config.min_sentences + 1
    return config.min_sentences + pick(key(draw, "length"), spread)


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
        RunError: The file is unreadable or empty, a line is not a context (with its number), or two have one id.
    """
    contexts: dict[str, Context] = {}
    for number, line in enumerate(split_lines(read_text(path)), start=1):
        where = f"{path}, line {number}"
        context = _read_line(where, line.strip(), domain, min_sentences)
        if contexts.setdefault(context.context_id, context).context != context.context:
            remedy = "give every context an id of its own, or none"
            raise RunError(f"{where}: context_id '{context.context_id}' stands for another context above; {remedy}")
    if not contexts:
        raise RunError(f"{path} holds no contexts; put one context a line in it, or JSONL rows with 'context'")
    return list(contexts.values())


def _read_line(where: str, line: str, domain: str, min_sentences: int) -> Context:
    row: dict[str, Any] = {"context": line}
    if line.startswith("{"):
        row = read_json(line, where)
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
    own = {name: str(row[name]) for name in ("context_id", "passage_id") if row.get(name) is not None}
    return replace(made, **own)
