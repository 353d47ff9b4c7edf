"""Contexts from a human corpus (paper, Section 3.1), read once and kept in a file that all workers share."""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builders.config import fingerprint, to_mapping
from builders.contexts import Context
from builders.corpus_messages import SETTINGS, no_contexts, summary
from builders.corpus_rows import IDS, WHOLE, corpus_rows, distinct_contexts
from builders.errors import RunError
from builders.files import atomic_path
from builders.opened_table import Opened
from builders.progress import track
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.table_places import is_on_the_hub, open_place

_SCHEMA = pa.schema([("context", pa.string()), ("context_id", pa.string()), ("passage_id", pa.string())])
_TOGETHER = 1000  # contexts of a row group, which is the least that can be read
_RECORD = b"corpus"
CONTEXTS_FILE = "corpus/contexts.parquet"  # of a stage: whoever reads the Parquet files of its own folder wants samples
_OPTIONS = {"split": "sampling.corpus.split", "config": "sampling.corpus.config"}


@dataclass(frozen=True)
class CorpusContexts:
    """The contexts of a corpus, in a file.

    Args:
        path: The file.
        count: How many there are.
        digest: Of all of them.
        origin: The corpus by its content, or its commit on the Hub, and what was read and left out of it.
    """

    path: Path
    count: int
    digest: str
    origin: dict[str, Any]

    def read(self, first: int, last: int) -> list[Context]:
        """Those from `first` up to but without `last`.

        Raises:
            RunError: The file is gone, or another process has made it of another corpus since.
        """
        last = min(last, self.count)
        record = _record(self.path)
        if record is None or record["digest"] != self.digest:
            problem = f"{self.path} was made anew of another corpus while it was read"
            raise RunError(f"{problem}; run the same command again, and one corpus in a run folder")
        with pq.ParquetFile(self.path) as file:
            start = first // _TOGETHER
            table = file.read_row_groups(range(start, (last - 1) // _TOGETHER + 1))
        rows = table.slice(first - start * _TOGETHER, last - first).to_pylist()
        return [Context(**row) for row in rows]


def corpus_contexts(
    config: SamplingConfig, seed: int, path: Path, names: Mapping[str, str] = SETTINGS
) -> CorpusContexts:
    """The distinct contexts of a recipe's corpus, in its order and at most as many as the recipe wants.

    Args:
        config: Settings, with a corpus.
        seed: Of the run: lengths of contexts that are cut are drawn with it.
        path: The file that keeps them. It is made again when the settings or a local corpus have changed. A dataset of
            the Hub stays at the commit at which the file was made, and the Hub is not asked again.
        names: What the user calls each of `SETTINGS`.

    Raises:
        UsageError: The corpus has no such column, split or configuration.
        RunError: There is no such corpus, it cannot be read, or it holds no contexts.
    """
    opened, mark = _look(config, seed)
    record = _record(path)
    if record is None or record["fingerprint"] != mark or not _is_whole(path):
        counts_the_rest = opened is not None
        opened = opened or _open(config)
        record = _make(config, seed, opened, path, mark, counts_the_rest, names)
        print(summary(opened, record["counts"], names), file=sys.stderr)
    origin = {"identity": record["identity"], "counts": record["counts"]}
    return CorpusContexts(path, record["counts"]["contexts"], record["digest"], origin)


def check_corpus(config: SamplingConfig, seed: int, path: Path) -> None:
    """Opens a recipe's corpus and reads to its first context, unless they need only be taken from their file.

    The arguments and what it raises are those of `corpus_contexts`; nothing is written.
    """
    opened, mark = _look(config, seed)
    record = _record(path)
    if opened is None and record is not None and record["fingerprint"] == mark:
        return  # the Hub is not asked again
    opened = opened or _open(config)
    counts: Counter[str] = Counter()
    with closing(corpus_rows(config, opened)) as rows:
        if next(distinct_contexts(config, seed, opened, rows, counts), None) is None:
            raise RunError(no_contexts(config, opened, counts["rows"], SETTINGS))


def _look(config: SamplingConfig, seed: int) -> tuple[Opened | None, str]:
    """A corpus on this machine, opened; and what its contexts go by, which for the Hub's is not their content."""
    corpus = config.corpus
    assert corpus is not None
    opened = None if is_on_the_hub(corpus.place) else _open(config)
    content = None if opened is None else opened.identity
    splitting = [Sentences(config.domain.sentences).identity(), config.domain.sentences.endings]
    sentences = [config.domain.name, splitting, config.min_sentences]
    cutting = None if corpus.column is None else [seed, config.max_sentences, config.every_prefix]
    return opened, fingerprint("corpus", corpus, content, config.contexts, sentences, cutting)


def _open(config: SamplingConfig) -> Opened:
    assert config.corpus is not None
    names = (config.corpus.column or WHOLE, *IDS)
    return open_place(config.corpus.place, config.corpus.split, config.corpus.config, _OPTIONS, names=names)


def _make(
    config: SamplingConfig,
    seed: int,
    opened: Opened,
    path: Path,
    mark: str,
    counts_the_rest: bool,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Writes the file and returns what it says about itself."""
    counts = Counter(dict.fromkeys(("rows", "contexts", "repeated", "too_short"), 0))
    digest = hashlib.sha256()
    with (
        closing(corpus_rows(config, opened)) as rows,
        atomic_path(path) as partial,
        pq.ParquetWriter(partial, _SCHEMA, compression="zstd", write_page_checksum=True) as writer,
    ):
        contexts = distinct_contexts(config, seed, opened, rows, counts)
        wanted = track(islice(contexts, config.contexts), config.contexts, f"contexts of {opened.place}")
        while together := list(islice(wanted, _TOGETHER)):
            table = pa.Table.from_pylist([asdict(context) for context in together], schema=_SCHEMA)
            writer.write_table(table)
            counts["contexts"] += len(table)
            digest.update(fingerprint(table.to_pylist()).encode())
        if not counts["contexts"]:
            raise RunError(no_contexts(config, opened, counts["rows"], names))
        if counts_the_rest:  # the Hub would have to send them
            counts["rows_left"] = sum(1 for _ in rows)
        record = {
            "fingerprint": mark,
            "digest": digest.hexdigest(),
            "identity": {**to_mapping(config.corpus), **opened.identity},
            "counts": dict(counts),
        }
        writer.add_key_value_metadata({_RECORD.decode(): json.dumps(record)})
    return record


def _record(path: Path) -> dict[str, Any] | None:
    """What a file says about itself; None for one that is missing or damaged, which is made again."""
    try:
        record = json.loads(pq.read_metadata(path).metadata[_RECORD])
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _is_whole(path: Path) -> bool:
    """Whether all of a file can be read, as it was written."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for _ in file.iter_batches():
                pass
    except (OSError, ValueError):
        return False
    return True
