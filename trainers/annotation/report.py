"""What annotators found: means of each system, how they differ, and how far the annotators agree."""

from collections.abc import Iterable
from dataclasses import asdict
from statistics import fmean, stdev
from typing import Any

from builders.errors import UsageError

from ..resampling import intervals, mean_of
from .agreement import Level, by_unit, krippendorff_alpha
from .ratings import Rating, Ratings


def report(found: Ratings, level: Level = "ordinal", against: str | None = None) -> dict[str, Any]:
    """Every figure of a task's ratings.

    Args:
        found: The task with its answers.
        level: Of measurement, for Krippendorff's alpha.
        against: A system; the others are compared with it, sentence by sentence.

    Returns:
        `systems` (mean, standard_error, items and ratings of each question), `alpha` (of each question, and `overall`
        of all together, in which each question about an item is a unit), `annotators` and, where asked for,
        `differences`. An item's score is the mean of its annotators' ratings, and a system's the mean of its items'.

    Raises:
        UsageError: There is no such system as `against`.
    """
    names = list(found.systems.outputs)
    if against is not None and against not in names:
        raise UsageError(f"--against must be one of {', '.join(names)}, got '{against}'")
    judged = [rating for rating in found.ratings if rating.rating is not None]
    questions = [question.name for question in found.task.questions]
    scores = {name: _item_scores(rating for rating in judged if rating.question == name) for name in questions}
    record: dict[str, Any] = {
        "task": found.task.task,
        "items": len(found.task.items),
        "made_from": found.systems.made_from,
        "annotators": {name: _progress(found, name) for name in found.annotators},
        "systems": {
            name: {question: _mean(found.systems.outputs[name], scores[question]) for question in questions}
            for name in names
        },
        "alpha": {"level": level, **_alphas(judged, questions, level)},
    }
    if against is not None:
        record["differences"] = {
            "against": against,
            **{
                name: {question: _difference(found, name, against, scores[question]) for question in questions}
                for name in names
                if name != against
            },
        }
    return record


def _progress(found: Ratings, annotator: str) -> dict[str, int]:
    theirs = [rating for rating in found.ratings if rating.annotator == annotator]
    asked = len(found.task.items) * len(found.task.questions)
    return {"answered": len(theirs), "asked": asked, "cannot_judge": sum(rating.rating is None for rating in theirs)}


def _item_scores(ratings: Iterable[Rating]) -> dict[str, list[int]]:
    """The ratings of each item."""
    scores: dict[str, list[int]] = {}
    for rating in ratings:
        assert rating.rating is not None
        scores.setdefault(rating.item, []).append(rating.rating)
    return scores


def _mean(written: dict[str, str], scores: dict[str, list[int]]) -> dict[str, Any]:
    rated = [scores[item] for item in written.values() if item in scores]
    means = list(map(fmean, rated))
    return {
        "mean": fmean(means) if means else None,
        "standard_error": stdev(means) / len(means) ** 0.5 if len(means) > 1 else None,
        "items": len(means),
        "ratings": sum(map(len, rated)),
    }


def _alphas(judged: list[Rating], questions: list[str], level: Level) -> dict[str, Any]:
    def alpha(asked: list[str]) -> dict[str, Any]:
        units = by_unit(((r.item, r.question), r.rating) for r in judged if r.question in asked and r.rating)
        return asdict(krippendorff_alpha(units, level))

    return {name: alpha([name]) for name in questions} | {"overall": alpha(questions)}


def _difference(found: Ratings, system: str, against: str, scores: dict[str, list[int]]) -> dict[str, Any]:
    """The mean difference of the scores for one sentence, with its 95% interval by bootstrap over the sentences."""
    ours, theirs = found.systems.outputs[system], found.systems.outputs[against]
    gaps = [
        fmean(scores[ours[source]]) - fmean(scores[theirs[source]])
        for source in ours
        if ours[source] in scores and theirs[source] in scores
    ]
    if len(gaps) < 2:
        return {"difference": None, "low": None, "high": None, "sources": len(gaps)}
    drawn = intervals({"gap": mean_of(gaps)}, found.task.seed)["gap"]
    return {"difference": fmean(gaps), "low": drawn.low, "high": drawn.high, "sources": len(gaps)}
