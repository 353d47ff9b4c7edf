"""The front matter of a student's card, by which the Hub lists the model and shows what it does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from model_cards.eval_results import PIPELINES, eval_results
from model_cards.model_files import ModelFiles
from model_cards.records import Example, System
from model_cards.run_folder import Run


def model_metadata(
    run: Run,
    title: str,
    files: ModelFiles,
    base: str | None,
    system: System | None,
    outputs: Sequence[Example],
    dataset_id: str | None,
) -> dict[str, Any]:
    """The front matter.

    Args:
        run: Its run.
        title: The model's name in `model-index`.
        files: What its folder holds.
        base: The model that its first training started from; the Hub is told of one that it may know.
        system: Its figures.
        outputs: What its page shows of it.
        dataset_id: The published dataset that it learnt from.
    """
    task = run.metrics.task
    known_base = base if base and is_repo_id(base) else None
    reads_a_source = ["text2text-generation"] if task == "paraphrase" and not files.is_decoder else []
    data = ModelCardData(
        language=run.language,
        license=run.license,
        library_name="peft" if files.is_adapter else "transformers",
        base_model=known_base,
        base_model_relation=("adapter" if files.is_adapter else "finetune") if known_base else None,
        datasets=[dataset_id] if dataset_id else None,
        # A decoder-only model works in the text-generation pipeline alone, whatever it was trained for.
        pipeline_tag="text-generation" if files.is_decoder else PIPELINES[task],
        tags=[*reads_a_source, task, "impossible-distillation", "synthetic", *(["lora"] if files.is_adapter else [])],
        metrics=list(system.figures) if system else None,
        widget=[
            {
                "text": files.prompt(example.read or example.source),
                "example_title": f"Sentence {number}",
                "output": {"text": example.output},
            }
            for number, example in enumerate(outputs, 1)
        ]
        or None,
        model_name=title,
        eval_results=_eval_results(run, system) if system else None,
    )
    metadata: dict[str, Any] = data.to_dict()
    metadata.pop("model_name", None)  # which stands in model-index, when there is one
    return metadata


def _eval_results(run: Run, system: System) -> list[EvalResult]:
    evaluation = run.metrics.evaluation
    if evaluation is None:
        return []
    return eval_results(run.metrics.task, evaluation.benchmark, evaluation.split, system.figures)


def is_repo_id(name: str) -> bool:
    """Whether a model's reference is a name on the Hub, as far as its form tells."""
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return not Path(name).exists()
