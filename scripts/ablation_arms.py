"""The arms of an ablation: the recipe with one part taken out or changed."""

from dataclasses import dataclass, replace
from typing import Any

from builders.critics.settings import CriticsConfig
from builders.errors import ConfigError, UsageError
from scripts.recipe import Recipe, changed_recipe

WHOLE = "whole_method"


@dataclass(frozen=True)
class Arm:
    """One run of an ablation.

    Args:
        name: Of its folder.
        title: What was done, in words.
        recipe: What to run.
        has_parts: Whether its controls, and of the whole method its round 0, are rows of the table too.
    """

    name: str
    title: str
    recipe: Recipe
    has_parts: bool = False


def arms_of(recipe: Recipe) -> list[Arm]:
    """The whole method first, then what is left out, then the recipe's own variants.

    Raises:
        ConfigError: A variant has a mistake, or changes what an ablation keeps alike.
    """
    assert recipe.ablation is not None
    whole = replace(recipe, ablation=None)
    bare = replace(whole, controls=())
    arms = [Arm(WHOLE, "the whole method", whole, has_parts=True)]
    arms.append(Arm("without_critics", "without critics", replace(bare, critics=CriticsConfig(()))))
    if len(recipe.critics.critics) > 1:
        arms += [
            Arm(f"without_{_file_name(name)}", f"without {name}", replace(bare, critics=recipe.critics.without(name)))
            for name in recipe.critics.names
        ]
    for name, overrides in recipe.ablation.variants.items():
        try:
            changed = changed_recipe(whole, overrides)
        except UsageError as error:
            raise ConfigError(f"ablation.variants.{name}: {error}") from None
        arms.append(Arm(name, name.replace("_", " "), changed, has_parts=_trains_otherwise(whole, changed)))
    names = [arm.name for arm in arms]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"ablation.variants must not be named like another arm, got '{name}'")
    return arms


def shares_samples(recipe: Recipe, other: Recipe) -> bool:
    """Whether two recipes ask the teacher for the same."""
    return _asked(recipe) == _asked(other)


def _asked(recipe: Recipe) -> tuple[Any, ...]:
    later = recipe.self_distillation
    return recipe.sampling, later and (later.contexts, later.sentences_per_context)


def _trains_otherwise(whole: Recipe, changed: Recipe) -> bool:
    """Whether a variant's control makes another number of updates, and so has a row of its own."""
    rounds = [recipe.self_distillation.rounds if recipe.self_distillation else 0 for recipe in (whole, changed)]
    return rounds[0] != rounds[1] or whole.student != changed.student


def _file_name(critic: str) -> str:
    return critic.replace(":", ".")
