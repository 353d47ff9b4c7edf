"""Every figure that a card, the report or the summary shows is the run's own: it changes when `metrics.json` does."""

import copy
import json

import pytest

from model_cards.dataset_card import write_dataset_card
from model_cards.model_card import write_model_card
from model_cards.report import write_report
from model_cards.summary import summary_table
from tests.model_cards.conftest import PREFERENCE


@pytest.fixture
def figures(figures):
    figures["dataset"]["preference"] = PREFERENCE
    return figures


def dataset_card(run):
    return write_dataset_card(run, run / "dimple").read_text(encoding="utf-8")


def model_card(run):
    return write_model_card(run, run / "student").read_text(encoding="utf-8")


def report(run):
    return write_report(run).read_text(encoding="utf-8")


def summary(run):
    return summary_table(json.loads((run / "metrics.json").read_text(encoding="utf-8")))


def numbers(value, path=()):
    """The path of every number in a JSON value."""
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(child, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def one_of_each(paths):
    """The first path of every kind: items of a list are written by one loop."""
    kinds = {}
    for path in paths:
        kinds.setdefault(tuple(key for key in path if not isinstance(key, int)), path)
    return list(kinds.values())


def changed(figures, path):
    """The figures with one number moved by more than any rounding hides."""
    figures = copy.deepcopy(figures)
    *way, last = path
    parent = figures
    for key in way:
        parent = parent[key]
    parent[last] = parent[last] + 1000 if isinstance(parent[last], int) else parent[last] * 0.5 + 0.1
    return figures


def has_interval_of_its_own(path):
    """A share's interval comes from the share and its n."""
    names = ("faithful_non_copy", "faithful", "copy", "audit")
    return path[-1] != "standard_error" or path[-2] not in names


def shown_in_dataset_card(path):
    return (
        has_interval_of_its_own(path)
        and path[0] in ("rounds", "dataset", "seed", "timings")
        and path[:2] != ("rounds", 2)
    )


def shown_in_model_card(path):
    if not has_interval_of_its_own(path):
        return False
    counts = path[0] == "rounds" and path[1] < 2 and path[2] in ("candidates", "kept")
    return counts or path[0] in ("evaluation", "seed", "timings")


def shown_in_summary(path):
    if path[0] == "rounds":
        before_pairs = (
            "missing_contexts",
            "repeated_contexts",
            "cut_contexts",
            "dropped_contexts",
            "outputs",
            "refused_outputs",
        )
        return not {"dropped", *before_pairs} & {*path} and path[-1] != "pairs"
    headline = path[0] == "evaluation" and path[-2] in ("faithful_non_copy", "copy", "rouge_l") and path[-1] != "n"
    return headline or path in (("seed",), ("evaluation", "n"))


@pytest.mark.parametrize(
    ("write", "is_shown"),
    [
        (dataset_card, shown_in_dataset_card),
        (model_card, shown_in_model_card),
        (report, lambda path: True),
        (summary, shown_in_summary),
    ],
)
def test_a_number_changed_in_the_metrics_changes_what_is_shown(run, figures, write, is_shown):
    before = write(run)
    unmoved = []
    for path in one_of_each(filter(is_shown, numbers(figures))):
        (run / "metrics.json").write_text(json.dumps(changed(figures, path)), encoding="utf-8")
        if write(run) == before:
            unmoved.append(path)
    assert not unmoved


@pytest.mark.parametrize("write", [dataset_card, model_card, report, summary])
def test_no_number_of_the_metrics_stands_in_a_template(run, figures, write):
    before = write(run)
    marks = [f"{count:,}" for count in (61834, 9530, 1439, 1369)] + ["98.6%", "97.9%", "66.3%", "57.1%", "24.07"]
    marks += ["44.87", "28.65"]
    assert any(mark in before for mark in marks)
    for path in numbers(figures):
        figures = changed(figures, path)
    (run / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
    after = write(run)
    assert not [mark for mark in marks if mark in after]
