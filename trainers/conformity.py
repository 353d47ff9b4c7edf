"""What test rows ask of a led student, and how well outputs keep to it: the form of an exemplar, or a bucket."""

from collections.abc import Sequence

from builders.parsers.loading import Parser, load_parser
from builders.tree_distances import tree_distances
from metrics.ted.layers import without_leaves

from .benchmark import BenchmarkRow
from .control import buckets
from .control_config import ControlConfig
from .inputs import tree_signal
from .leading import bracketed_parse
from .resampling import Scores, mean_of
from .scores import in_order
from .training_pairs import Task


def asked_signals(rows: Sequence[BenchmarkRow], config: ControlConfig, task: Task, parser: str | None) -> list[str]:
    """What each row asks for: the form of its exemplar or, of a summary, the buckets of its first reference.

    Args:
        rows: Of a benchmark.
        config: Of the led student.
        task: What its outputs are meant to be.
        parser: Of exemplars, by name.

    Returns:
        A signal a row, "" for one that has nothing to ask for.
    """
    if task == "summary":
        return [buckets(config, row["source"], row["references"][0]) if row["references"] else "" for row in rows]
    assert parser is not None
    return form_signals(rows, config.layers, parser)


def form_signals(rows: Sequence[BenchmarkRow], layers: int | None, parser: str) -> list[str]:
    """The form of each row's exemplar as a student reads it, "" for a row without one.

    Args:
        rows: Of a benchmark.
        layers: How many layers of the parse are shown; None shows all.
        parser: Of exemplars, by name.
    """
    exemplars = [row["exemplar"] for row in rows if "exemplar" in row]
    signals = iter([tree_signal(tree, layers) for tree in exemplar_trees(exemplars, load_parser(parser))])
    return [next(signals) if "exemplar" in row else "" for row in rows]


def form_scores(rows: Sequence[BenchmarkRow], outputs: Sequence[str], parser: str) -> dict[str, Scores]:
    """`conformity`: TED-F between outputs and exemplars (paper, Section 4.1 and Table 4), low is good.

    Over the rows with an exemplar; none where fewer than two have one. Trees are whole, but without their words, which
    the two do not share.
    """
    order = [i for i in in_order(rows, outputs) if "exemplar" in rows[i]]
    if len(order) < 2:
        return {}
    parse = load_parser(parser)
    asked = exemplar_trees([rows[i]["exemplar"] for i in order], parse)
    written = parse([outputs[i] for i in order])
    pairs = [(without_leaves(a), without_leaves(b)) for a, b in zip(written, asked, strict=True)]
    return {"conformity": mean_of(tree_distances(pairs))}


def exemplar_trees(exemplars: Sequence[str], parser: Parser) -> list[str]:
    """The parses of exemplars, each of which is a sentence or a bracketed parse itself."""
    trees = {text: bracketed_parse(text) for text in exemplars}
    sentences = [text for text, tree in trees.items() if tree is None]
    parsed = dict(zip(sentences, parser(sentences), strict=True)) if sentences else {}
    return [trees[text] or parsed[text] for text in exemplars]


def bucket_scores(
    rows: Sequence[BenchmarkRow], outputs: Sequence[str], signals: Sequence[str], config: ControlConfig
) -> dict[str, Scores]:
    """`in_bucket`: whether summaries lie where their signals ask, over the rows with one; none for under two."""
    hits = [buckets(config, rows[i]["source"], outputs[i]) == signals[i] for i in in_order(rows, outputs) if signals[i]]
    return {"in_bucket": mean_of(hits)} if len(hits) > 1 else {}
