"""The controls of a recipe, and what each needs of it."""

from typing import TYPE_CHECKING, Literal

from builders.errors import ConfigError

if TYPE_CHECKING:
    from scripts.recipe import Recipe

Control = Literal["more_training", "fresh_pairs", "chosen_only", "true_pairs"]
_COMPARED_WITH: dict[Control, str] = {
    "more_training": "self_distillation",
    "fresh_pairs": "self_distillation",
    "chosen_only": "preference",
}


def check_controls(recipe: "Recipe") -> None:
    """Refuses, with a `ConfigError`, a control that the recipe has nothing to compare with or to make it of."""
    for control in recipe.controls:
        for section in (*filter(None, [_COMPARED_WITH.get(control)]), "evaluation"):
            if getattr(recipe, section) is None:
                remedy = f"add it or take {control} out"
                raise ConfigError(f"controls {control} says nothing without {section}; {remedy}")
    if "true_pairs" in recipe.controls:
        _check_true_pairs(recipe)


def _check_true_pairs(recipe: "Recipe") -> None:
    benchmark = recipe.evaluation.benchmark if recipe.evaluation else None
    if ":" not in (benchmark or ""):
        problem = "controls true_pairs needs an evaluation.benchmark that draws pairs without end, 'module:function'"
        raise ConfigError(f"{problem}, got '{benchmark}'; name one or take true_pairs out")
    if recipe.student.training.packing or (recipe.self_distillation and recipe.student.self_training.packing):
        problem = "controls true_pairs draws a pair for every place of a batch, and packing leaves their number open"
        raise ConfigError(f"{problem}; take out packing or true_pairs")
    if recipe.ablation:
        raise ConfigError("an ablation has no row for the control true_pairs; take it out")
