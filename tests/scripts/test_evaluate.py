"""`impossible evaluate`: systems side by side."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from huggingface_hub import HfApi
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from metrics.ted.layers import without_leaves
from metrics.ted.tree_distance import tree_edit_distance
from microworld.parser import parse
from tests.scripts.conftest import impossible
from tests.scripts.test_control import led  # noqa: F401  (a fixture)

SCHEMA = json.loads(Path("docs/evaluation.schema.json").read_text(encoding="utf-8"))
STUDENT = "microworld:models/student"
WORLD = ["--benchmark", "microworld.benchmark:news", "--n", "3"]
SOURCES = ["Dell's profit rose.", "It rained in Tokyo."]


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    references = [["Profit rose at Dell.", "Dell made more profit."], ["There was rain in Tokyo."]]
    lines = [json.dumps({"source": s, "references": r}) for s, r in zip(SOURCES, references, strict=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def evaluated(*arguments):
    outcome = impossible("evaluate", *arguments, "--json")
    assert outcome.status == 0, outcome.err
    record = json.loads(outcome.out)
    jsonschema.validate(record, SCHEMA)
    return record


def test_the_copy_of_the_input_is_a_baseline(rows):
    critic = "microworld:models/critic"
    record = evaluated("copy-input", "--data", rows, "--encoder", critic, "--nli", critic)
    [system] = record["systems"]
    assert record["judges"]["bert_score"] == f"{critic}_L5_no-idf"
    figures = {name: figure["value"] for name, figure in system["figures"].items()}
    assert figures.items() >= {"copy": 1.0, "rouge_l": 1.0, "bert_ibleu": 0.0, "entailed_nli": 1.0}.items()
    assert figures["self_bleu"] == pytest.approx(100)
    assert figures["ibleu"] == pytest.approx(0.7 * figures["bleu"] - 30)  # paper, Table 2


def test_outputs_of_elsewhere_are_held_against_the_copy(rows, tmp_path):
    (tmp_path / "lines.txt").write_text("Profit rose at Dell.\nThere was rain in Tokyo.\n", encoding="utf-8")
    jsonl = [json.dumps({"source": s, "output": o}) for s, o in zip(SOURCES[::-1], ["b", "a"], strict=True)]
    (tmp_path / "own.jsonl").write_text("\n".join(jsonl), encoding="utf-8")
    lines = f"outputs:{tmp_path}/lines.txt"
    record = evaluated(lines, "--against", "copy-input", "--against", f"outputs:{tmp_path}/own.jsonl", "--data", rows)
    perfect, copy, own = record["systems"]
    assert perfect["figures"]["rouge_l_reference"]["value"] == 1.0
    assert [example["output"] for example in own["examples"]] == ["a", "b"]
    [gap, _] = record["differences"]
    assert (gap["system"], gap["against"]) == (lines, "copy-input")
    expected = perfect["figures"]["ibleu"]["value"] - copy["figures"]["ibleu"]["value"]
    assert gap["figures"]["ibleu"]["value"] == pytest.approx(expected)
    assert 0 < gap["figures"]["ibleu"]["p"] <= 1


def test_outputs_that_do_not_fit_the_rows_are_named(rows, tmp_path):
    (tmp_path / "one.txt").write_text("a\n", encoding="utf-8")
    outcome = impossible("evaluate", f"outputs:{tmp_path}/one.txt", "--data", rows)
    assert (outcome.status, "has 1 lines for 2 rows" in outcome.err) == (1, True)
    (tmp_path / "one.jsonl").write_text('{"source": "Dell\'s profit rose.", "output": "b"}\n', encoding="utf-8")
    outcome = impossible("evaluate", f"outputs:{tmp_path}/one.jsonl", "--data", rows)
    assert (outcome.status, "has no output for 'It rained in Tokyo.'" in outcome.err) == (1, True)


def test_a_source_that_stands_twice_keeps_both_of_its_outputs(tmp_path):
    rows = [{"source": "Dell rose.", "reference": text} for text in ("It rose.", "Dell was up.")]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    outputs = [{"source": row["source"], "output": row["reference"]} for row in rows]
    own = tmp_path / "own.jsonl"
    own.write_text("\n".join(map(json.dumps, outputs)), encoding="utf-8")
    [system] = evaluated(f"outputs:{own}", "--data", tmp_path / "rows.jsonl")["systems"]
    assert system["figures"]["rouge_l_reference"]["value"] == 1.0
    own.write_text(
        "\n".join(map(json.dumps, [outputs[1], {"source": "a", "output": "b"}, outputs[0]])), encoding="utf-8"
    )
    outcome = impossible("evaluate", f"outputs:{own}", "--data", tmp_path / "rows.jsonl")
    assert (outcome.status, "several outputs for 'Dell rose.'" in outcome.err) == (1, True)


def test_empty_outputs_are_counted(rows, tmp_path):
    (tmp_path / "lines.txt").write_text("Profit rose.\n\n", encoding="utf-8")
    outcome = impossible("evaluate", f"outputs:{tmp_path}/lines.txt", "--data", rows)
    assert "left 1 of 2 outputs empty" in " ".join(outcome.out.split())


def test_the_first_rows_alone_are_called_so(rows):
    lines = rows.read_text(encoding="utf-8") + '\n{"source": "The last one."}\n'
    rows.write_text(lines, encoding="utf-8")
    outcome = impossible("evaluate", "copy-input", "--data", rows, "--n", 2)
    assert outcome.out.startswith(f"{rows}, the first 2 ")
    whole = impossible("evaluate", "copy-input", "--data", rows)
    assert whole.out.startswith(f"{rows}, n = 3 ")
    assert "BLEU (n = 2)" in whole.out


def test_a_system_is_not_held_against_itself(rows):
    outcome = impossible("evaluate", "copy-input", "--against", "copy-input", "--data", rows)
    assert (outcome.status, "named twice" in outcome.err) == (2, True)


def test_a_table_without_outputs_is_named(rows):
    outcome = impossible("evaluate", f"outputs:{rows}", "--data", rows)
    assert (outcome.status, "has no column 'output'; it has source, references" in outcome.err) == (2, True)


def test_the_outputs_that_are_written_can_be_scored_again(rows, tmp_path):
    first = evaluated(STUDENT, "--data", rows, "--outputs", tmp_path / "student.jsonl")
    written = [json.loads(line) for line in (tmp_path / "student.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["source"] for row in written] == SOURCES
    assert written[0]["references"] == ["Profit rose at Dell.", "Dell made more profit."]
    again = evaluated(f"outputs:{tmp_path}/student.jsonl", "--data", rows)
    assert again["systems"][0]["figures"] == first["systems"][0]["figures"]


def test_the_teacher_of_a_recipe_is_prompted():
    plain, asked = (
        evaluated("teacher:microworld-demo", *WORLD, *prompt)["systems"][0]["examples"]
        for prompt in (["--prompt", "{source}"], ["--prompt", "Prices rose. {source}"])
    )
    assert all(example["output"] for example in plain)
    assert plain != asked


def test_tables_of_the_paper_stand_beside_on_request(rows):
    outcome = impossible("evaluate", "copy-input", "--benchmark", "quora", "--data", rows, "--paper")
    assert outcome.status == 0, outcome.err
    lines = [line.split() for line in outcome.out.splitlines()]
    assert ["Impossible-T5", "16.4", "27.22"] in lines
    assert not outcome.complaints
    assert outcome.out.startswith(f"quora: {rows}, n = 2 ")
    record = evaluated("copy-input", "--benchmark", "quora", "--data", rows, "--paper")
    assert record["paper"][-1] == {"name": "Impossible-T5", "figures": {"ibleu": 16.4, "bleu": 27.22}}


def test_the_front_matter_of_a_card(rows):
    outcome = impossible("evaluate", "copy-input", "--data", rows, "--model-index")
    [model] = yaml.safe_load(outcome.out)["model-index"]
    metrics = {metric["type"]: metric for [result] in [model["results"]] for metric in result["metrics"]}
    assert metrics["copy"]["value"] == metrics["rouge_l"]["value"] == 100.0
    assert metrics["rouge_l"]["name"] == "ROUGE-L to source"
    assert metrics["copy"]["args"]["n"] == 2
    assert str(rows.parent) not in outcome.out
    assert metrics["ibleu"]["args"]["low"] <= metrics["ibleu"]["value"] <= metrics["ibleu"]["args"]["high"]


def test_an_earlier_release_is_a_baseline(hub, tmp_path, rows):
    hub_id = "alice/student"
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained("microworld/models/student"), None
    tokenizer = AutoTokenizer.from_pretrained("microworld/models/student")
    model.push_to_hub(hub_id)
    tokenizer.push_to_hub(hub_id)
    HfApi().create_tag(hub_id, tag="v0.1.0")
    model.lm_head.weight.data.zero_()
    model.push_to_hub(hub_id)
    record = evaluated(hub_id, "--against", f"{hub_id}@v0.1.0", "--against", STUDENT, "--data", rows)
    now, before, same = (system["examples"] for system in record["systems"])
    assert before == same != now
    outcome = impossible("evaluate", f"{hub_id}@v9", "--data", rows)
    assert outcome.status == 1
    assert "v9" in outcome.err
    assert "\n" not in outcome.err.strip()


def test_a_led_student_reads_the_exemplars(led):  # noqa: F811
    record = evaluated(f"{led}/student", *WORLD, "--parser", "microworld.parser:parse")
    metrics = json.loads((led / "metrics.json").read_text(encoding="utf-8"))
    systems = {system["name"]: system for system in metrics["evaluation"]["systems"]}
    of_the_run = systems["student, led by exemplars"]["examples"][:3]
    assert [e["output"] for e in record["systems"][0]["examples"]] == [e["output"] for e in of_the_run]
    distances = [
        tree_edit_distance(without_leaves(parse(example["output"])), without_leaves(parse(example["asked"])))
        for example in of_the_run
    ]
    assert record["systems"][0]["figures"]["conformity"]["value"] == pytest.approx(sum(distances) / 3)


def test_an_exemplar_may_be_a_parse_or_begin_with_a_bracket(led, tmp_path):  # noqa: F811
    def figures(*exemplars):
        rows = [{"source": s, "exemplar": e} for s, e in zip(SOURCES, exemplars, strict=True)]
        (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        parser = ("--parser", "microworld.parser:parse")
        return evaluated(f"{led}/student", "--data", tmp_path / "rows.jsonl", *parser)["systems"][0]["figures"]

    sentences = ("It was Acme that won.", "(Reuters) Acme won.")
    assert figures(*sentences) == figures(*map(parse, sentences))
