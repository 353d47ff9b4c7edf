"""The commands that run a part of a recipe."""

import json
import shutil

import datasets
import pytest
from transformers import AutoModelForSeq2SeqLM

from tests.scripts.conftest import TINY, files_below, impossible, overrides

FEW = overrides({**TINY, "sampling.contexts": 6, "sampling.contexts_per_shard": 2, "sampling.k": 2})
CRITICS = ["--set", "critics=[{rouge_l: {max: 0.95}}]"]
DOCUMENT = (
    "SEATTLE (AP) -- Boeing posted a profit of $5 million on Monday.",
    "TOKYO (AP) -- Heavy rain hit the city on Friday. Two people died.",
)


def sample(out, *options, command="sample"):
    outcome = impossible(command, "microworld-demo", "--out", out, *FEW, *CRITICS, *options)
    assert outcome.status == 0, outcome.err
    return outcome


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    """A folder of samples that were made in one go."""
    out = tmp_path_factory.mktemp("sampled") / "run"
    sample(out)
    return out


def test_shards_made_apart_are_those_made_in_one_go(sampled, tmp_path):
    part = ("--num-shards", 2, "--shard-index")
    second = sample(tmp_path / "run", *part, 1)
    assert "2 of 3 shards are still missing" in second.out
    first = sample(tmp_path / "run", *part, 0, "--json")
    assert json.loads(first.out)["missing_shards"] == 0
    assert files_below(tmp_path / "run" / "samples") == files_below(sampled / "samples")


def test_pairs_built_apart_are_those_built_in_one_go(sampled, tmp_path):
    runs = [shutil.copytree(sampled, tmp_path / name) for name in ("whole", "parts")]
    sample(runs[0], command="build")
    for index in (1, 0):
        sample(runs[1], "--num-shards", 2, "--shard-index", index, command="build")
    tables = [files_below(run / "pairs" / "round-0", "*.parquet") for run in runs]
    assert len(tables[0]) == 6  # pairs, and their preference rows
    assert tables[0] == tables[1]


def test_sample_says_what_it_made(sampled):
    again = sample(sampled)
    assert not again.stages
    lines = dict(line.rsplit(maxsplit=1) for line in again.out.splitlines()[:-1])
    assert (lines["contexts"], lines["sampled"]) == ("6", "12")
    [place] = [line for line in again.out.splitlines() if line.startswith("load_dataset")]
    rows = datasets.load_dataset("parquet", data_files=place.split("'")[3], cache_dir=str(sampled / "hf"))["train"]
    assert len(rows) == 6
    assert set(rows.column_names) >= {"context", "sentences", "teacher"}


def test_sample_says_what_did_not_qualify(tmp_path):
    domain = "sampling.domain={name: microworld_news, sentences: {max_characters: 60}}"
    record = json.loads(sample(tmp_path / "run", "--set", domain, "--json").out)
    assert record["refused:too_long"] > 0
    printed = sample(tmp_path / "run", "--set", domain).out
    lines = dict(line.strip().rsplit(maxsplit=1) for line in printed.splitlines()[:-1])
    assert lines["refused: too long"] == str(record["refused:too_long"])
    assert "web address" not in printed  # there was none


def test_another_seed_gives_other_samples(sampled, tmp_path):
    sample(tmp_path / "run", "--seed", 1)
    contexts = [
        {row["context"] for row in datasets.Dataset.from_parquet(str(path), cache_dir=str(tmp_path / "hf"))}
        for path in (
            sampled / "samples/round-0/shard-00000-of-00003.parquet",
            tmp_path / "run/samples/round-0/shard-00000-of-00003.parquet",
        )
    ]
    assert not contexts[0] & contexts[1]


@pytest.mark.parametrize("suffix", ["txt", "jsonl"])
def test_human_contexts(tmp_path, suffix):
    lines = DOCUMENT if suffix == "txt" else [json.dumps({"context": text}) for text in DOCUMENT]
    path = tmp_path / f"contexts.{suffix}"
    path.write_text("\n".join(lines), encoding="utf-8")
    sample(tmp_path / "run", "--contexts", path)
    rows = datasets.load_dataset("parquet", data_files=f"{tmp_path}/run/samples/*/*.parquet", cache_dir=str(tmp_path))
    assert tuple(rows["train"]["context"]) == DOCUMENT


def test_contexts_cut_from_a_dataset_of_the_hub(hub, tmp_path):
    passages = [
        f"TOKYO (AP) -- Heavy rain hit {n} cities on Friday. Two people died. Trains stopped." for n in range(8)
    ]
    datasets.Dataset.from_dict({"document": passages}).push_to_hub("alice/articles")
    outcome = sample(tmp_path / "run", "--contexts", "alice/articles:document", "--set", "sampling.every_prefix=true")
    assert "contexts of alice/articles: 6 from 3 rows" in outcome.err
    rows = datasets.load_dataset("parquet", data_files=f"{tmp_path}/run/samples/*/*.parquet", cache_dir=str(tmp_path))
    contexts = rows["train"]["context"]
    assert [context.count(".") for context in contexts] == [1, 2] * 3
    assert all(passages[number // 2].startswith(context) for number, context in enumerate(contexts))
    hub.stop()
    again = sample(tmp_path / "run", "--contexts", "alice/articles:document", "--set", "sampling.every_prefix=true")
    assert (again.stages, again.complaints) == (set(), [])
    made = json.loads((tmp_path / "run/samples/round-0/stage.json").read_bytes())["description"]["corpus"]["identity"]
    assert len(made["commit"]) == 40


def test_build_says_what_the_critics_kept_and_where(run, tiny):
    shutil.rmtree(run / "pairs")
    outcome = impossible("build", "microworld-demo", "--out", run, *tiny)
    assert outcome.stages == {"pairs, round 0"}
    assert "dropped by entailment forward" in outcome.out
    assert f"data_files='{run}/pairs/round-0/*.parquet'" in outcome.out
    record = json.loads(impossible("build", "microworld-demo", "--out", run, *tiny, "--json").out)
    assert sum(record["splits"].values()) == record["kept"] - record["dropped_duplicates"] - record["dropped_leaks"]


def test_train_and_self_distill_stop_at_their_student(run, tiny):
    train = impossible("train", "microworld-demo", "--out", run, *tiny)
    assert (train.status, train.stages) == (0, set())
    assert "students/round-0: full fine-tuning on" in train.out
    shutil.rmtree(run / "students" / "round-1")
    shutil.rmtree(run / "student")
    distill = impossible("self-distill", "microworld-demo", "--out", run, *tiny, "--json")
    assert (distill.status, distill.stages) == (0, {"train round-1"})
    record = json.loads(distill.out)
    assert record["folder"] == str(run / "students" / "round-1")
    assert record["steps"] == 4
    assert not (run / "student").exists()


def lora_run(run, tiny, **settings):
    lora = dict.fromkeys(("student.training.lora", "student.self_training.lora"), "{rank: 2}")
    outcome = impossible("demo", "--out", run, *tiny, *overrides({**lora, "controls": "[]", **settings}))
    assert outcome.status == 0, outcome.err
    assert (run / "student" / "adapter_model.safetensors").stat().st_size < 200_000
    assert "library_name: peft" in (run / "student" / "README.md").read_text(encoding="utf-8")
    assert AutoModelForSeq2SeqLM.from_pretrained(str(run / "student"))
    assert impossible("paraphrase", run / "student", "Profit rose.").err == ""
    return outcome


def test_a_lora_student(run, tiny):
    outcome = lora_run(run, tiny, self_distillation="null", evaluation="null")
    assert outcome.stages == {"train round-0"}


@pytest.mark.slow
def test_a_lora_student_of_two_rounds(run, tiny):
    hot = {"self_distillation.temperature": 1.5}  # four updates of an adapter leave the base a copyist
    outcome = lora_run(run, tiny, **hot)
    assert outcome.stages == {"train round-0", "self-distillation, round 1", "train round-1"}


def test_the_summary_recipe(critic, tmp_path):
    critics = (
        f"[{{compression: {{max: 0.95}}}}, {{semantic_equivalence: {{model: '{critic}', min_entailment: 0.03, "
        "direction: forward}}, {diversity: {tau_entail: 0.9, pairs_per_component: 8}}]"
    )
    settings = {name: value for name, value in TINY.items() if not name.startswith("self_distillation")}
    few = overrides({**settings, "critics": critics, "controls": "[]", "self_distillation": "null"})
    outcome = impossible("run", "microworld-news-summary", "--out", tmp_path, *few)
    assert outcome.status == 0, outcome.err
    rows = datasets.load_dataset(str(tmp_path / "dimsum"), "microworld_news", cache_dir=str(tmp_path / "hf"))["train"]
    assert len(rows) > 0
    assert all(len(row["target"].split()) < 0.95 * len(row["source"].split()) for row in rows)
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert [drop["reason"] for drop in metrics["rounds"][0]["dropped"]] == [
        "compression",
        "entailment_forward",
        "diversity",
    ]
    *_, student = metrics["evaluation"]["systems"]
    assert student["figures"].keys() >= {"faithful_summary", "entailed", "compression", "copy"}
    assert "pipeline_tag: summarization" in (tmp_path / "student" / "README.md").read_text(encoding="utf-8")
    assert not (tmp_path / "dimple").exists()


def test_a_mistyped_corpus_leaves_the_recipe_of_a_run_as_it_was(tmp_path):
    (tmp_path / "a.txt").write_text("".join(f"{line}\n" for line in DOCUMENT))
    sample(tmp_path / "run", "--contexts", tmp_path / "a.txt")
    before = files_below(tmp_path / "run")
    for mistyped in (tmp_path / "b.txt", f"{tmp_path / 'a.txt'}:body"):
        outcome = impossible(
            "sample", "microworld-demo", "--out", tmp_path / "run", *FEW, *CRITICS, "--contexts", mistyped
        )
        assert outcome.status in (1, 2)
        assert files_below(tmp_path / "run") == before
