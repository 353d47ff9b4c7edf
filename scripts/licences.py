"""The licences of a recipe's models: gathered for the cards, and held against the release's before anything runs."""

import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from builders.errors import ConfigError
from builders.model_licence import UNKNOWN, model_licences
from model_cards.licence_terms import CRITIC, STUDENT_BASE, TEACHER, licence_problem, terms_of
from scripts.recipe import Recipe

_SETTINGS = {TEACHER: "sampling.teacher", CRITIC: "critics", STUDENT_BASE: "student.base"}


class UsedModel(NamedTuple):
    """A model, what a run uses it as, and its licences."""

    role: str
    ref: str
    licences: tuple[str, ...]


def used_models(recipe: Recipe) -> list[UsedModel]:
    """The models that a recipe names, each adapter with its base behind it.

    Of a teacher behind a server only the recipe itself can know the licence.

    Raises:
        ConfigError: The recipe's `licenses` say otherwise than a card, or name a model that it does not use.
        RunError: A model that is not there.
    """
    teacher, named = recipe.sampling.teacher, recipe.licenses
    if recipe.sampling.server is None:
        models = models_as(TEACHER, teacher, named)
    else:
        models = [UsedModel(TEACHER, teacher, (named.get(teacher, UNKNOWN),))]
    for critic in recipe.critics.models:
        models += models_as(CRITIC, critic, named)
    models += models_as(STUDENT_BASE, recipe.student.base, named)
    if unused := set(named).difference(model.ref for model in models):
        used = ", ".join(dict.fromkeys(model.ref for model in models))
        raise ConfigError(f"licenses: '{min(unused)}' is no model of the recipe; it has {used}")
    return models


def models_as(role: str, ref: str, named: Mapping[str, str]) -> list[UsedModel]:
    """A model, and the base of an adapter, with their licences; the arguments but the role are of `model_licences`."""
    return [UsedModel(role, name, licences) for name, licences in model_licences(ref, named).items()]


def check_licences(models: Sequence[UsedModel], released: str) -> None:
    """Refuses what a model's licence forbids, and says in a line of stderr of which ones nothing is known.

    Args:
        models: Those of the run.
        released: The licence of what it makes.

    Raises:
        ConfigError: The licence of a model forbids the run, or to release it so.
    """
    bases = {licence for model in models if model.role == STUDENT_BASE for licence in model.licences}
    for model in models:
        for licence in model.licences:
            if problem := licence_problem(model.role, licence, released, bases):
                raise ConfigError(f"{_SETTINGS[model.role]}: '{model.ref}' is under {licence}, which {problem}")
    unclear = [f"{model.ref} ({licence})" for model in models for licence in model.licences if not terms_of(licence)]
    if unclear:
        named = ", ".join(dict.fromkeys(unclear))
        remedy = f"see that they allow a release under {released}, and name an unknown one in the recipe's licenses"
        print(f"licences whose terms are not known here: {named}; {remedy}", file=sys.stderr)
