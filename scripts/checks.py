"""What a recipe names - models, parsers, an oracle, test rows - looked at before hours are spent on the stages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from builders.configuration import read_configuration
from builders.critics.dissimilarity import TreeEditDistanceConfig, load_parser
from builders.critics.entailment import entailment_label
from builders.errors import ConfigError, RunError
from scripts.recipe import Recipe
from trainers.benchmark import benchmark_rows
from trainers.evaluation import EvaluationConfig
from trainers.kind import student_loader
from trainers.oracle import is_faithful, load_oracle
from trainers.training_pairs import Task

_SAMPLE = "Profit rose 5 percent on Monday."  # shows what a parser or an oracle does with a sentence


def check_recipe(recipe: Recipe) -> None:
    """Finds what would only be noticed when its stage begins. Models are judged by their configuration alone.

    Raises:
        ConfigError: A model of another kind, an NLI model without an entailment label, a module without the function.
        RunError: A model or file that is not there, a parser that gives no tree.
    """
    from transformers.models.auto import modeling_auto as known  # slow to import

    _check_kind("sampling.teacher", recipe.sampling.teacher, known.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, "a causal LM")
    with _named("student.base"):
        student_loader(recipe.student.base)
    for model in recipe.critics.models:
        kinds = known.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES
        entailment_label(model, _check_kind("critics", model, kinds, "a sequence classifier"))
    for critic in recipe.critics.critics:
        if isinstance(critic, TreeEditDistanceConfig):
            load_parser(critic.parser)(_SAMPLE)
    if recipe.evaluation:
        check_evaluation(recipe.evaluation, recipe.task)


def check_evaluation(config: EvaluationConfig, task: Task) -> None:
    """Finds what is wrong with an evaluation before there is anything to evaluate.

    Raises:
        ConfigError: An oracle, parser or benchmark that cannot be imported.
        RunError: One of them that fails, or a file of test rows that cannot be read.
    """
    if config.oracle:
        is_faithful(load_oracle(config.oracle), _SAMPLE, _SAMPLE, task)
    if config.parser:
        load_parser(config.parser)(_SAMPLE)
    benchmark_rows(replace(config, n=2), task)


def _check_kind(setting: str, ref: str, known: Any, kind: str) -> Any:
    """The configuration of a model, once it is known to be of the kind that the setting needs."""
    with _named(setting):
        config = read_configuration(ref)
        if config.model_type not in known:
            raise ConfigError(f"'{ref}' is a {config.model_type} model; name one that loads as {kind}")
    return config


@contextmanager
def _named(setting: str) -> Iterator[None]:
    """Puts the setting before what is wrong with its model."""
    try:
        yield
    except (ConfigError, RunError) as error:
        raise type(error)(f"{setting}: {error}") from error
