"""Figures as the Hub reads them: `EvalResult` entries, and the `model-index` of a card's front matter."""

import re
from collections.abc import Mapping
from typing import Any

from huggingface_hub import EvalResult
from huggingface_hub.repocard_data import eval_results_to_model_index

from model_cards.records import Figure
from model_cards.vocabulary import figure_words

# text2text-generation is no pipeline of the Hub any more, only a subtask of text-generation.
PIPELINES = {"paraphrase": "text-generation", "summary": "summarization"}
_TASKS = {"paraphrase": "paraphrasing", "summary": "sentence summarization"}


def eval_results(
    task: str, benchmark: str, split: str | None, figures: Mapping[str, Figure], revision: str | None = None
) -> list[EvalResult]:
    """One entry a figure.

    Args:
        task: "paraphrase" or "summary".
        benchmark: Its name, or the id of a dataset.
        split: Of the benchmark.
        figures: By name.
        revision: Of a dataset on the Hub.
    """
    return [
        EvalResult(
            task_type=PIPELINES[task],
            task_name=_TASKS[task],
            dataset_type=re.sub(r"[^\w./-]+", "-", benchmark).strip("-"),
            dataset_name=benchmark,
            dataset_split=split,
            dataset_revision=revision,
            metric_type=name,
            metric_name=figure_words(name).label,
            metric_value=figure.value,
            # The Hub has no field for these, and a mean without them says little.
            metric_args={
                key: value
                for key, value in {
                    "n": figure.n,
                    "standard_error": figure.standard_error,
                    "low": figure.low,
                    "high": figure.high,
                }.items()
                if value is not None
            },
        )
        for name, figure in figures.items()
    ]


def model_index(record: Mapping[str, Any]) -> dict[str, Any]:
    """The front matter of a card that holds the figures of the first system.

    Args:
        record: As `impossible evaluate --json` prints it.
    """
    benchmark, system = record["benchmark"], record["systems"][0]
    figures = {name: Figure(**figure) for name, figure in system["figures"].items()}
    place = benchmark.get("dataset", benchmark["place"])
    results = eval_results(record["task"], place, benchmark.get("split"), figures, benchmark.get("commit"))
    return {"model-index": eval_results_to_model_index(system["name"], results)}
