"""The card of a dataset: its README.md, front matter first."""

from pathlib import Path
from typing import Any

from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCardData

from model_cards.calibration import read_calibration
from model_cards.card_metadata import size_category
from model_cards.dataset_files import DatasetConfig, dataset_configs
from model_cards.merging import generated_card, write_merged
from model_cards.rendering import render_markdown, shown_location, write_whole
from model_cards.run_figures import FUNNEL, SCORES, funnel_figure, scores_figure
from model_cards.run_folder import CardError, Run, read_run
from model_cards.score_tables import score_distributions
from model_cards.vocabulary import BIBTEX, MICROWORLD_LIMITS

_TASKS: dict[str, dict[str, Any]] = {
    # text2text-generation is a subtask of text-generation on the Hub, no task of its own any more.
    "paraphrase": {"task_categories": ["text-generation"], "task_ids": ["text2text-generation"]},
    "summary": {"task_categories": ["summarization"]},
}
_SAMPLES = 5


def write_dataset_card(run: Path, dataset_folder: Path, *, repo_id: str | None = None) -> Path:
    """Writes the README.md of a run's dataset, around what people wrote in the one that is there.

    Args:
        run: The run folder.
        dataset_folder: The Hub-shaped folder within it, with a folder of Parquet files for each config of the run.
        repo_id: Where the dataset will be published; without it the card's code loads the folder.

    Returns:
        The path of the card.

    Raises:
        CardError: The run, the dataset or the card that is there cannot be read, or the card not be written.
    """
    card = dataset_card(run, dataset_folder, repo_id)
    for name, text in dataset_card_files(run).items():
        write_whole(dataset_folder / name, text)
    return write_merged(dataset_folder / "README.md", card)


def dataset_card_files(run: Path) -> dict[str, str]:
    """The figures that a dataset's card shows, by their path beside it: a dataset may hold the configs of other runs.

    Raises:
        CardError: The run or the dataset cannot be read.
    """
    return _figures(read_run(run))


def _figures(run: Run) -> dict[str, str]:
    drawn = {
        FUNNEL: funnel_figure(run.metrics.released_rounds),
        SCORES: scores_figure(score_distributions(run)),
    }
    return {f"{run.metrics.config}/{name}": figure for name, figure in drawn.items() if figure}


def dataset_card(run: Path, dataset_folder: Path, repo_id: str | None = None) -> str:
    """The generated card of a run's dataset, for `merge_cards`; the arguments are those of `write_dataset_card`.

    Raises:
        CardError: The run or the dataset cannot be read.
    """
    record = read_run(run)
    names = record.metrics.configs
    configs = dataset_configs(dataset_folder, names)
    if lacking := [name for name in names if name not in [config.name for config in configs]]:
        tables = f"{lacking[0]}/<split>-00000-of-00001.parquet"
        raise CardError(f"{dataset_folder} holds no {tables}; build the dataset first")
    location = repo_id or shown_location(dataset_folder)
    body = render_markdown("dataset_card.md.jinja", **_values(record, configs, location))
    return generated_card(_card_data(record, configs).to_dict(), configs[0].name, body)


def _values(run: Run, configs: list[DatasetConfig], location: str) -> dict[str, Any]:
    config, found = configs[0], {config.name: config for config in configs}
    counts = run.metrics.dataset
    preference = found[counts.preference.config] if counts and counts.preference else None
    parsed = found[counts.control.config] if counts and counts.control else None
    return {
        "run": run,
        "metrics": run.metrics,
        "title": _title(run),
        "location": location,
        "config": config.name,
        "first_split": next(iter(config.splits)),
        "columns": [(field.name, str(field.type)) for field in config.schema],
        "samples": config.sample(_SAMPLES),
        "preferences": preference.sample(_SAMPLES) if preference else [],
        "preference_columns": preference.schema.names if preference else [],
        "figures": {Path(path).name: path for path in _figures(run)},
        "parsed": parsed.sample(1) if parsed else [],
        "calibration": read_calibration(run.folder),
        "limits": MICROWORLD_LIMITS if run.is_microworld else None,
        "bibtex": BIBTEX,
    }


def _card_data(run: Run, configs: list[DatasetConfig]) -> DatasetCardData:
    data = DatasetCardData(
        language=[run.language],
        license=run.license,
        pretty_name=_title(run),
        **_TASKS[run.metrics.task],
        size_categories=[size_category(sum(config.rows for config in configs))],
        annotations_creators=["machine-generated"],
        language_creators=["machine-generated", *(["found"] if run.metrics.corpus else [])],
        multilinguality=["monolingual"],
        source_datasets=_source_datasets(run),
        tags=["synthetic", run.metrics.task, "impossible-distillation", run.metrics.domain],
        # The Hub has no field of its own for the models that wrote and chose a dataset's text, and ignores this one.
        source_models=list(dict.fromkeys(model.name for model in run.metrics.models)) or None,
        configs=[
            {
                "config_name": config.name,
                **({"default": True} if config is configs[0] else {}),
                "data_files": [{"split": split, "path": f"{config.name}/{split}-*"} for split in config.splits],
            }
            for config in configs
        ],
    )
    DatasetInfosDict({config.name: config.info() for config in configs}).to_dataset_card_data(data)
    return data


def _source_datasets(run: Run) -> list[str]:
    """Original, and the Hub dataset whose passages the teacher went on from: they stand in the column `context`."""
    corpus = run.metrics.corpus
    return ["original", *([f"extended|{corpus.place}"] if corpus and corpus.commit else [])]


def _title(run: Run) -> str:
    kind = "DIMSUM" if run.metrics.task == "summary" else "DIMPLE"
    return f"{kind}: {run.metrics.name}"
