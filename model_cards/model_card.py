"""The card of a student: its README.md, front matter first, and the figure of its training beside it."""

from pathlib import Path
from typing import Any

from model_cards.merging import generated_card, write_merged
from model_cards.model_files import model_files
from model_cards.model_metadata import model_metadata
from model_cards.records import Round, System, public_name
from model_cards.rendering import render_markdown, shown_location, write_whole
from model_cards.run_folder import Run, Training, read_json, read_run
from model_cards.training_curves import FILE_NAME, training_curves
from model_cards.vocabulary import BIBTEX, MICROWORLD_LIMITS

BLOCK = "model"
_FIRST_OUTPUTS = 3


def write_model_card(
    run: Path,
    model_folder: Path,
    *,
    repo_id: str | None = None,
    dataset_id: str | None = None,
    base_id: str | None = None,
) -> Path:
    """Writes the README.md of a student, around what people wrote in the one that is there, and the files it shows.

    Args:
        run: The run folder.
        model_folder: The student's Hub-shaped folder, `RUN/student` or one of `RUN/students/`.
        repo_id: Where the model will be published; without it the card's code loads the folder.
        dataset_id: Where the dataset it learnt from is published, if it is.
        base_id: Where the model it started from is on the Hub, when the run knows that model as a local folder; of an
            adapter, what is published must name it too.

    Returns:
        The path of the card.

    Raises:
        CardError: The run, the model or the card that is there cannot be read, or the card not be written.
    """
    card = model_card(run, model_folder, repo_id=repo_id, dataset_id=dataset_id, base_id=base_id)
    for name, text in model_card_files(run, model_folder).items():
        write_whole(model_folder / name, text)
    return write_merged(model_folder / "README.md", card)


def model_card(
    run: Path,
    model_folder: Path,
    *,
    repo_id: str | None = None,
    dataset_id: str | None = None,
    base_id: str | None = None,
) -> str:
    """The generated card of a student, for `merge_cards`; the arguments are those of `write_model_card`.

    Raises:
        CardError: The run or the model cannot be read.
    """
    record, files = read_run(run), model_files(model_folder)
    student = _student_of(record, model_folder)
    lineage = _lineage_of(record, student)
    system = _system_of(record, student)
    base = base_id or (lineage[0].base if lineage else files.adapted)
    title = f"{record.metrics.name} {'summarizer' if record.metrics.task == 'summary' else 'paraphraser'}"
    values: dict[str, Any] = {
        "run": record,
        "metrics": record.metrics,
        "title": title,
        "location": repo_id or shown_location(model_folder),
        "dataset_id": dataset_id,
        "base": public_name(base) if base else None,
        "files": files,
        "lineage": lineage,
        "curves": FILE_NAME if training_curves(record, lineage) else None,
        "rounds": _rounds_of(record, lineage),
        "system": system,
        "outputs": system.examples[:_FIRST_OUTPUTS] if system else (),
        "limits": MICROWORLD_LIMITS if record.is_microworld else None,
        "bibtex": BIBTEX,
    }
    metadata = model_metadata(record, title, files, base, system, values["outputs"], dataset_id)
    return generated_card(metadata, BLOCK, render_markdown("model_card.md.jinja", **values))


def model_card_files(run: Path, model_folder: Path) -> dict[str, str]:
    """The files that a student's card shows and that belong beside it, by name.

    Raises:
        CardError: The run cannot be read.
    """
    record = read_run(run)
    curves = training_curves(record, _lineage_of(record, _student_of(record, model_folder)))
    return {FILE_NAME: curves} if curves else {}


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


def _lineage_of(run: Run, student: str | None) -> list[Training]:
    """The trainings that led to a student, first one first."""
    training = run.trainings.get(student) if student else None
    return run.lineage(training) if training else []


def _system_of(run: Run, student: str | None) -> System | None:
    """A student as the evaluation lists it."""
    systems = run.metrics.evaluation.systems if run.metrics.evaluation else ()
    return next((system for system in systems if system.path and Path(system.path).name == student), None)


def _rounds_of(run: Run, lineage: list[Training]) -> list[Round]:
    """The rounds whose pairs a line of trainings learnt from; a control's own pairs are no round of the dataset."""
    names = {training.name for training in lineage}
    if "led" in names:  # which learns from the pairs of all rounds
        return run.metrics.released_rounds
    return [round_ for round_ in run.metrics.released_rounds if f"round-{round_.round}" in names]
