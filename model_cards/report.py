"""RUN/report.html: a run for the eye, in one file that needs no other."""

from pathlib import Path

from model_cards.dataset_files import dataset_config
from model_cards.records import Example, Figure, System
from model_cards.rendering import render_html, write_whole
from model_cards.run_folder import Run, read_run
from model_cards.vocabulary import BIBTEX, MICROWORLD_LIMITS, figure_words

_SAMPLES = 8
_SOURCES = 6


def write_report(run: Path) -> Path:
    """Writes RUN/report.html: funnel, loss curves, systems side by side, samples.

    Args:
        run: The run folder.

    Returns:
        The path of the report.

    Raises:
        CardError: The run cannot be read, or the report not be written.
    """
    record = read_run(run)
    evaluation = record.metrics.evaluation
    html = render_html(
        "report.html.jinja",
        run=record,
        metrics=record.metrics,
        samples=_samples(record),
        outputs=_outputs_by_source(evaluation.systems) if evaluation else {},
        maxima={name: _axis_end(name, evaluation.systems) for name in evaluation.figure_names} if evaluation else {},
        limits=MICROWORLD_LIMITS if record.is_microworld else None,
        bibtex=BIBTEX,
    )
    return write_whole(run / "report.html", html)


def _samples(run: Run) -> list[dict[str, object]]:
    folder = run.folder / ("dimsum" if run.metrics.task == "summary" else "dimple")
    config = dataset_config(folder, run.metrics.config)
    return config.sample(_SAMPLES) if config else []


def _outputs_by_source(systems: tuple[System, ...]) -> dict[str, list[tuple[System, Example]]]:
    """What each system made of the first few sources."""
    outputs: dict[str, list[tuple[System, Example]]] = {}
    for system in systems:
        for example in system.examples:
            outputs.setdefault(example.source, []).append((system, example))
    # Sources that several systems rewrote say more than those of one system alone.
    ranked = sorted(outputs, key=lambda source: -len(outputs[source]))
    return {source: outputs[source] for source in ranked[:_SOURCES]}


def _axis_end(name: str, systems: tuple[System, ...]) -> float:
    """The value at the right end of a figure's bars: all of it for shares, else just beyond the largest."""
    if figure_words(name).is_share:
        return 1.0
    figures = [system.figures[name] for system in systems if name in system.figures]
    return max((_upper(figure) for figure in figures), default=1.0) * 1.05 or 1.0


def _upper(figure: Figure) -> float:
    return max(figure.value + 1.96 * (figure.standard_error or 0.0), 0.0)
