"""`impossible describe`: the columns of the paper's Table 1 for any datasets of sentence pairs."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from builders.dataset_statistics import Figures, mean_figure, scan_figures, tree_figures
from builders.errors import RunError, UsageError
from builders.models import model_identity
from builders.pair_scan import PairScan
from builders.pair_tables import PairColumns, PairTable, open_pair_table
from builders.parsers.loading import Parser, check_parser_name, load_parser
from builders.progress import track
from builders.sentence_embeddings import SentenceEncoder, cosine_similarities
from metrics.msttr.segments import SEGMENT
from model_cards.dataset_table import description_table
from model_cards.paper_tables import TABLE_1


@dataclass(frozen=True)
class _Dataset:
    place: str
    name: str
    table: PairTable


@dataclass(frozen=True)
class _Tools:
    """What takes long, and is asked about a sample alone."""

    encoder: SentenceEncoder | None
    parse: Parser | None


def describe_datasets(options: argparse.Namespace) -> None:
    """Measures the datasets that the options name and prints them side by side."""
    for name, value in (("--n", options.n), ("--sample", options.sample)):
        if value is not None and value < 1:
            raise UsageError(f"{name} must be at least 1, got {value}")
    if options.pooling and not options.encoder:
        raise UsageError(f"--pooling {options.pooling} is for an encoder; name one with --encoder")
    datasets = _opened(options)
    tools = _loaded(options)
    record = _record(options, datasets, tools)
    print(json.dumps(record, indent=2, ensure_ascii=False) if options.json else description_table(record))


def _opened(options: argparse.Namespace) -> list[_Dataset]:
    """The datasets, each with the first of its rows looked at."""
    places = options.datasets
    columns, splits, configs = (_each(getattr(options, name), places, name) for name in ("columns", "split", "config"))
    tables = [
        open_pair_table(place, PairColumns.read(names), split, config)
        for place, names, split, config in zip(places, columns, splits, configs, strict=True)
    ]
    _check_different(places, tables)
    names = [
        " ".join(filter(None, (table.name, config, split)))
        for table, config, split in zip(tables, configs, splits, strict=True)
    ]
    shown = [name if names.count(name) == 1 else place for name, place in zip(names, places, strict=True)]
    return [_Dataset(*each) for each in zip(places, shown, tables, strict=True)]


def _check_different(places: Sequence[str], tables: Sequence[PairTable]) -> None:
    """A dataset beside itself says nothing; two parallel files are one dataset."""
    for i, table in enumerate(tables):
        for other, earlier in zip(places, tables[:i], strict=False):
            if earlier.identity == table.identity:
                problem = f"{other} and {places[i]} are the same pairs"
                raise UsageError(f"{problem}; name each dataset once, two parallel files by one of them")


def _each(given: Sequence[str] | None, places: Sequence[str], option: str) -> Sequence[str | None]:
    """What an option says of each dataset: given once it is for all."""
    if not given:
        return [None] * len(places)
    if len(given) not in (1, len(places)):
        problem = f"--{option} is given {len(given)} times for {len(places)} datasets"
        raise UsageError(f"{problem}; give it once for all, or once for each in their order")
    return given if len(given) == len(places) else list(given) * len(places)


def _loaded(options: argparse.Namespace) -> _Tools:
    if options.parser:
        check_parser_name("--parser", options.parser)
    parse = load_parser(options.parser) if options.parser else None
    return _Tools(SentenceEncoder(options.encoder, options.pooling) if options.encoder else None, parse)


def _record(options: argparse.Namespace, datasets: Sequence[_Dataset], tools: _Tools) -> dict[str, Any]:
    """What `--json` prints."""
    sample = options.sample if tools.encoder or tools.parse else 0
    scans = [_scanned(dataset, sample) for dataset in datasets]
    n = min([scan.pairs for scan in scans] + ([options.n] if options.n else []))
    record: dict[str, Any] = {
        "n": n,
        "asked_n": options.n,
        "sample": min(n, sample) or None,
        "segment": SEGMENT,
        "encoder": _encoder_record(options.encoder, tools.encoder),
        "parser": options.parser,
        "datasets": [
            {
                "dataset": dataset.place,
                "name": dataset.name,
                "table": dataset.table.identity,
                "pairs": scan.pairs,
                "without_text": scan.without_text,
                "figures": _figures(dataset, scan, n, tools),
            }
            for dataset, scan in zip(datasets, scans, strict=True)
        ],
    }
    if options.paper:
        record["paper"] = [asdict(row) for row in TABLE_1]
    return record | {"version": version("impossible-distillation")}


def _scanned(dataset: _Dataset, sample: int) -> PairScan:
    scan = PairScan(sample)
    for pairs in track(dataset.table.texts(), None, f"{dataset.name}, thousands of pairs read"):
        scan.add(pairs)
    if not scan.pairs:
        rows = "its one row" if scan.without_text == 1 else f"each of {scan.without_text:,} rows"
        problem = f"{dataset.place} has no pair of texts: in {rows} one of them is empty"
        raise RunError(f"{problem}; name other columns with --columns SOURCE,TARGET")
    return scan


def _encoder_record(ref: str | None, encoder: SentenceEncoder | None) -> dict[str, Any] | None:
    if ref is None or encoder is None:
        return None
    return {"model": ref, "pooling": encoder.pooling, **model_identity(ref)}


def _figures(dataset: _Dataset, scan: PairScan, n: int, tools: _Tools) -> Figures:
    figures = scan_figures(scan, n)
    some = scan.sample(n)
    if tools.encoder:
        cosines = cosine_similarities(
            tools.encoder, some, f"{dataset.name}, cosine similarity, batches of up to 512 pairs"
        )
        figures["cosine_similarity"] = mean_figure(cosines)
    return figures | (tree_figures(some, tools.parse) if tools.parse else {})
