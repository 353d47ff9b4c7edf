"""What a release is made of: the files of its repository, its card, and how it is called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from model_cards.dataset_card import dataset_card, dataset_card_files
from model_cards.dataset_files import DatasetConfig, dataset_configs
from model_cards.merging import merged_with
from model_cards.model_card import model_card
from model_cards.release.errors import ReleaseError
from model_cards.run_folder import Run, read_json, read_run
from model_cards.usage_code import PIPELINE, space_files
from model_cards.validation.documented import RepoType

CARD = "README.md"
# The card is made anew; the record names folders of this machine, and so does what Python leaves of a handler tried.
_KEPT_BACK = (CARD, "training.json", ".*", "*.pyc")
_MODEL_PARTS = {
    "configuration": ("config.json", "adapter_config.json"),
    "weights": ("*.safetensors",),
    "tokenizer": ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt"),
}
# What a model repository can hold of an earlier release; anything else there is somebody's own.
_MODEL_FILES = (
    "*.safetensors",
    "*.safetensors.index.json",
    "adapter_config.json",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "spiece.model",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
)


@dataclass(frozen=True)
class Release:
    """A repository as it shall be.

    Args:
        repo_type: "dataset", "model" or "space".
        repo_id: NAMESPACE/NAME.
        title: What is released, for the commit's title.
        version: Without the `v` of its tag; none for what has no versions, such as a Space.
        files: Path in the repository -> file on this machine, or content.
        card: The README.md as it would be in an empty repository.
        owned: Patterns of the paths that belong to this release alone: those of an earlier one are removed.
        configs: Of a dataset.
        folder: Of a model on this machine.
        metric: Name of the `evaluate` module that a Space holds.
        needs: Models that must be there before it, each with a file that it must hold.
    """

    repo_type: RepoType
    repo_id: str
    title: str
    version: str | None
    files: Mapping[str, Path | bytes]
    card: str
    owned: tuple[str, ...] = ()
    configs: tuple[DatasetConfig, ...] = ()
    folder: Path | None = None
    metric: str | None = None
    needs: tuple[tuple[str, str], ...] = ()

    def owns(self, path: str) -> bool:
        """Whether a path in the repository is this release's to remove; a `*` stands for names, not for folders."""
        return any(path.count("/") == pattern.count("/") and fnmatch(path, pattern) for pattern in self.owned)


def dataset_release(folder: Path, repo_id: str) -> Release:
    """The dataset of a run: the Parquet files of its configs; other configs of the repository are left alone.

    Raises:
        CardError: The run cannot be read.
        ReleaseError: It lacks a config of its dataset.
    """
    run = read_run(folder)
    place = run.dataset_folder
    configs = tuple(dataset_configs(place, run.metrics.configs))
    if lacking := [name for name in run.metrics.configs if name not in [config.name for config in configs]]:
        raise ReleaseError(f"{place} holds no tables of '{lacking[0]}'; finish the run with 'impossible run'")
    card = merged_with(place / CARD, dataset_card(folder, place, repo_id))  # with what was written there by hand
    files: dict[str, Path | bytes] = {f"{config.name}/{file.name}": file for config in configs for file in config.files}
    figures = {path: text.encode() for path, text in dataset_card_files(folder).items()}
    pairs, *others = configs
    counted = [f"{pairs.rows:,} pairs", *(f"{config.rows:,} rows of {config.name}" for config in others)]
    title = f"{pairs.name}, {', '.join(counted)}"
    owned = (*(f"{config.name}/*.parquet" for config in configs), *figures)
    return Release("dataset", repo_id, title, _version(run), files | figures, card, owned, configs)


def model_release(folder: Path, repo_id: str, dataset_id: str | None = None, base_id: str | None = None) -> Release:
    """The student of a run.

    Args:
        folder: The run.
        repo_id: Of the model.
        dataset_id: Of the dataset it learnt from, where that is published.
        base_id: Of the base of a LoRA adapter, when the run knows it only as a folder of this machine.

    Raises:
        CardError: The run cannot be read.
        ReleaseError: It holds no student, or an adapter whose base nobody else can load.
    """
    run, place = read_run(folder), folder / "student"
    if not place.is_dir():
        raise ReleaseError(f"{folder} holds no student; finish the run with 'impossible run'")
    card = model_card(folder, place, repo_id=repo_id, dataset_id=dataset_id, base_id=base_id)
    card = merged_with(place / CARD, card)  # with what was written there by hand
    files: dict[str, Path | bytes] = {
        str(path.relative_to(place)): path
        for path in sorted(place.rglob("*"))
        if path.is_file() and not any(fnmatch(path.name, pattern) for pattern in _KEPT_BACK)
    }
    _check_model(place, files)
    needs: tuple[tuple[str, str], ...] = ()
    if "adapter_config.json" in files:
        base, files["adapter_config.json"] = _adapter_config(place / "adapter_config.json", base_id)
        needs = ((base, "config.json"),)
    elif base_id:
        raise ReleaseError(f"{place} holds all its weights and needs no base; leave --base-model out")
    title = f"{run.metrics.name}, {'summarizer' if run.metrics.task == 'summary' else 'paraphraser'}"
    return Release("model", repo_id, title, _version(run), files, card, _MODEL_FILES, folder=place, needs=needs)


def space_release(folder: Path, repo_id: str, model_id: str) -> Release:
    """The Space in which a run's released model can be tried.

    Raises:
        CardError: The run cannot be read.
    """
    run = read_run(folder)
    last = run.metrics.evaluation.last_student if run.metrics.evaluation else None
    examples = [example.source for example in last.examples[:5]] if last else []
    card, files = space_files(model_id, run.metrics.name, examples, run.license, run.metrics.task)
    return Release("space", repo_id, f"try {model_id}", None, files, card, needs=((model_id, PIPELINE),))


def _version(run: Run) -> str:
    return run.metrics.version or "0"


def _check_model(place: Path, files: Mapping[str, Path | bytes]) -> None:
    """What a model cannot be loaded without."""
    for wanted, names in _MODEL_PARTS.items():
        if not any(fnmatch(file, name) for file in files for name in names):
            raise ReleaseError(
                f"{place} lacks its {wanted} ({' or '.join(names)}); finish the run with 'impossible run'"
            )


def _adapter_config(path: Path, base_id: str | None) -> tuple[str, bytes]:
    """The base of an adapter on the Hub, and the adapter's settings that name it."""
    config: dict[str, Any] = read_json(path)
    base = base_id or str(config.get("base_model_name_or_path"))
    if base_id is None and (Path(base).exists() or base.startswith(("/", ".", "~")) or ":" in base):
        remedy = "push the base and name it with --base-model NAMESPACE/NAME"
        raise ReleaseError(f"the adapter's base is '{base}', a folder of this machine; {remedy}")
    named = config | {"base_model_name_or_path": base}
    return base, (json.dumps(named, indent=2, sort_keys=True) + "\n").encode()
