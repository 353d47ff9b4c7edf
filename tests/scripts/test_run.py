import json
import re
from pathlib import Path

import datasets
import jsonschema
import pytest
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

from builders.sentences import REFUSALS
from scripts.paraphrases import load_paraphraser
from tests.scripts.conftest import files_below, impossible, overrides


def without_timings(path):
    metrics = json.loads(path.read_text(encoding="utf-8"))
    assert metrics.pop("timings")
    return metrics


def test_the_figures_are_what_the_schema_says(finished):
    schema = json.loads(Path("docs/metrics.schema.json").read_text(encoding="utf-8"))
    metrics = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))
    jsonschema.validate(metrics, schema)
    [figure, *_] = metrics["evaluation"]["systems"][-1]["figures"].values()
    assert figure["low"] <= figure["value"] <= figure["high"]


def test_a_run_leaves_what_its_folder_promises(finished):
    assert {path.name for path in finished.iterdir()} == {
        *("recipe.yaml", "samples", "pairs", "students", "dimple", "student", "metrics.json", "report.html"),
        *("figures", "cache", "evaluation", "timings.json"),
    }
    assert {path.name for path in (finished / "pairs").iterdir()} == {"round-0", "round-1"}
    for student in ("round-0", "round-1", "control-more-training"):
        assert (finished / "students" / student / "training.json").is_file()
    assert (finished / "dimple" / "README.md").read_text(encoding="utf-8").startswith("---\n")
    assert (finished / "student" / "README.md").read_text(encoding="utf-8").startswith("---\n")
    assert not list(finished.rglob("*.partial"))


def test_metrics_count_the_sentences_that_were_sampled_apart_from_those_used(finished):
    metrics = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))
    counts = [(made["contexts"], made["sampled"]) for made in metrics["rounds"]]
    assert counts == [(16, 16 * 4), (16, 16 * 2)]  # k is 4, and 2 for a student that takes one sentence a context
    for made in metrics["rounds"]:
        assert made["sentences"] <= made["sampled"] - sum(row["count"] for row in made["refused"])
        names = ("missing_contexts", "repeated_contexts", "cut_contexts", "dropped_contexts")
        assert [made[name] for name in names] == [0, 0, 0, 0]


def test_metrics_count_what_the_student_wrote_and_what_of_it_did_not_qualify(finished):
    teacher, student = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))["rounds"]
    assert (teacher["outputs"], teacher["refused_outputs"]) == (None, [])
    assert student["outputs"] % student["sentences"] == 0
    refused = {row["reason"]: row["count"] for row in student["refused_outputs"]}
    assert tuple(refused) == REFUSALS
    assert student["candidates"] <= student["outputs"] - sum(refused.values())


def test_metrics_say_what_the_release_is_made_of(finished):
    metrics = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))
    assert [model["role"] for model in metrics["models"]] == ["teacher", "critic", "student base"]
    assert all(len(model["sha256"]) == 64 and "commit" not in model for model in metrics["models"])
    assert len(metrics["builders_code"]) == 16
    dataset = metrics["dataset"]
    assert dataset["parser"] == "microworld.parser:parse"
    assert dataset["statistics"].keys() >= {"h2", "h3", "jaccard", "ted_3", "ted_f"}
    assert {figure["n"] for figure in dataset["statistics"].values()} == {sum(dataset["splits"].values())}
    assert dataset["statistics"]["ted_f"]["value"] >= dataset["statistics"]["ted_3"]["value"] > 0
    assert json.loads((finished / "evaluation/dataset.json").read_text(encoding="utf-8"))["parser"] == dataset["parser"]


def test_metrics_name_the_split_of_the_benchmark(run, tiny):
    development = overrides({"evaluation.split": "development", "self_distillation": "null", "controls": "[]"})
    assert impossible("demo", "--out", run, *tiny, *development).status == 0
    evaluation = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["evaluation"]
    assert (evaluation["benchmark"], evaluation["split"]) == ("microworld.benchmark:news", "development")


def test_the_dataset_loads_with_plain_datasets(finished, tmp_path):
    splits = datasets.load_dataset(str(finished / "dimple"), "microworld_news", cache_dir=str(tmp_path))
    rows = [row for split in splits.values() for row in split]
    metrics = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))
    assert {name: len(split) for name, split in splits.items()} == {
        name: size for name, size in metrics["dataset"]["splits"].items() if size
    }
    assert {row["round"] for row in rows} == {0, 1}
    assert all(row["entailment_forward"] >= 0.03 and row["tree_edit_distance"] >= 1 for row in rows)


def test_the_preference_rows_load_beside_the_pairs(finished, tmp_path):
    folder, place = str(finished / "dimple"), str(tmp_path)
    preferences = datasets.load_dataset(folder, "microworld_news-preference", cache_dir=place)
    pairs = datasets.load_dataset(folder, "microworld_news", cache_dir=place)
    counted = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))["dataset"]["preference"]
    assert {name: len(rows) for name, rows in preferences.items()} == {
        name: size for name, size in counted["splits"].items() if size
    }
    for split, rows in preferences.items():
        released = {(row["source"], row["target"]) for row in pairs[split]}
        assert {(row["prompt"], row["chosen"]) for row in rows} <= released
        assert all(row["rejected"] != row["chosen"] for row in rows)
        assert {row["rejected_by"] for row in rows} <= counted["rejected_by"].keys()
    assert sum(counted["rejected_by"].values()) == sum(counted["splits"].values())


def test_near_duplicates_are_dropped_where_the_recipe_says_so(run, tiny):
    before = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["dataset"]
    assert before["dropped_near_duplicates"] is None
    short = overrides(
        {"self_distillation": "null", "evaluation": "null", "controls": "[]", "deduplication": "{threshold: 0.3}"}
    )
    outcome = impossible("demo", "--out", run, *tiny, *short)
    assert outcome.status == 0, outcome.err
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    dataset, kept = metrics["dataset"], metrics["rounds"][0]["kept"]
    assert dataset["dropped_near_duplicates"] > 0
    dropped = sum(dataset[f"dropped_{name}"] for name in ("duplicates", "near_duplicates", "leaks"))
    assert sum(dataset["splits"].values()) == kept - dropped
    assert "almost word for word" in (run / "dimple/README.md").read_text(encoding="utf-8")
    assert (run / "deduplication/round-0/stage.json").is_file()
    assert "deduplication round-0" in metrics["timings"]


def test_the_student_loads_with_plain_transformers(finished):
    model = AutoModelForSeq2SeqLM.from_pretrained(str(finished / "student"))
    tokenizer = AutoTokenizer.from_pretrained(str(finished / "student"))
    inputs = tokenizer("Dell said profit rose 5 percent on Monday.", return_tensors="pt")
    assert tokenizer.decode(model.generate(**inputs)[0], skip_special_tokens=True)


def test_the_student_answers_by_the_pipeline_that_comes_with_it(finished):
    paraphrase = pipeline("paraphrase", model=str(finished / "student"), trust_remote_code=True)
    sentence = "Acme's profit rose."
    assert paraphrase(sentence) == load_paraphraser(str(finished / "student")).paraphrase(sentence)


def test_the_same_command_finds_everything_done(run, tiny):
    parquet, metrics = files_below(run, "*.parquet"), without_timings(run / "metrics.json")
    written = {path: path.stat().st_mtime_ns for path in (run / "students").rglob("*")}
    outcome = impossible("demo", "--out", run, *tiny)
    assert (outcome.status, outcome.err) == (0, "")
    assert files_below(run, "*.parquet") == parquet
    assert without_timings(run / "metrics.json") == metrics
    assert {path: path.stat().st_mtime_ns for path in written} == written


@pytest.mark.parametrize(
    ("settings", "stages"),
    [
        ({"workers": 2}, set()),
        ({"student.self_training.max_steps": 5}, {"train round-1", "train control-more-training"}),
        ({"controls": "[]", "self_distillation": "null", "evaluation": "null"}, set()),
        pytest.param(
            {"self_distillation.candidates": 8, "controls": "[]", "evaluation": "null"},
            {"self-distillation, round 1", "train round-1"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_changed_setting_redoes_what_depends_on_it(run, tiny, settings, stages):
    outcome = impossible("demo", "--out", run, *tiny, *overrides(settings))
    assert outcome.status == 0, outcome.err
    assert outcome.stages == stages


def test_a_run_speaks_of_no_stage_that_its_recipe_no_longer_has(run, tiny):
    outcome = impossible("demo", "--out", run, *tiny, *overrides({"self_distillation": "null", "controls": "[]"}))
    assert outcome.status == 0, outcome.err
    assert (run / "students" / "control-more-training").is_dir()
    for page in ("metrics.json", "report.html", "dimple/README.md", "student/README.md"):
        text = (run / page).read_text(encoding="utf-8")
        assert "round-0" in text or "round 0" in text
        assert not re.search("round[- ]1|control-more-training|student, self-distilled", text), page


def test_the_control_of_ordinary_pairs_counts_its_own_samples(run, tiny):
    outcome = impossible("demo", "--out", run, *tiny, *overrides({"controls": "[fresh_pairs]"}))
    assert outcome.status == 0, outcome.err
    [*_, control] = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["rounds"]
    assert (control["origin"], control["contexts"], control["sampled"]) == ("control", 16, 16 * 4)


def test_baselines_are_evaluated_beside_the_teacher_and_change_no_other_record(run, tiny):
    written = {path: path.stat().st_mtime_ns for path in (run / "evaluation").iterdir()}
    outcome = impossible("demo", "--out", run, *tiny, *overrides({"evaluation.baselines": "[copy, base]"}))
    assert (outcome.status, outcome.complaints) == (0, []), outcome.err
    assert {path: path.stat().st_mtime_ns for path in written} == written
    systems = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["evaluation"]["systems"]
    named = [(system["name"], system["path"], system["outputs"]) for system in systems]
    assert named[:4] == [
        ("plain teacher", None, "evaluation/teacher.jsonl"),
        ("copy of the source", None, "evaluation/copy.jsonl"),
        ("untrained base", None, "evaluation/base.jsonl"),
        ("student, round 0", "students/round-0", "evaluation/round-0.jsonl"),
    ]
    figures = {name: figure["value"] for name, figure in systems[1]["figures"].items()}
    copied = {"faithful": 1.0, "faithful_non_copy": 0.0, "copy": 1.0, "rouge_l": 1.0, "tree_edit_distance": 0.0}
    assert {name: figures[name] for name in copied} == copied
    base = load_paraphraser("microworld:models/student")
    assert all(base.paraphrase(each["source"]) == [each["output"]] for each in systems[2]["examples"])
    assert "copy of the source: the source as it stands" in (run / "student/README.md").read_text(encoding="utf-8")


def test_every_output_is_kept_and_scores_as_it_did(finished):
    systems = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))["evaluation"]["systems"]
    for system in systems:
        rows = [json.loads(line) for line in (finished / system["outputs"]).read_text(encoding="utf-8").splitlines()]
        assert [(row["source"], row["output"]) for row in rows] == [
            (example["source"], example["output"]) for example in system["examples"]
        ]
        assert all(row["references"] for row in rows)
    place = f"outputs:{finished / systems[-1]['outputs']}"
    options = ("--benchmark", "microworld.benchmark:news", "--n", 4, "--oracle", "microworld.oracle", "--json")
    [again] = json.loads(impossible("evaluate", place, *options).out)["systems"]
    values = {name: systems[-1]["figures"][name]["value"] for name in again["figures"]}
    assert {name: figure["value"] for name, figure in again["figures"].items()} == pytest.approx(values)


def test_a_system_whose_outputs_are_missing_is_evaluated_again(run, tiny):
    lost, other = run / "evaluation/round-1.jsonl", run / "evaluation/round-0.json"
    before, untouched = lost.read_bytes(), other.stat().st_mtime_ns
    lost.unlink()
    outcome = impossible("demo", "--out", run, *tiny)
    assert (outcome.status, outcome.stages) == (0, set()), outcome.err
    assert (lost.read_bytes(), other.stat().st_mtime_ns) == (before, untouched)


def test_an_edited_parser_has_every_student_evaluated_again(run, tiny, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "run_parser.py").write_text("from microworld.parser import parse\n")
    settings = overrides({"evaluation.parser": "run_parser:parse", "evaluation.oracle": "null"})
    records = []
    for comment in ("", "", "# edited\n"):
        with (tmp_path / "run_parser.py").open("a") as code:
            code.write(comment)
        outcome = impossible("demo", "--out", run, *tiny, *settings)
        assert (outcome.status, outcome.stages) == (0, set())
        students = [path for path in (run / "evaluation").iterdir() if path.stem != "dataset"]  # of the critic's parser
        records.append({path: path.stat().st_mtime_ns for path in students})
    assert records[0] == records[1]
    assert all(records[2][path] > written for path, written in records[1].items())


def test_the_terminal_gets_the_table_and_json_the_metrics(run, tiny):
    table = impossible("demo", "--out", run, *tiny)
    assert "kept by the critics" in table.out
    assert "student, self-distilled" in table.out
    assert str(run / "report.html") in table.out
    printed = impossible("demo", "--out", run, *tiny, "--json")
    assert json.loads(printed.out) == json.loads((run / "metrics.json").read_text(encoding="utf-8"))


def test_a_run_goes_on_from_its_resolved_recipe(run):
    outcome = impossible("run", run / "recipe.yaml", "--out", run)
    assert (outcome.status, outcome.stages) == (0, set())
