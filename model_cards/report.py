"""RUN/report.html: a run for the eye, in one file that needs no other."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from markupsafe import Markup

from model_cards.histograms import score_chart
from model_cards.pair_sample import sampled_pairs
from model_cards.proximity_figure import ProximityCharts, proximity_charts
from model_cards.records import Example, System
from model_cards.rendering import TEMPLATES, render_html, write_whole
from model_cards.run_figures import PROXIMITY, axis_end
from model_cards.run_folder import CardError, Run, read_json, read_run
from model_cards.score_tables import score_distributions
from model_cards.scores import SCORES
from model_cards.vocabulary import BIBTEX, MICROWORLD_LIMITS

_SOURCES = 6


def write_report(run: Path) -> Path:
    """Writes RUN/report.html: funnel, scores, curves, systems side by side, pairs.

    Args:
        run: The run folder.

    Returns:
        The path of the report.

    Raises:
        CardError: The run cannot be read, or the report not be written.
    """
    record = read_run(run)
    evaluation = record.metrics.evaluation
    distributions = score_distributions(record)
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    pairs = sampled_pairs(record)
    html = render_html(
        "report.html.jinja",
        run=record,
        metrics=record.metrics,
        distributions=[(one, score_chart(one)) for one in distributions],
        proximity=_proximity(record),
        pairs=pairs,
        scores=[name for name in SCORES if any(name in pair["scores"] for pair in pairs)],
        outputs=_outputs_by_source(evaluation.systems) if evaluation else {},
        maxima={name: axis_end(name, evaluation.systems) for name in evaluation.figure_names} if evaluation else {},
        limits=MICROWORLD_LIMITS if record.is_microworld else None,
        bibtex=BIBTEX,
        script=Markup(script),  # of this package, no foreign text
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return write_whole(run / "report.html", html)


def _proximity(run: Run) -> tuple[ProximityCharts, dict[str, Any]] | None:
    """What `impossible proximity --out RUN/proximity` measured, if it did."""
    path = run.folder / PROXIMITY
    if not path.is_file():
        return None
    record = read_json(path)
    try:
        return proximity_charts(record), record
    except (KeyError, TypeError) as error:
        raise CardError(f"{path} lacks or misstates {error}; measure it again with 'impossible proximity'") from error


def _outputs_by_source(systems: tuple[System, ...]) -> dict[str, list[tuple[System, Example]]]:
    """What each system made of the first few sources."""
    outputs: dict[str, list[tuple[System, Example]]] = {}
    for system in systems:
        for example in system.examples:
            outputs.setdefault(example.source, []).append((system, example))
    # Sources that several systems rewrote say more than those of one system alone.
    ranked = sorted(outputs, key=lambda source: -len(outputs[source]))
    return {source: outputs[source] for source in ranked[:_SOURCES]}
