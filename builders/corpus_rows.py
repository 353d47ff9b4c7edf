"""What the rows of a corpus hold: passages to cut contexts from, or contexts as they stand."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from builders.contexts import Context, content_id, cut_contexts, make_context
from builders.errors import RunError, UsageError
from builders.opened_table import Opened
from builders.randomness import key
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.table_files import TextRows

WHOLE, IDS = "context", ("context_id", "passage_id")  # columns of contexts that are used as they stand

Row = tuple[str, Mapping[str, Any]]  # with its name in messages


def corpus_column(config: SamplingConfig, opened: Opened) -> str:
    """The column that contexts are taken from."""
    assert config.corpus is not None
    if config.corpus.column is not None:
        return config.corpus.column
    return TextRows.column if isinstance(opened.rows, TextRows) else WHOLE


def corpus_rows(config: SamplingConfig, opened: Opened) -> Generator[Row, None, None]:
    """The rows of a corpus, read as they are asked for.

    Raises:
        UsageError: The first row lacks the column.
        RunError: A row cannot be read.
    """
    column = corpus_column(config, opened)
    for number, row in enumerate(opened.read([column], also=IDS), start=1):
        if number == 1 and column not in row:
            has = ", ".join(map(str, row))
            remedy = f"name one that holds passages as {opened.place}:COLUMN"
            raise UsageError(f"{opened.place} has no column '{column}'; it has {has}; {remedy}")
        yield f"{opened.place}, {opened.unit} {number}", row


def distinct_contexts(
    config: SamplingConfig, seed: int, opened: Opened, rows: Iterator[Row], counts: Counter[str]
) -> Iterator[Context]:
    """The contexts of a corpus, repeated ones once; no row is read before its contexts are asked for.

    Args:
        config: Settings.
        seed: Of the run.
        opened: The corpus.
        rows: Of it.
        counts: Of `rows` read, passages `too_short` for a context and contexts `repeated`, counted here.

    Raises:
        RunError: A row holds no text, a context is empty or too short, or two contexts have one id.
    """
    sentences, column = Sentences(config.domain.sentences), corpus_column(config, opened)
    seen: dict[str, str] = {}  # an id's context, by its content
    for where, row in rows:
        counts["rows"] += 1
        if config.corpus is not None and config.corpus.column is not None:
            found = _cut(config, seed, sentences, _text(where, row, column))
            counts["too_short"] += not found
        else:
            found = [_whole(config, sentences, where, row, column)]
        for context in found:
            content = content_id(config.domain.name, context.context)
            if context.context_id not in seen:
                seen[context.context_id] = content
                yield context
            elif seen[context.context_id] == content:
                counts["repeated"] += 1
            else:
                problem = f"{where}: context_id '{context.context_id}' stands for another context above"
                raise RunError(f"{problem}; give every context an id of its own, or none")


def _cut(config: SamplingConfig, seed: int, sentences: Sentences, text: str) -> list[Context]:
    """The contexts of a passage. What is drawn depends on its content alone, so neither order nor shards matter."""
    whole = sentences.whole(text)
    return cut_contexts(config, whole, key(seed, "context", content_id(*whole[: config.max_sentences])))


def _whole(config: SamplingConfig, sentences: Sentences, where: str, row: Mapping[str, Any], column: str) -> Context:
    context = " ".join(_text(where, row, column).split())
    if not context:
        raise RunError(f"{where} is empty; remove the row or write a context")
    found = sentences.ended(context)
    if found < config.min_sentences:
        needed = f"{config.min_sentences} sentence{'s' if config.min_sentences > 1 else ''} ending in . ? or !"
        raise RunError(f"{where} is too short: {context[:60]!r} has {found} of at least {needed}; add more text")
    own = {name: str(row[name]) for name in IDS if _is_given(row.get(name))}
    return replace(make_context(config.domain.name, context, context), **own)


def _is_given(value: Any) -> bool:
    """Whether a row has an id; a table may have nothing, an empty text or, of numbers, NaN in the place of one."""
    return value is not None and value != "" and value == value


def _text(where: str, row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RunError(f"{where} has no text under '{column}', but {value!r:.60}; name another column or correct it")
    return value
