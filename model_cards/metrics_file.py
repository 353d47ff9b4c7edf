"""Reads `metrics.json` into records."""

import math
from collections.abc import Mapping
from typing import Any

from model_cards.records import (
    Audit,
    Corpus,
    DatasetCounts,
    Drop,
    Evaluation,
    Example,
    Figure,
    Metrics,
    Model,
    ParsedPairs,
    Preference,
    Round,
    ScreenAudit,
    System,
)


def metrics_from_json(data: Mapping[str, Any]) -> Metrics:
    """The figures of a run from the parsed `metrics.json`.

    Raises:
        KeyError: A key that every run writes is missing.
        ValueError: The task is none of ours.
    """
    if data["task"] not in ("paraphrase", "summary"):
        raise ValueError(f"task {data['task']!r}, which must be paraphrase or summary")
    return Metrics(
        name=data["name"],
        task=data["task"],
        domain=data["domain"],
        seed=data.get("seed"),
        version=data.get("version"),
        command=data.get("command"),
        builders_code=data.get("builders_code"),
        models=tuple(map(_model, data.get("models") or ())),
        corpus=_corpus(data["corpus"]["identity"]) if data.get("corpus") else None,
        rounds=tuple(_round(row) for row in data.get("rounds") or ()),
        stopped=data.get("stopped"),
        dataset=_dataset(data["dataset"]) if data.get("dataset") else None,
        evaluation=_evaluation(data["evaluation"]) if data.get("evaluation") else None,
        timings=dict(data.get("timings") or {}),
    )


def _model(data: Mapping[str, Any]) -> Model:
    licences = tuple(data.get("licenses") or ())
    return Model(data["role"], data["ref"], data.get("sha256"), data.get("commit"), licences)


def _corpus(data: Mapping[str, Any]) -> Corpus:
    place = data.get("dataset") or data["place"]  # a dataset that was renamed goes by its new name
    return Corpus(place, data.get("column"), data.get("config"), data.get("split"), data.get("commit"))


def _round(data: Mapping[str, Any]) -> Round:
    return Round(
        round=data["round"],
        origin=data["origin"],
        contexts=data.get("contexts"),
        sampled=data.get("sampled"),
        sentences=data.get("sentences"),
        candidates=data.get("candidates"),
        kept=data["kept"],
        dropped=_drops(data, "dropped"),
        audit=_audit(data["audit"]) if data.get("audit") else None,
        screen=ScreenAudit(**data["screen"]) if data.get("screen") else None,
        # Earlier versions counted none of these.
        missing_contexts=data.get("missing_contexts") or 0,
        repeated_contexts=data.get("repeated_contexts") or 0,
        cut_contexts=data.get("cut_contexts") or 0,
        dropped_contexts=data.get("dropped_contexts") or 0,
        known_sentences=data.get("known_sentences") or 0,
        refused=_drops(data, "refused"),
        outputs=data.get("outputs"),
        refused_outputs=_drops(data, "refused_outputs"),
    )


def _drops(data: Mapping[str, Any], name: str) -> tuple[Drop, ...]:
    return tuple(Drop(row["reason"], row["count"]) for row in data.get(name) or ())


def _audit(data: Mapping[str, Any]) -> Audit:
    return Audit(
        oracle=data["oracle"],
        pairs=data["pairs"],
        precision=data["precision"],
        standard_error=data.get("standard_error"),
        shuffled_precision=data.get("shuffled_precision"),
    )


def _dataset(data: Mapping[str, Any]) -> DatasetCounts:
    return DatasetCounts(
        config=data["config"],
        splits=dict(data.get("splits") or {}),
        rounds={int(number): count for number, count in (data.get("rounds") or {}).items()},
        dropped_duplicates=data.get("dropped_duplicates"),
        dropped_near_duplicates=data.get("dropped_near_duplicates"),
        dropped_leaks=data.get("dropped_leaks"),
        preference=_preference(data["preference"]) if data.get("preference") else None,
        control=ParsedPairs(**data["control"]) if data.get("control") else None,
        statistics=_figures(data.get("statistics")),
        parser=data.get("parser"),
    )


def _preference(data: Mapping[str, Any]) -> Preference:
    return Preference(data["config"], dict(data["splits"]), dict(data["rejected_by"]))


def _evaluation(data: Mapping[str, Any]) -> Evaluation | None:
    systems = tuple(_system(row) for row in data.get("systems") or ())
    if not systems:
        return None
    return Evaluation(benchmark=data["benchmark"], split=data.get("split"), n=data.get("n"), systems=systems)


def _system(data: Mapping[str, Any]) -> System:
    examples = tuple(
        Example(row["source"], row["output"], row.get("faithful"), row.get("asked"), row.get("read"))
        for row in data.get("examples") or ()
    )
    return System(name=data["name"], path=data.get("path"), figures=_figures(data.get("figures")), examples=examples)


def _figures(data: Mapping[str, Any] | None) -> dict[str, Figure]:
    return {
        name: Figure(row["value"], row.get("n"), row.get("standard_error"), row.get("low"), row.get("high"))
        for name, row in (data or {}).items()
        # A mean over no rows is no figure, whether it was written as null or as NaN.
        if row.get("value") is not None and not math.isnan(row["value"])
    }
