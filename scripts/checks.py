"""What a recipe names - models, parsers, an oracle, test rows - looked at before hours are spent on the stages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from builders.configuration import read_configuration_of_kind
from builders.corpus import CONTEXTS_FILE, check_corpus
from builders.critics.dissimilarity import TreeEditDistanceConfig
from builders.critics.entailment import check_nli_model
from builders.critics.settings import CriticsConfig
from builders.errors import ConfigError, RunError
from builders.models import check_loads
from builders.parsers.loading import GIVEN, load_parser
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers.server_key import read_key
from model_cards.licence_terms import STUDENT_BASE
from scripts.licences import check_licences, models_as, used_models
from scripts.partial_recipes import ProximityRecipe, StudentRecipe
from scripts.recipe import Recipe
from trainers.benchmark import benchmark_rows
from trainers.control_config import ControlConfig
from trainers.evaluation_config import EvaluationConfig
from trainers.finetuning_config import FineTuningConfig
from trainers.kind import check_student
from trainers.oracle import is_faithful, load_oracle
from trainers.preference import check_preference
from trainers.processes import check_not_launched
from trainers.training_checks import check_training
from trainers.training_pairs import Task
from trainers.true_pairs import true_pairs

_SAMPLE = "Profit rose 5 percent on Monday."  # shows what a parser, an oracle or a splitter does with a sentence


def check_recipe(recipe: Recipe, folder: Path) -> None:
    """Finds what would only be noticed when its stage begins. Of models no weight is read, and on the Hub none fetched.

    Args:
        recipe: The recipe.
        folder: Of the run, where contexts of a corpus may lie already.

    Raises:
        ConfigError: A model of another kind, a method of preference that is not for the student's, an NLI model without
            an entailment label, a module without the function, a model whose licence forbids what the recipe makes of
            it.
        RunError: A model, file or corpus that is not there, a parser that gives no tree, a splitter that gives no
            sentences.
        UsageError: A column, split or configuration that a corpus has not.
    """
    check_not_launched()
    check_teacher(recipe.sampling)
    Sentences(recipe.sampling.domain.sentences).split(_SAMPLE)
    if recipe.sampling.corpus is not None:
        check_corpus(recipe.sampling, recipe.seed, folder / "samples" / "round-0" / CONTEXTS_FILE)
    with _named("student.base"):
        check_student(recipe.student.base)
    with _named("student.training"):
        check_training(recipe.student.base, recipe.student.training)
    last = recipe.student.training
    if recipe.self_distillation:
        before = recipe.student.training if recipe.self_distillation.train_from == "last" else None
        with _named("student.self_training"):
            check_training(recipe.student.base, recipe.student.self_training, before)
        last = recipe.student.self_training
    if recipe.control:
        _check_control(recipe, recipe.control, last)
    if recipe.preference:
        with _named("preference"):
            check_preference(recipe.student.base, recipe.preference, before=last)
    tree_edit_distance = recipe.critics.find(TreeEditDistanceConfig)
    if tree_edit_distance is not None and tree_edit_distance.parser == GIVEN:
        problem = "parser 'given' is for pairs with trees, and a run writes its own; name a parser"
        raise ConfigError(f"critics: {problem}")
    check_critics(recipe.critics)
    check_licences(used_models(recipe), recipe.license)
    if recipe.evaluation:
        check_evaluation(recipe.evaluation, recipe.task)
        if "true_pairs" in recipe.controls and recipe.evaluation.benchmark:
            with _named("controls true_pairs"):
                true_pairs(recipe.evaluation.benchmark, recipe.task, 2, recipe.seed)


def check_student_recipe(recipe: StudentRecipe) -> None:
    """The same for what `impossible train --data` needs.

    Raises:
        ConfigError: The student's base is of another kind, or its licence forbids what is made of it.
        RunError: It is not there.
    """
    with _named("student.base"):
        check_student(recipe.student.base)
    with _named("student.training"):
        check_training(recipe.student.base, recipe.student.training)
    check_licences(models_as(STUDENT_BASE, recipe.student.base, recipe.licenses), recipe.license)


def _check_control(recipe: Recipe, control: ControlConfig, last: FineTuningConfig) -> None:
    with _named("control"):
        check_training(recipe.student.base, control.training, before=last if control.train_from == "last" else None)
        if recipe.control_parser and recipe.control_parser != GIVEN:
            load_parser(recipe.control_parser)([_SAMPLE])


def check_proximity(recipe: ProximityRecipe) -> None:
    """The same for what `impossible proximity` needs.

    Raises:
        ConfigError: A model of another kind, or an oracle without its functions.
        RunError: A model that is not there, or an oracle that fails.
    """
    check_teacher(recipe.sampling)
    Sentences(recipe.sampling.domain.sentences).split(_SAMPLE)
    with _named("critics"):
        recipe.semantic.check()
    if recipe.oracle:
        load_oracle(recipe.oracle).equivalent(_SAMPLE, _SAMPLE)


def check_teacher(config: SamplingConfig) -> None:
    """Finds what would only be noticed when the teacher is first sampled. A server is not asked yet.

    Raises:
        ConfigError: A model of another kind, or a server's key that is not in the environment.
        RunError: A model that is not there.
    """
    if config.server is not None:
        with _named("sampling.server"):
            read_key(config.server)
        return
    with _named("sampling.teacher"):
        read_configuration_of_kind(config.teacher, "CAUSAL_LM", "a causal LM")
        check_loads("AutoModelForCausalLM", config.teacher, "a causal language model")


def check_critics(critics: CriticsConfig) -> None:
    """Finds what would only be noticed when a critic is first asked.

    Raises:
        ConfigError: A setting that names something of another kind.
        RunError: A model, file or code that is not there.
    """
    with _named("critics"):
        critics.check()


def check_evaluation(config: EvaluationConfig, task: Task) -> None:
    """Finds what is wrong with an evaluation before there is anything to evaluate.

    Raises:
        ConfigError: As `check_judges`, or a benchmark that cannot be imported.
        RunError: As `check_judges`, or a file of test rows that cannot be read.
    """
    check_judges(config, task)
    benchmark_rows(replace(config, n=2), task)


def check_judges(config: EvaluationConfig, task: Task) -> None:
    """The same for what judges outputs.

    Raises:
        ConfigError: An oracle or parser that cannot be imported, or an NLI model that is none.
        RunError: One of them that fails, or a model that does not load.
    """
    if config.oracle:
        is_faithful(load_oracle(config.oracle), _SAMPLE, _SAMPLE, task)
    if config.parser:
        load_parser(config.parser)([_SAMPLE])
    if config.nli:
        check_nli_model(config.nli)
    if config.encoder:
        check_loads("AutoModel", config.encoder, "an encoder")


@contextmanager
def _named(setting: str) -> Iterator[None]:
    """Puts the setting before what is wrong with its model."""
    try:
        yield
    except (ConfigError, RunError) as error:
        raise type(error)(f"{setting}: {error}") from error
