"""The tables of docs/results.md: what is wrong with outputs, and how far systems are from the final student."""

import json

import pytest
from scipy.stats import binom, ttest_rel

from benchmarks.error_kinds import KINDS, output_kind
from benchmarks.results import ceiling, errors, main, output_kinds, rounds, systems
from microworld.oracle import meaning
from scripts.evaluated_systems import CEILING

MATCH = "The Rovers earned a 2-1 victory over the Tigers."
STUDY = "A study found that coffee may raise the risk of stroke."
PROFIT = "Acme's net income climbed 5 percent."
SURGE = "A 5% surge in net income for the January-March period was posted by Acme Industrial."


@pytest.mark.parametrize(
    ("source", "output", "kind"),
    [
        (MATCH, "It was the Rovers who defeated the Tigers 2-1.", "faithful"),
        (MATCH, "The Rovers claimed a 2-1 victory over the Tigers.", "near-copy"),
        (MATCH, "The Rovers claimed a victory over.", "not of the world"),
        (MATCH, "", "not of the world"),
        (MATCH, PROFIT, "another kind of event"),
        (MATCH, "It was the Rovers who beat the Tigers.", "a detail left out"),
        ("It was the Rovers who beat the Tigers.", MATCH, "a detail added"),
        (MATCH, "It was the Rovers who defeated the Bears 2-1.", "a name or date"),
        (MATCH, "It was the Eagles who defeated the Bears 2-1.", "a name or date"),
        (MATCH, "It was the Rovers who defeated the Tigers 3-1.", "a number"),
        (MATCH, "It was the Tigers who defeated the Rovers 2-1.", "roles exchanged"),
        (MATCH, "It was the Tigers who defeated the Rovers 3-1.", "several differences"),
        (MATCH, "It was the Rovers who beat the Bears.", "several differences"),
        (PROFIT, "Acme Industrial posted a 5% drop in profit.", "direction"),
        (PROFIT, "Acme Industrial posted a 5% rise in revenue.", "another word"),
        (PROFIT, "Acme Industrial posted a 5% surge in profit.", "strength"),
        ("Coffee raises the risk of stroke, according to a study.", STUDY, "negation or hedge"),
    ],
)
def test_what_is_wrong_with_a_paraphrase(source, output, kind):
    assert output_kind(source, output, "paraphrase") == kind


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ("Acme's profit climbed.", "faithful"),
        ("Acme Industrial posted a 5% surge in net income for the first quarter.", "entailed, says all"),
        ("Acme Industrial saw its profit soar by 5 percent in the January-March period.", "entailed, says all"),
        ("Acme Industrial saw its net income rise by 5 percent in the January-March period.", "entailed, too long"),
        ("Zenlo's profit climbed.", "a name or date"),  # what it leaves out is no error of a summary
        ("Acme's profit fell.", "direction"),
        ("Acme's profit climbed 6 percent.", "a number"),
        ("Acme's profit climbed on Monday.", "a detail added"),
        ("Acme's profit climbed 5 percent on Monday, on Monday.", "not of the world"),
        (MATCH, "another kind of event"),
    ],
)
def test_what_is_wrong_with_a_summary(output, kind):
    assert meaning(SURGE) is not None
    assert output_kind(SURGE, output, "summary") == kind


def run_of(seed, figures, stopped=False):
    """The part of metrics.json that the tables read: the headline figure by system."""
    systems = [
        {
            "name": name,
            "outputs": "outputs.jsonl",
            "figures": {"faithful_non_copy": {"value": value, "standard_error": 0}},
        }
        for name, value in figures.items()
        if not (stopped and name.endswith("round 2"))
    ]
    return {"seed": seed, "task": "paraphrase", "evaluation": {"systems": systems}}


FIGURES = [(0.5, 0.6, 0.7, 0.8), (0.52, 0.6, 0.74, 0.8), (0.51, 0.63, 0.7, 0.9)]
NAMES = ("student, round 0", "student, self-distilled, round 1", "student, self-distilled, round 2", CEILING)
KINDS_OF_RUNS = [{name: ["faithful"] for name in NAMES}] * 3
RUNS = [run_of(seed, dict(zip(NAMES, values, strict=True))) for seed, values in enumerate(FIGURES)]


def cells(lines, system):
    [line] = [line for line in lines if line.startswith(f"| {system} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_systems_differ_from_the_final_student_by_a_paired_t_test():
    table = systems(RUNS, KINDS_OF_RUNS)
    interval = ttest_rel([values[0] for values in FIGURES], [values[2] for values in FIGURES]).confidence_interval(0.95)
    middle, half = (interval.low + interval.high) / 2, (interval.high - interval.low) / 2
    assert cells(table, NAMES[0])[2] == f"{middle:+.3f} ± {half:.3f}"
    assert cells(table, NAMES[2])[2:4] == ["", ""]  # the final student itself


def test_outputs_are_compared_source_by_source_by_mcnemars_exact_test():
    kinds = {name: ["faithful"] * 9 + ["a number"] for name in NAMES}
    kinds[NAMES[0]] = ["a number"] * 4 + ["faithful"] * 5 + ["near-copy"]  # 4 worse, none better, 6 alike
    table = systems(RUNS, [kinds, kinds, kinds])
    assert cells(table, NAMES[0])[3] == f"{2 * binom.cdf(0, 12, 0.5):.4f}" == "0.0005"
    assert cells(table, NAMES[1])[3] == "1.0000"


def test_a_seed_that_stopped_early_ends_with_an_earlier_round():
    stopped = run_of(1, dict(zip(NAMES, FIGURES[1], strict=True)), stopped=True)
    kinds = {name: ["faithful"] for name in NAMES if name != NAMES[2]}
    table = systems([RUNS[0], stopped], [KINDS_OF_RUNS[0], kinds])
    assert cells(table, NAMES[1])[2].startswith("-0.050 ± ")  # 0.1 behind in one seed, itself in the other
    assert cells(table, NAMES[2])[4] == "0.700 ± 0.000"
    assert [line.split(" |")[0][2:] for line in table[2:]] == list(NAMES)


def test_the_share_of_the_ceiling_is_that_of_each_seed():
    assert "(each seed 0.875, 0.925, 0.778)" in ceiling(RUNS)[0]
    assert ceiling([{**RUNS[0], "evaluation": {"systems": RUNS[0]["evaluation"]["systems"][:3]}}]) == []


def test_every_output_is_counted_once(tmp_path):
    outputs = ["It was the Rovers who defeated the Tigers 2-1.", "It was the Rovers who beat the Tigers.", "Nothing."]
    rows = [{"source": MATCH, "references": [], "output": output} for output in outputs]
    (tmp_path / "outputs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = errors([output_kinds(tmp_path, run) for run in RUNS], "paraphrase")
    found = dict(zip(("outputs", *KINDS["paraphrase"]), cells(table, CEILING)[1:], strict=True))
    shares = {"faithful": "0.333", "a detail left out": "0.333", "not of the world": "0.333", "outputs": "9"}
    assert found == dict.fromkeys(KINDS["paraphrase"], "0.000") | shares


def test_rounds_are_means_over_the_seeds_and_the_dataset_is_that_of_all_but_controls():
    def made(number, origin, pairs, precision):
        audit = {"pairs": pairs, "precision": precision, "standard_error": 0.01, "shuffled_precision": 0.002}
        return {"round": number, "origin": origin, "contexts": 1000, "sentences": 9, "candidates": 99, "audit": audit}

    runs = [
        {"rounds": [made(0, "teacher", 300, 1.0), made(1, "self-distillation", 100, 0.6), made(1, "control", 10, 0.5)]},
        {"rounds": [made(0, "teacher", 100, 0.8), made(1, "self-distillation", 100, 0.6), made(1, "control", 20, 0.5)]},
    ]
    table = rounds(runs)
    assert cells(table, "0, teacher")[1:] == [
        *("1,000", "9", "99", "200", "0.9000 ± 0.1000", "1.0000 ± 0.0100, 0.8000 ± 0.0100", "0.0020")
    ]
    assert cells(table, "1, control")[4] == "15"
    assert cells(table, "the dataset")[4:6] == ["300", "0.8000 ± 0.1000"]  # (300 + 60) / 400 and (80 + 60) / 200


@pytest.mark.parametrize(("text", "word"), [(None, "no metrics.json"), ("{}", "evaluated nothing")])
def test_a_folder_that_is_no_evaluated_run_is_one_clear_line(tmp_path, text, word):
    if text:
        (tmp_path / "metrics.json").write_text(text)
    with pytest.raises(SystemExit, match=f"{tmp_path}: .*{word}"):
        main([str(tmp_path)])
