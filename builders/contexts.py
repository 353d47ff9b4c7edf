"""Contextual constraints: 1-5 sentences from the start of a passage, such as the teacher's own (paper, Section 3.1)."""

import hashlib
from dataclasses import dataclass

from builders.domain import DomainConfig, template_names
from builders.generation import Decoding, Prompt
from builders.randomness import key, pick
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers import Teacher

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


def cut_contexts(config: SamplingConfig, sentences: list[str], draw: int) -> list[Context]:
    """The contexts of a passage: whole sentences from its start.

    Args:
        config: Settings.
        sentences: Of the passage; those beyond the longest context do not matter.
        draw: The key of the passage.

    Returns:
        With `every_prefix` one of each length that the passage has, else one of a length drawn for it, or all of a
        passage that is shorter. None where it is shorter than a context may be.
    """
    sentences = sentences[: config.max_sentences]
    if config.every_prefix:
        lengths = list(range(config.min_sentences, len(sentences) + 1))
    else:
        longer = pick(key(draw, "length"), config.lengths)
        lengths = [config.min_sentences + longer] if len(sentences) >= config.min_sentences else []
    passage = " ".join(sentences)
    return [make_context(config.domain.name, " ".join(sentences[:length]), passage) for length in lengths]


def draw_contexts(
    config: SamplingConfig, teacher: Teacher, seed: int, round_name: str, indices: list[int]
) -> dict[int, Context]:
    """Contexts cut from the teacher's own passages.

    Args:
        config: Settings.
        teacher: Of these settings.
        seed: Of the run.
        round_name: Part of every draw.
        indices: Which contexts; with `every_prefix`, those that follow one another are of one passage.

    Returns:
        A context for each index. One is missing whose passage never held enough whole sentences, in three attempts.
    """
    spread = config.lengths
    numbers = {index: index // spread if config.every_prefix else index for index in indices}
    passages = _draw_passages(config, teacher, seed, round_name, sorted({*numbers.values()}))
    cut = {number: cut_contexts(config, sentences, draw) for number, (draw, sentences) in passages.items()}
    steps = {index: index % spread if config.every_prefix else 0 for index in indices}
    return {
        index: cut[number][steps[index]]
        for index, number in numbers.items()
        if number in cut and steps[index] < len(cut[number])
    }


def _draw_passages(
    config: SamplingConfig, teacher: Teacher, seed: int, round_name: str, numbers: list[int]
) -> dict[int, tuple[int, list[str]]]:
    """The key and the sentences of each passage, but of those that stayed too short."""
    sentences = Sentences(config.domain.sentences)
    decoding = Decoding(
        temperature=config.context_temperature,
        top_p=config.context_top_p,
        max_new_tokens=config.context_tokens,
        banned=config.domain.banned,
        endings=config.domain.sentences.endings,
    )
    found: dict[int, tuple[int, list[str]]] = {}
    for attempt in range(_ATTEMPTS):
        todo = [number for number in numbers if number not in found]
        keys = [key(seed, round_name, "context", number, attempt) for number in todo]
        prompts = [Prompt(_prefix(config.domain, draw), draw) for draw in keys]
        texts = teacher.go_on(prompts, decoding, lambda text: len(sentences.split(text)) > config.max_sentences)
        for number, prompt, continued in zip(todo, prompts, texts, strict=True):
            for text in continued.texts:
                whole = sentences.whole(f"{prompt.text} {text}")
                if len(whole) >= config.min_sentences:
                    found[number] = (prompt.key, whole)
    return found


def _prefix(domain: DomainConfig, draw: int) -> str:
    """A passage's first words: a template with its values, both drawn."""
    if not domain.prefixes:
        return ""
    template = domain.prefixes[pick(key(draw, "prefix"), len(domain.prefixes))]
    values = {
        name: domain.values[name][pick(key(draw, "prefix", name), len(domain.values[name]))]
        for name in template_names(template)
    }
    return template.format_map(values)
