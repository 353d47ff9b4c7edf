"""What a recipe names - models, parsers, an oracle, test rows - looked at before hours are spent on the stages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from builders.critics.dissimilarity import TreeEditDistanceConfig, load_parser
from builders.critics.entailment import entailment_label
from builders.errors import ConfigError, RunError, one_line
from builders.models import adapter_base, resolve
from scripts.recipe import Recipe
from trainers.benchmark import benchmark_rows
from trainers.evaluation import EvaluationConfig
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
    base = recipe.student.base
    _check_kind("student.base", base, known.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES, "an encoder-decoder model")
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
    try:
        config = _configuration(ref)
    except RunError as error:
        raise RunError(f"{setting}: {error}") from error
    if config.model_type not in known:
        raise ConfigError(f"{setting}: '{ref}' is a {config.model_type} model; name one that loads as {kind}")
    return config


def _configuration(ref: str) -> Any:
    from transformers import AutoConfig  # slow to import

    place = resolve(ref)
    base = adapter_base(Path(place))
    if base is not None:
        return _configuration(base)
    try:
        return AutoConfig.from_pretrained(place)
    except Exception as error:  # the libraries below raise their own kinds: OSError, ValueError, HfHubHTTPError, ...
        remedy = "check the name, or the network when it is a Hub id"
        raise RunError(f"model '{ref}' cannot be read: {one_line(error)}; {remedy}") from error
