"""How good a student's outputs are, each figure with its n and standard error, and how true a dataset's pairs."""

import math
import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from builders.critics.compression import CompressionConfig, compression_ratio
from builders.critics.dissimilarity import RougeLConfig
from builders.errors import ConfigError
from builders.generation import Decoding, Prompt
from builders.parsers.loading import GIVEN, Parser, check_parser_name
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers import load_teacher
from metrics.ibleu.sentence_bleu import sentence_ibleu
from metrics.rouge_l.overlap import rouge_l, tokens
from metrics.ted.tree_distance import tree_edit_distances

from .length_order import Progress, in_length_order
from .oracle import Oracle, is_faithful
from .training_pairs import Task

TEACHER_BATCH = 32  # a constant: a batch's composition shows in the last bits of its logits


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """What students are evaluated on and by.

    Args:
        benchmark: `module:function` that draws rows, called as `rows(task, n, seed, split=split)`.
        data: A file instead: JSONL with `source` and `reference`, or source, tab, reference.
        split: Of the benchmark: "test" for figures, "development" for choosing settings.
        n: Most rows to evaluate on.
        oracle: Import path of a module that knows every sentence's meaning; without one nothing is called faithful.
        parser: For the tree edit distance: `stanza`, the URL of a CoreNLP server, or `module:function`; without one it
            is left out.
        seed: Of the benchmark's draw; not the run's, so that runs with other seeds face the same rows.
    """

    benchmark: str | None = None
    data: str | None = None
    split: Literal["test", "development"] = "test"
    n: int = 2000
    oracle: str | None = None
    parser: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.benchmark is not None and self.data is not None:
            raise ConfigError(f"set benchmark or data, not both, got '{self.benchmark}' and '{self.data}'")
        if self.n < 2:
            raise ConfigError(f"n must be at least 2, for a standard error, got {self.n}")
        if self.benchmark is not None and ":" not in self.benchmark:
            raise ConfigError(f"benchmark must read 'module:function', got '{self.benchmark}'")
        if self.parser == GIVEN:
            raise ConfigError("parser cannot be 'given': a student's outputs are new; name a parser that reads them")
        if self.parser is not None:
            check_parser_name("parser", self.parser)


class Figure(TypedDict):
    """A mean over n rows; a share is the mean of zeros and ones."""

    value: float
    n: int
    standard_error: float


class Audit(TypedDict):
    """The share of true pairs by the oracle, and the same with targets shuffled among the sources."""

    pairs: int
    precision: float
    standard_error: float
    shuffled_precision: float


def share(hits: Sequence[bool]) -> Figure:
    """The share of hits with its binomial standard error sqrt(p (1 - p) / n)."""
    p = sum(hits) / len(hits)
    return Figure(value=p, n=len(hits), standard_error=math.sqrt(p * (1 - p) / len(hits)))


def mean(values: Sequence[float]) -> Figure:
    """The mean of at least two values with its standard error s / sqrt(n), s being the sample standard deviation."""
    error = statistics.stdev(values) / math.sqrt(len(values))
    return Figure(value=statistics.fmean(values), n=len(values), standard_error=error)


def evaluate_outputs(
    sources: Sequence[str],
    outputs: Sequence[str],
    references: Sequence[str | None],
    oracle: Oracle | None = None,
    parser: Parser | None = None,
    task: Task = "paraphrase",
) -> dict[str, Figure]:
    """Every figure that the rows allow, the headline first.

    Args:
        sources: At least two sentences.
        outputs: One a source.
        references: One a source; figures against references are taken over the rows that have one.
        oracle: For `faithful_non_copy` and `faithful` (paraphrase), `faithful_summary` and `entailed` (summary).
        parser: For `tree_edit_distance` between source and output.
        task: What the outputs are meant to be.

    Returns:
        Shares and ROUGE-L in [0, 1], `ibleu` (sentence-averaged, with add-one smoothing) on the scale of 0-100.
        `copy` has the source's words in the source's order; `rouge_l` is to the source, `rouge_l_reference` to the
        reference; `compression` is the words of the output over those of the source.
    """
    rows = list(zip(sources, outputs, strict=True))
    figures = _faithfulness(rows, oracle, task) if oracle is not None else {}
    figures["copy"] = share([tokens(source) == tokens(output) for source, output in rows])
    if task == "summary":
        figures["compression"] = mean([compression_ratio(source, output) for source, output in rows])
    figures["rouge_l"] = mean([rouge_l(source, output) for source, output in rows])
    if parser is not None:
        trees = parser([*sources, *outputs])
        pairs = list(zip(trees[: len(sources)], trees[len(sources) :], strict=True))
        figures["tree_edit_distance"] = mean(tree_edit_distances(pairs))
    referred = [(*row, reference) for row, reference in zip(rows, references, strict=True) if reference is not None]
    if len(referred) > 1:
        figures["rouge_l_reference"] = mean([rouge_l(reference, output) for _, output, reference in referred])
        if task == "paraphrase":
            figures["ibleu"] = mean([sentence_ibleu(*row) for row in referred])
    return figures


def _faithfulness(rows: Sequence[tuple[str, str]], oracle: Oracle, task: Task) -> dict[str, Figure]:
    faithful = [is_faithful(oracle, source, output, task) for source, output in rows]
    if task == "paraphrase":
        most = RougeLConfig().max  # the paper's, so that figures of recipes with another threshold compare
        non_copy = [true and rouge_l(*row) <= most for true, row in zip(faithful, rows, strict=True)]
        return {"faithful_non_copy": share(non_copy), "faithful": share(faithful)}
    longest = CompressionConfig().max
    summary = [
        true and not oracle.equivalent(*row) and compression_ratio(*row) < longest
        for true, row in zip(faithful, rows, strict=True)
    ]
    return {"faithful_summary": share(summary), "entailed": share(faithful)}


def teacher_outputs(config: SamplingConfig, sources: Sequence[str], progress: Progress | None = None) -> list[str]:
    """The plain teacher as a baseline: the sentence it most likely goes on with after the source alone.

    Args:
        config: Of the teacher.
        sources: Sentences.
        progress: Wraps the batches, of which it is told the number.

    Returns:
        One a source; "" for a source that is too long for the teacher.
    """
    teacher, sentences = load_teacher(config), Sentences(config.domain.sentences)
    greedy = Decoding(max_new_tokens=config.sentence_tokens, endings=config.domain.sentences.endings)

    def continuations(batch: list[int]) -> list[list[str]]:
        prompts = [Prompt(sources[i], 0) for i in batch]
        return [continued.texts for continued in teacher.go_on(prompts, greedy, sentences.first_is_done)]

    texts = in_length_order(sources, TEACHER_BATCH, continuations, progress)
    return [sentences.first(text) for [text] in (own or [""] for own in texts)]


def audit_pairs(rows: Iterable[Mapping[str, Any]], oracle: Oracle, task: Task) -> Audit | None:
    """How many of the kept pairs are true: equivalent, or for summaries entailed. None when there are no pairs.

    The shuffled figure shows that the oracle can say no: it would be high if it, or the pool, were trivial.
    """
    pairs = [(row["source"], row["target"]) for row in rows]
    if not pairs:
        return None
    targets = [target for _, target in pairs]
    random.Random(0).shuffle(targets)
    precision = share([is_faithful(oracle, *pair, task) for pair in pairs])
    shuffled = share(
        [is_faithful(oracle, source, target, task) for (source, _), target in zip(pairs, targets, strict=True)]
    )
    return Audit(
        pairs=len(pairs),
        precision=precision["value"],
        standard_error=precision["standard_error"],
        shuffled_precision=shuffled["value"],
    )
