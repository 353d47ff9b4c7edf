"""What each test row adds to each figure of a system, from which figures, intervals and tests are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from builders.critics.compression import CompressionConfig, compression_ratio
from builders.critics.dissimilarity import RougeLConfig
from builders.critics.entailment import EntailmentMemo
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.errors import RunError
from builders.model_place import resolve
from builders.parsers.loading import Parser, load_parser
from builders.randomness import key
from builders.tree_distances import tree_distances
from metrics.bert_ibleu.weighted_mean import bert_ibleu_rows
from metrics.ibleu.bleu_counts import bleu_counts, bleu_of_counts
from metrics.ibleu.sentence_bleu import ALPHA, sentence_bleu
from metrics.novelty.new_words import is_copy
from metrics.rouge_l.overlap import rouge_l

from .benchmark import BenchmarkRow
from .evaluation_config import EvaluationConfig
from .oracle import Oracle, is_faithful, load_oracle
from .resampling import Scores, mean_of
from .training_pairs import Task

if TYPE_CHECKING:
    from metrics.bert_ibleu.bert_score import BertScorer

_COUNTS = 10  # columns of `bleu_counts`


@dataclass(frozen=True)
class Judges:
    """What reads and judges outputs, each of them None where the settings name none.

    Args:
        oracle: Knows every sentence's meaning.
        parser: From sentences to bracketed parses.
        encoder: A model whose states are compared.
        nli: An NLI model.
    """

    oracle: Oracle | None = None
    parser: Parser | None = None
    encoder: str | None = None
    nli: str | None = None

    @classmethod
    def of(cls, config: EvaluationConfig) -> "Judges":
        """Those of an evaluation."""
        return cls(
            load_oracle(config.oracle) if config.oracle else None,
            load_parser(config.parser) if config.parser else None,
            config.encoder,
            config.nli,
        )


def in_order(rows: Sequence[BenchmarkRow], outputs: Sequence[str]) -> list[int]:
    """The numbers of the rows by their content, so that what is drawn among them does not go by their order."""

    def content(i: int) -> tuple[int, str]:
        row = rows[i]
        # Which of several equal rows an output belongs to says nothing, so that the output may order them.
        return key(0, "row", row["source"], *row["references"], row.get("exemplar", "")), outputs[i]

    return sorted(range(len(rows)), key=content)


def output_scores(
    rows: Sequence[BenchmarkRow], outputs: Sequence[str], judges: Judges, task: Task
) -> dict[str, Scores]:
    """The scores of a system's outputs, one a row, by every figure that the rows and the judges allow.

    Args:
        rows: At least two.
        outputs: One a row.
        judges: See the class.
        task: What the outputs are meant to be.

    Returns:
        By the names of the figures, the headline first: shares and ROUGE-L in [0, 1], BLEU and what is made of it on
        the scale of 0-100. Figures against references are taken over the rows that have some. Rows come in the order
        of their content, see `in_order`.
    """
    order = in_order(rows, outputs)
    rows, outputs = [rows[i] for i in order], [outputs[i] for i in order]
    sources = [row["source"] for row in rows]
    pairs = list(zip(sources, outputs, strict=True))
    found = _faithfulness(pairs, judges, task)
    found["copy"] = mean_of([is_copy(*pair) for pair in pairs])
    if task == "summary":
        found["compression"] = mean_of([compression_ratio(*pair) for pair in pairs])
    found["rouge_l"] = mean_of([rouge_l(*pair) for pair in pairs])
    if judges.parser is not None:
        trees = judges.parser([*sources, *outputs])
        sides = zip(trees[: len(sources)], trees[len(sources) :], strict=True)
        found["tree_edit_distance"] = mean_of(tree_distances(list(sides)))
    referred = [i for i, row in enumerate(rows) if row["references"]]
    if len(referred) > 1:
        some = [rows[i] for i in referred]
        found |= _against_references(some, [outputs[i] for i in referred], task)
    if judges.encoder is not None:
        found |= _by_encoder(rows, outputs, referred, judges.encoder, task)
    return found


def _faithfulness(pairs: list[tuple[str, str]], judges: Judges, task: Task) -> dict[str, Scores]:
    found: dict[str, Scores] = {}
    if judges.oracle is not None:
        oracle = judges.oracle
        faithful = [is_faithful(oracle, *pair, task) for pair in pairs]
        if task == "paraphrase":
            most = RougeLConfig().max  # the paper's, so that figures of recipes with another threshold compare
            non_copy = [true and rouge_l(*pair) <= most for true, pair in zip(faithful, pairs, strict=True)]
            found = {"faithful_non_copy": mean_of(non_copy), "faithful": mean_of(faithful)}
        else:
            longest = CompressionConfig().max
            summary = [
                true and not oracle.equivalent(*pair) and compression_ratio(*pair) < longest
                for true, pair in zip(faithful, pairs, strict=True)
            ]
            found = {"faithful_summary": mean_of(summary), "entailed": mean_of(faithful)}
    if judges.nli is not None:
        least = SemanticEquivalenceConfig(model=judges.nli).min_entailment  # paper, Section 3.2
        asked = [*pairs, *((output, source) for source, output in pairs)] if task == "paraphrase" else pairs
        likely = np.array(EntailmentMemo(judges.nli).probabilities(asked)).reshape(-1, len(pairs))
        found["entailed_nli"] = mean_of(likely.min(axis=0) >= least)
    return found


def _against_references(rows: list[BenchmarkRow], outputs: list[str], task: Task) -> dict[str, Scores]:
    best = [max(rouge_l(text, output) for text in row["references"]) for row, output in zip(rows, outputs, strict=True)]
    found = {"rouge_l_reference": mean_of(best)}
    if task == "summary":
        return found
    asked = list(zip(rows, outputs, strict=True))
    bleu = np.array([sentence_bleu(output, row["references"]) for row, output in asked])
    self_bleu = np.array([sentence_bleu(output, [row["source"]]) for row, output in asked])
    found["ibleu"] = mean_of(ALPHA * bleu - (1 - ALPHA) * self_bleu)
    found |= {"bleu": mean_of(bleu), "self_bleu": mean_of(self_bleu)}
    counts = np.array([bleu_counts(output, row["references"]) for row, output in asked])
    self_counts = np.array([bleu_counts(output, [row["source"]]) for row, output in asked])
    found["ibleu_corpus"] = Scores(np.concatenate([counts, self_counts], axis=1), _corpus_ibleu)
    found["bleu_corpus"] = Scores(counts, _corpus_bleu)
    return found


def _corpus_bleu(sums: np.ndarray, _: int) -> np.ndarray:
    return bleu_of_counts(sums)


def _corpus_ibleu(sums: np.ndarray, _: int) -> np.ndarray:
    return ALPHA * bleu_of_counts(sums[..., :_COUNTS]) - (1 - ALPHA) * bleu_of_counts(sums[..., _COUNTS:])


def _by_encoder(
    rows: Sequence[BenchmarkRow], outputs: Sequence[str], referred: list[int], encoder: str, task: Task
) -> dict[str, Scores]:
    scorer = load_scorer(encoder)
    found: dict[str, Scores] = {}
    if task == "paraphrase":
        sources = [row["source"] for row in rows]
        likeness = [f1 for _, _, f1 in scorer.scores(outputs, sources)]
        found["bert_ibleu"] = mean_of(bert_ibleu_rows(sources, outputs, likeness))
    if len(referred) > 1:
        asked = [(i, text) for i in referred for text in rows[i]["references"]]
        best = dict.fromkeys(referred, 0.0)
        scores = scorer.scores([outputs[i] for i, _ in asked], [text for _, text in asked])
        for (i, _), (_, _, f1) in zip(asked, scores, strict=True):
            best[i] = max(best[i], 100 * f1)
        found["bert_score"] = mean_of(list(best.values()))
    return found


def load_scorer(encoder: str) -> "BertScorer":
    """BERTScore by an encoder, at the layer that is usual for a model of its name, at whatever revision.

    Raises:
        RunError: It cannot be loaded.
    """
    from metrics.bert_ibleu.bert_score import bert_scorer, usual_layer  # imports torch and transformers

    try:
        return bert_scorer(resolve(encoder), usual_layer(encoder.partition("@")[0]))
    except ValueError as error:
        raise RunError(f"encoder: {error}") from error
