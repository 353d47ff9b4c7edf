"""Every system of a run on its test rows: the baselines, the student of every round, the controls, the ceiling."""

from collections.abc import Iterator

from scripts.evaluations import Evaluated, Evaluator
from scripts.pipeline import Pipeline

CEILING = "ceiling: trained on true pairs, same updates"


def systems_of(pipeline: Pipeline) -> Iterator[Evaluated]:
    """Every system of a run, trained first if need be."""
    recipe, rounds = pipeline.recipe, pipeline.rounds()
    evaluator, asked = Evaluator(recipe, pipeline.folder / "evaluation"), recipe.self_distillation
    yield evaluator.teacher("plain teacher")
    if "copy" in evaluator.config.baselines:
        yield evaluator.copy("copy of the source")
    if "base" in evaluator.config.baselines:
        yield evaluator.base("untrained base")
    yield evaluator.student("student, round 0", pipeline.student(0))
    for number in range(1, rounds.trained + 1):
        which = f", round {number}" if asked and asked.rounds > 1 else ""  # however many of them were made
        yield evaluator.student(f"student, self-distilled{which}", pipeline.student(number))
    if recipe.control:
        yield from evaluator.led_student(pipeline.led_student())
    if recipe.preference:
        name = f"student, preferred ({recipe.preference.method.upper()})"
        yield evaluator.student(name, pipeline.preferred_student())
    if "chosen_only" in recipe.controls:
        name = "control: plain fine-tuning on the chosen texts, same updates"
        yield evaluator.student(name, pipeline.chosen_only())
    if rounds.trained:  # else there is nothing whose updates these could match
        if "more_training" in recipe.controls:
            yield evaluator.student("control: more training on the old pairs", pipeline.more_training())
        if "fresh_pairs" in recipe.controls:
            yield evaluator.student("control: fresh contexts, ordinary pairs", pipeline.fresh_pairs())
    if "true_pairs" in recipe.controls:
        yield evaluator.student(CEILING, pipeline.true_pairs())
