"""Figures as the Hub reads them: `EvalResult` entries, and the `model-index` of a card's front matter."""

import re
from collections.abc import Mapping
from typing import Any

from huggingface_hub import EvalResult
from huggingface_hub.repocard_data import eval_results_to_model_index

from model_cards.records import Figure, public_name
from model_cards.vocabulary import compared_label, figure_words

# text2text-generation is no pipeline of the Hub any more, only a subtask of text-generation.
PIPELINES = {"paraphrase": "text-generation", "summary": "summarization"}
_TASKS = {"paraphrase": "paraphrasing", "summary": "sentence summarization"}


def eval_results(
    task: str,
    benchmark: str,
    split: str | None,
    figures: Mapping[str, Figure],
    config: str | None = None,
    revision: str | None = None,
) -> list[EvalResult]:
    """One entry a figure, what is a share or a score on the scale of 0-100.

    Args:
        task: "paraphrase" or "summary".
        benchmark: Its name, or the id of a dataset.
        split: Of the benchmark.
        figures: By name.
        config: Of a dataset on the Hub.
        revision: Of that dataset.
    """
    place = public_name(benchmark)
    return [
        EvalResult(
            task_type=PIPELINES[task],
            task_name=_TASKS[task],
            dataset_type=re.sub(r"[^\w./-]+", "-", place).strip("-"),
            dataset_name=place,
            dataset_config=config,
            dataset_split=split,
            dataset_revision=revision,
            metric_type=name,
            metric_name=compared_label(name),
            metric_value=_hundredfold(name, figure.value),
            # The Hub has no field for these, and a mean without them says little.
            metric_args={"n": figure.n}
            | {
                key: _hundredfold(name, value)
                for key in ("standard_error", "low", "high")
                if (value := getattr(figure, key)) is not None
            },
        )
        for name, figure in figures.items()
    ]


def _hundredfold(name: str, value: float) -> float:
    words = figure_words(name)
    return 100 * value if words.is_share or words.in_unit else value


def model_index(record: Mapping[str, Any]) -> dict[str, Any]:
    """The front matter of a card that holds the figures of the first system.

    Args:
        record: As `impossible evaluate --json` prints it.
    """
    benchmark, system = record["benchmark"], record["systems"][0]
    figures = {name: Figure(**figure) for name, figure in system["figures"].items()}
    place = benchmark.get("dataset", benchmark["place"])
    own = benchmark.get("config"), benchmark.get("commit")
    results = eval_results(record["task"], place, benchmark["split"], figures, *own)
    return {"model-index": eval_results_to_model_index(public_name(system["name"]), results)}
