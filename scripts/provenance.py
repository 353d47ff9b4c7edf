"""What a release is made of: the code, the models and the pairs themselves."""

from collections import Counter
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builders.assembly import SPLITS
from builders.config import fingerprint
from builders.critics.dissimilarity import TreeEditDistanceConfig
from builders.dataset_statistics import dataset_statistics
from builders.files import kept
from builders.models import model_identity
from builders.parsers.loading import load_parser, parser_identity
from builders.preference import preference_config
from model_cards.licence_terms import TEACHER
from scripts.licences import UsedModel, used_models
from scripts.pipeline import Pipeline
from scripts.recipe import Recipe


def provenance(recipe: Recipe) -> dict[str, Any]:
    """The version, the fingerprint of the code that made the pairs, and the models.

    Returns:
        `version`; `builders_code`, 16 hex digits; `models`, one row each with `role`, `ref` as the recipe names it,
        `licenses`, and what stood under that name: `sha256` of a local model, `commit` of one on the Hub, neither of
        one that a server runs.
    """
    from builders.pairs_builder import code_fingerprint  # datasets is slow to import

    return {
        "version": version("impossible-distillation"),
        "builders_code": code_fingerprint(),
        "models": [_model(model, recipe.sampling.server is not None) for model in used_models(recipe)],
    }


def _model(model: UsedModel, has_server: bool) -> dict[str, Any]:
    row = {"role": model.role, "ref": model.ref, "licenses": list(model.licences)}
    if model.role == TEACHER and has_server:
        return row
    identity = model_identity(model.ref)
    return row | {key: identity[key] for key in ("sha256", "commit") if key in identity}


def released_statistics(pipeline: Pipeline) -> dict[str, Any]:
    """The figures of the released pairs, see `dataset_statistics`.

    Returns:
        `statistics`, and `parser`: the one that judged the pairs or, without that critic, the evaluation's; None where
        the recipe names none.
    """
    recipe, builder = pipeline.recipe, pipeline.dataset()
    critic = recipe.critics.find(TreeEditDistanceConfig)
    parser = critic.parser if critic else recipe.evaluation.parser if recipe.evaluation else None
    mark = fingerprint(builder.config_id, parser_identity(parser) if parser else None)

    def measure() -> dict[str, Any]:
        pairs = pa.concat_tables(builder.assembly.splits.values())
        return {"statistics": dataset_statistics(pairs, load_parser(parser) if parser else None), "parser": parser}

    return kept(pipeline.folder / "evaluation" / "dataset.json", mark, measure)


def preference_counts(pipeline: Pipeline) -> dict[str, Any] | None:
    """The preference rows that were written.

    Returns:
        `config`, `splits` with the rows of each, and `rejected_by` with those by what was wrong with the worse text;
        None where no pair has such a row.
    """
    config = preference_config(pipeline.recipe.sampling.domain.name)
    folder = pipeline.dataset_folder / config
    files = {split: sorted(folder.glob(f"{split}-*.parquet")) for split in SPLITS}
    reasons = {
        split: [reason for path in paths for reason in pq.read_table(path)["rejected_by"].to_pylist()]
        for split, paths in files.items()
    }
    found = Counter(reason for each in reasons.values() for reason in each)
    splits = {split: len(each) for split, each in reasons.items()}
    return {"config": config, "splits": splits, "rejected_by": dict(sorted(found.items()))} if found else None
