"""The card of a student: its README.md, front matter first."""

import re
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from model_cards.records import Round, System
from model_cards.rendering import render_markdown, shown_location, write_whole
from model_cards.run_folder import Run, Training, read_json, read_run
from model_cards.vocabulary import BIBTEX, MICROWORLD_LIMITS, figure_words

# text2text-generation is no pipeline of the Hub any more, only a subtask of text-generation.
_PIPELINES = {"paraphrase": "text-generation", "summary": "summarization"}


def write_model_card(
    run: Path, model_folder: Path, *, repo_id: str | None = None, dataset_id: str | None = None
) -> Path:
    """Writes the README.md of a student.

    Args:
        run: The run folder.
        model_folder: The student's Hub-shaped folder, `RUN/student` or one of `RUN/students/`.
        repo_id: Where the model will be published; without it the card's code loads the folder.
        dataset_id: Where the dataset it learnt from is published, if it is.

    Returns:
        The path of the card.

    Raises:
        CardError: The run cannot be read, or the card not be written.
    """
    record = read_run(run)
    student = _student_of(record, model_folder)
    training = record.trainings.get(student) if student else None
    lineage = record.lineage(training) if training else []
    system = _system_of(record, student)
    base = _base_of(record, model_folder, training)
    is_adapter = (model_folder / "adapter_config.json").is_file()
    data = _card_data(record, base, is_adapter, system, dataset_id)
    body = render_markdown(
        "model_card.md.jinja",
        run=record,
        metrics=record.metrics,
        title=_title(record),
        location=repo_id or shown_location(model_folder),
        dataset_id=dataset_id,
        base=base,
        is_adapter=is_adapter,
        lineage=lineage,
        rounds=_rounds_of(record, lineage),
        system=system,
        limits=MICROWORLD_LIMITS if record.is_microworld else None,
        bibtex=BIBTEX,
    )
    return write_whole(model_folder / "README.md", str(ModelCard(f"---\n{data.to_yaml()}\n---\n\n{body}")))


def _card_data(
    run: Run, base: str | None, is_adapter: bool, system: System | None, dataset_id: str | None
) -> ModelCardData:
    task = run.metrics.task
    subtask = ["text2text-generation"] if task == "paraphrase" else []
    return ModelCardData(
        language=run.language,
        license=run.license,
        library_name="peft" if is_adapter else "transformers",
        base_model=base if base and _is_repo_id(base) else None,
        datasets=[dataset_id] if dataset_id else None,
        pipeline_tag=_PIPELINES[task],
        tags=[*subtask, task, "impossible-distillation", "synthetic", *(["lora"] if is_adapter else [])],
        metrics=list(system.figures) if system else None,
        model_name=_title(run),
        eval_results=_eval_results(run, system) if system else None,
    )


def _eval_results(run: Run, system: System) -> list[EvalResult]:
    evaluation = run.metrics.evaluation
    if evaluation is None:
        return []
    return [
        EvalResult(
            task_type=_PIPELINES[run.metrics.task],
            task_name="paraphrasing" if run.metrics.task == "paraphrase" else "sentence summarization",
            dataset_type=re.sub(r"[^\w.-]+", "-", evaluation.benchmark).strip("-"),
            dataset_name=evaluation.benchmark,
            dataset_split=evaluation.split,
            metric_type=name,
            metric_name=figure_words(name).label,
            metric_value=figure.value,
            # The Hub has no field for these, and a mean without them says little.
            metric_args={"n": figure.n, "standard_error": figure.standard_error},
        )
        for name, figure in system.figures.items()
    ]


def _student_of(run: Run, model_folder: Path) -> str | None:
    """The name below `students/` of the student that a folder holds; None when the run's figures know none such."""
    if model_folder.parent.name == "students":
        return model_folder.name
    record = model_folder / "training.json"
    if record.is_file():
        fingerprint = read_json(record).get("fingerprint")
        made_it = [name for name, training in run.trainings.items() if training.fingerprint == fingerprint]
        return made_it[0] if fingerprint and made_it else None
    last = run.metrics.evaluation.last_student if run.metrics.evaluation else None
    return Path(last.path).name if last and last.path else None


def _system_of(run: Run, student: str | None) -> System | None:
    """A student as the evaluation lists it."""
    systems = run.metrics.evaluation.systems if run.metrics.evaluation else ()
    return next((system for system in systems if system.path and Path(system.path).name == student), None)


def _rounds_of(run: Run, lineage: list[Training]) -> list[Round]:
    """The rounds whose pairs a line of trainings learnt from; a control's own pairs are no round of the dataset."""
    names = {training.name for training in lineage}
    return [round_ for round_ in run.metrics.released_rounds if f"round-{round_.round}" in names]


def _base_of(run: Run, model_folder: Path, training: Training | None) -> str | None:
    """The model that the first training of the student's line started from."""
    if training:
        return run.lineage(training)[0].base
    adapter = model_folder / "adapter_config.json"
    if adapter.is_file():
        return str(read_json(adapter)["base_model_name_or_path"])
    return None


def _is_repo_id(name: str) -> bool:
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return not Path(name).exists()


def _title(run: Run) -> str:
    return f"{run.metrics.name} {'summarizer' if run.metrics.task == 'summary' else 'paraphraser'}"
