"""Pushing to a Hub on this machine, by the command that a user types."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import get_dataset_config_names, load_dataset
from huggingface_hub import HfApi, ModelCard
from peft import AutoPeftModelForSeq2SeqLM, LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

from model_cards.release import publishing
from tests.builders import tiny_models
from tests.conftest import ALICE
from tests.model_cards.conftest import add_preferences
from tests.scripts.conftest import impossible

DATASET = ("dataset", "alice/dimple")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(publishing.time, "sleep", lambda seconds: None)  # the clients wait by the same function


@pytest.fixture
def push(run):
    def pushed(kind: str, to: str, *options: str, source=run):
        outcome = impossible("push", kind, source, "--to", to, *options)
        assert ALICE not in outcome.out + outcome.err
        return outcome

    return pushed


def test_a_dataset_is_one_tagged_commit_that_loads(hub, push):
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 0, outcome.err
    repository = hub.repo(*DATASET)
    assert repository.titles == ["Release v0.1.0: microworld_news, 31 pairs"]
    assert repository.tags == {"v0.1.0": repository.branches["main"]}
    assert "31 rows loaded" in outcome.out
    assert load_dataset("alice/dimple", "microworld_news", split="train").num_rows > 0


def test_a_second_push_changes_nothing(hub, push):
    push("dataset", "alice/dimple")
    before = hub.repo(*DATASET).branches["main"]
    outcome = push("dataset", "alice/dimple")
    assert "nothing to change" in outcome.out
    assert hub.repo(*DATASET).branches == {"main": before}
    assert len(hub.repo(*DATASET).tags) == 1


def test_a_dry_run_shows_what_would_change_and_changes_nothing(hub, push):
    outcome = push("dataset", "alice/dimple", "--dry-run")
    assert outcome.status == 0, outcome.err
    assert "+ microworld_news/train-00000-of-00001.parquet" in outcome.out
    assert "one commit would make this, tagged v0.1.0" in outcome.out
    assert not hub.repositories
    assert not hub.count("POST", ".")


def test_a_changed_run_is_a_further_release_and_stale_files_go(hub, push, run):
    push("dataset", "alice/dimple")
    repository = hub.repo(*DATASET)
    repository.commit(
        "main", "an old shard", {"microworld_news/train-00001-of-00002.parquet": repository.store(b"old")}
    )
    repository.edit("notes.txt", "mine")
    outcome = push("dataset", "alice/dimple")
    assert "- microworld_news/train-00001-of-00002.parquet" in outcome.out
    assert repository.titles[-1].startswith("Release v0.1.0.post1: ")
    assert repository.tags["v0.1.0.post1"] == repository.branches["main"]
    assert repository.files()["notes.txt"] == b"mine"


def test_another_config_joins_and_the_first_stays_the_default(hub, push, run, tmp_path):
    push("dataset", "alice/dimple")
    other = shutil.copytree(run, tmp_path / "other")
    (other / "dimple/microworld_news").rename(other / "dimple/microworld_biomedical")
    metrics = json.loads((other / "metrics.json").read_text())
    metrics["domain"] = metrics["dataset"]["config"] = "microworld_biomedical"
    (other / "metrics.json").write_text(json.dumps(metrics))
    assert push("dataset", "alice/dimple", source=other).status == 0
    assert push("dataset", "alice/dimple", source=run).status == 0
    assert get_dataset_config_names("alice/dimple") == ["microworld_news", "microworld_biomedical"]
    assert load_dataset("alice/dimple", split="train").config_name == "microworld_news"
    assert load_dataset("alice/dimple", "microworld_biomedical", split="train").num_rows > 0


def test_preference_rows_go_along_and_load_back(hub, push, preference_run):
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 0, outcome.err
    assert hub.repo(*DATASET).titles == [
        "Release v0.1.0: microworld_news, 31 pairs, 16 rows of microworld_news-preference"
    ]
    assert "47 rows loaded" in outcome.out
    assert get_dataset_config_names("alice/dimple") == ["microworld_news", "microworld_news-preference"]
    assert load_dataset("alice/dimple", split="train").config_name == "microworld_news"
    here = load_dataset(str(preference_run / "dimple/microworld_news-preference"))
    there = load_dataset("alice/dimple", "microworld_news-preference")
    assert {split: rows.to_list() for split, rows in there.items()} == {
        split: rows.to_list() for split, rows in here.items()
    }
    assert "nothing to change" in push("dataset", "alice/dimple").out


def test_preference_rows_join_a_dataset_that_had_none_and_their_stale_files_go(hub, push, run):
    push("dataset", "alice/dimple")
    repository = hub.repo(*DATASET)
    stale = "microworld_news-preference/train-00001-of-00002.parquet"
    repository.commit("main", "an old shard", {stale: repository.store(b"old")})
    add_preferences(run)
    assert push("dataset", "alice/dimple").status == 0
    assert stale not in repository.files()
    assert load_dataset("alice/dimple", "microworld_news-preference", split="test").num_rows == 1


def test_a_preference_row_that_comes_back_otherwise_is_noticed(hub, push, preference_run):
    path = preference_run / "dimple/microworld_news-preference/train-00000-of-00001.parquet"

    def change():
        rows = pq.read_table(path)
        changed = rows.set_column(2, "rejected", pa.array(["Other."] * len(rows)))
        pq.write_table(changed, path)  # here, once it is there

    hub.create(*DATASET)
    hub.fail("GET", "/resolve/.*README", action=change)
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 1
    assert "split 'train' of config 'microworld_news-preference' of alice/dimple differs" in outcome.err


def test_what_was_written_by_hand_survives(hub, push):
    push("dataset", "alice/dimple")
    repository = hub.repo(*DATASET)
    card = repository.files()["README.md"].decode()
    repository.edit(
        "README.md", card.replace("---\n", "---\nthumbnail: cover.png\n", 1) + "\n## A word by hand\n\nHello.\n"
    )
    outcome = push("dataset", "alice/dimple")
    assert "nothing to change" in outcome.out
    assert "## A word by hand\n\nHello.\n" in repository.files()["README.md"].decode()


def test_what_was_written_by_hand_in_the_run_folder_goes_along(hub, push, run):
    (run / "dimple/README.md").write_text("---\nthumbnail: cover.png\n---\n\nMy own words.\n")
    assert push("dataset", "alice/dimple").status == 0
    card = hub.repo(*DATASET).files()["README.md"].decode()
    assert "My own words." in card
    assert "thumbnail: cover.png" in card
    assert "31 pairs" not in card.partition("My own words.")[0]


def test_a_damaged_card_on_the_hub_is_said_in_one_line(hub, push):
    hub.create(*DATASET).edit("README.md", "<!-- impossible: microworld_news begin -->\nno end\n")
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 1
    assert "the card of alice/dimple on the Hub is damaged" in outcome.err


def test_a_pull_request_leaves_main_alone_and_is_found_again(hub, push):
    repository = hub.create(*DATASET)
    before = repository.branches["main"]
    outcome = push("dataset", "alice/dimple", "--create-pr")
    assert f"pull request {hub.url}/datasets/alice/dimple/discussions/1" in outcome.out
    assert repository.branches["main"] == before
    assert not repository.tags
    assert "microworld_news/train-00000-of-00001.parquet" in repository.files("refs/pr/1")
    again = push("dataset", "alice/dimple", "--create-pr")
    assert "discussions/1" in again.out
    assert list(repository.proposals) == [1]


def test_a_branch_is_made_and_gets_no_tag(hub, push):
    hub.create(*DATASET)
    outcome = push("dataset", "alice/dimple", "--revision", "next")
    assert outcome.status == 0, outcome.err
    repository = hub.repo(*DATASET)
    assert "microworld_news/train-00000-of-00001.parquet" in repository.files("next")
    assert repository.titles == []
    assert not repository.tags


def test_private_is_for_new_repositories(hub, push):
    assert push("dataset", "alice/dimple", "--private").status == 0
    assert hub.repo(*DATASET).private
    hub.create("dataset", "alice/open")
    outcome = push("dataset", "alice/open", "--private")
    assert outcome.status == 1
    assert "alice/open is public" in outcome.err


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            {"method": "GET", "path": "/api/datasets", "status": 401, "message": "Invalid credentials"},
            "accept the token",
        ),
        ({"method": "POST", "path": "/commit/", "status": 403, "message": "read-only token"}, "may not write"),
        ({"method": "PUT", "path": "/storage/", "status": 413, "message": "Storage quota exceeded"}, "no room"),
        (
            {"method": "POST", "path": "/commit/", "status": 429, "headers": {"Retry-After": "4000"}},
            "wait 4000 seconds",
        ),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(hub, push, fault, words):
    repository = hub.create(*DATASET)
    hub.fail(**fault, times=100)
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 1
    last = outcome.err.splitlines()[-1]
    assert last.startswith("impossible: ")
    assert words in last
    assert repository.titles == []
    assert not repository.tags


def test_no_token_is_said_before_anything_is_asked(hub, push, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    outcome = push("dataset", "alice/dimple")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "no Hub token was found; run 'hf auth login' or set HF_TOKEN" in outcome.err
    assert not hub.requests


def test_anothers_namespace_is_refused(hub, push):
    outcome = push("dataset", "bob/dimple")
    assert outcome.status == 1
    assert "may not write to bob/dimple" in outcome.err
    assert not hub.repositories


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "POST", "path": "/commit/", "status": 500, "times": 2},
        {"method": "POST", "path": "/commit/", "status": 429, "headers": {"Retry-After": "2"}},
        {"method": "PUT", "path": "/storage/", "status": 0, "after": 100},
        {"method": "PUT", "path": "/storage/", "status": 503, "times": 2},
        {"method": "POST", "path": "/tag/", "status": 500, "times": 2},
        {"method": "GET", "path": "/refs", "status": 502},
        {"method": "GET", "path": "/resolve/", "status": 0},
    ],
    ids=lambda fault: f"{fault['method']} {fault['path']} {fault['status']}",
)
def test_what_passes_is_waited_for(hub, push, fault):
    hub.fail(**fault)
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 0, outcome.err
    repository = hub.repo(*DATASET)
    assert repository.titles == ["Release v0.1.0: microworld_news, 31 pairs"]
    assert repository.tags == {"v0.1.0": repository.branches["main"]}


def test_somebody_elses_commit_in_the_meantime_is_kept(hub, push):
    repository = hub.create(*DATASET)
    hub.fail("POST", "/commit/", action=lambda: repository.edit("README.md", "<!-- hand -->\nwritten meanwhile\n"))
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 0, outcome.err
    assert "written meanwhile" in repository.files()["README.md"].decode()
    assert [title for title in repository.titles if title.startswith("Release")] == repository.titles[1:]


def test_a_hub_that_stops_before_the_commit_releases_nothing_and_is_resumed(hub, push):
    repository = hub.create(*DATASET)
    hub.fail("POST", "/commit/", action=hub.stop, status=0)
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 1
    assert "push again later: what was uploaded is not uploaded again" in outcome.err
    assert repository.titles == []
    hub.start()
    uploads = hub.count("PUT", "/storage/")
    assert uploads
    assert push("dataset", "alice/dimple").status == 0
    assert hub.count("PUT", "/storage/") == uploads
    assert len(repository.titles) == 1


def test_a_push_cut_off_before_its_tag_is_tagged_by_the_next(hub, push):
    hub.fail("POST", "/tag/", status=400, times=1)
    assert push("dataset", "alice/dimple").status == 1
    assert not hub.repo(*DATASET).tags
    outcome = push("dataset", "alice/dimple")
    assert "nothing to change; tagged v0.1.0" in outcome.out
    assert hub.repo(*DATASET).tags == {"v0.1.0": hub.repo(*DATASET).branches["main"]}
    assert len(hub.repo(*DATASET).titles) == 1


def test_a_commit_whose_answer_is_lost_is_not_made_twice(hub, push):
    repository = hub.create(*DATASET)
    hub.fail("POST", "/commit/", lost=True)
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 0, outcome.err
    assert len(repository.titles) == 1
    assert repository.tags == {"v0.1.0": repository.branches["main"]}


def test_what_comes_back_otherwise_is_noticed(hub, push):
    def spoil():
        for sha256 in hub.large:
            hub.large[sha256] = hub.large[sha256][:-1] + b"?"

    hub.create(*DATASET)
    hub.fail("GET", "/resolve/.*parquet", action=spoil)
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 1
    assert "was uploaded but does not load" in outcome.err
    assert not hub.repo(*DATASET).tags


def test_offline_is_said_in_one_line(hub, push, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    outcome = push("dataset", "alice/dimple")
    assert outcome.err == ("impossible: HF_HUB_OFFLINE is set and a push needs the Hub; unset it and push again\n")


def test_a_model_is_pushed_and_loads(hub, push, run, tmp_path):
    shutil.copytree(tiny_models.make_student(tmp_path / "student"), run / "student", dirs_exist_ok=True)
    (run / "student/__pycache__").mkdir()
    (run / "student/__pycache__/handler.cpython-311.pyc").write_bytes(b"tried here")
    push("dataset", "alice/dimple")
    outcome = push("model", "alice/paraphraser")
    assert outcome.status == 0, outcome.err
    held = hub.repo("model", "alice/paraphraser").files()
    assert {"README.md", "config.json", "model.safetensors", "tokenizer.json"} <= held.keys()
    assert not [path for path in held if path == "training.json" or path.endswith(".pyc")]
    assert "alice/dimple" in held["README.md"].decode()
    assert AutoModelForSeq2SeqLM.from_pretrained("alice/paraphraser", revision="v0.1.0").num_parameters()
    assert "nothing to change" in push("model", "alice/paraphraser").out


def test_an_adapter_names_its_base_on_the_hub(hub, push, run, tmp_path):
    base = tiny_models.make_student(tmp_path / "base")
    model = AutoModelForSeq2SeqLM.from_pretrained(base)
    settings = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, r=2, target_modules=["q", "v"], base_model_name_or_path=base)
    get_peft_model(model, settings).save_pretrained(run / "student")
    AutoTokenizer.from_pretrained(base).save_pretrained(run / "student")
    refused = push("model", "alice/adapter")
    assert refused.status == 1
    assert "a folder of this machine; push the base and name it with --base-model" in refused.err
    hub.create("model", "alice/base").add_folder(Path(base))
    outcome = push("model", "alice/adapter", "--base-model", "alice/base")
    assert outcome.status == 0, outcome.err
    held = hub.repo("model", "alice/adapter").files()
    assert json.loads(held["adapter_config.json"])["base_model_name_or_path"] == "alice/base"
    card = ModelCard(held["README.md"].decode()).data
    assert (card.base_model, card.base_model_relation, card.library_name) == ("alice/base", "adapter", "peft")
    assert AutoPeftModelForSeq2SeqLM.from_pretrained("alice/adapter").num_parameters()


def test_a_decoder_only_student_works_in_the_stock_pipeline(hub, push, run, tmp_path):
    teacher = Path(tiny_models.make_teacher(tmp_path / "teacher", steps=1))
    shutil.copytree(teacher, run / "student", dirs_exist_ok=True)
    config = json.loads((run / "student/config.json").read_text())
    (run / "student/config.json").write_text(json.dumps(config | {"prompt_template": "{source} =>"}))
    assert push("model", "alice/writer").status == 0
    card = ModelCard(hub.repo("model", "alice/writer").files()["README.md"].decode()).data
    assert card.pipeline_tag == "text-generation"
    assert all(example["text"].endswith(" =>") for example in card.widget)
    written = pipeline("text-generation", model="alice/writer")(card.widget[0]["text"], max_new_tokens=3)
    assert written[0]["generated_text"].startswith(card.widget[0]["text"])


@pytest.mark.parametrize("place", ["student/notes.txt", "student/README.md"])
def test_a_secret_stops_the_push_before_the_network(hub, push, run, tmp_path, place):
    shutil.copytree(tiny_models.make_student(tmp_path / "student"), run / "student", dirs_exist_ok=True)
    (run / place).write_text(f"do not forget: {ALICE}\n")
    outcome = push("model", "alice/paraphraser")
    assert outcome.status == 1
    assert outcome.err.startswith(f"impossible: nothing was pushed: {Path(place).name}")
    assert not hub.requests


def test_pickled_weights_stop_the_push(hub, push, run, tmp_path):
    shutil.copytree(tiny_models.make_student(tmp_path / "student"), run / "student", dirs_exist_ok=True)
    (run / "student/pytorch_model.bin").write_bytes(b"\x80\x04.")
    outcome = push("model", "alice/paraphraser")
    assert outcome.status == 1
    assert "pytorch_model.bin" in outcome.err
    assert not hub.requests


def test_the_token_is_in_no_file_of_the_run(hub, push, run):
    assert push("dataset", "alice/dimple").status == 0
    held = [path for path in run.rglob("*") if path.is_file()]
    assert held
    assert [path for path in held if ALICE.encode() in path.read_bytes()] == []


def test_a_space_needs_its_model(hub, push):
    outcome = push("space", "alice/paraphraser")
    assert outcome.status == 1
    assert "needs the model alice/paraphraser, which is not on the Hub; push that first" in outcome.err
    model = hub.create("model", "alice/paraphraser")
    assert "which holds no paraphrase_pipeline.py" in push("space", "alice/paraphraser").err
    model.edit("paraphrase_pipeline.py", "")
    assert push("space", "alice/paraphraser").status == 0
    space = hub.repo("space", "alice/paraphraser")
    assert "app.py" in space.files()
    mine = space.files()["README.md"].decode().replace("indigo", "red", 1) + "\n## Mine\n"
    space.edit("README.md", mine)
    assert "nothing to change" in push("space", "alice/paraphraser").out
    assert space.files()["README.md"].decode() == mine


@pytest.mark.parametrize(
    ("lost", "words"), [("model.safetensors", "lacks its weights"), ("tokenizer.json", "lacks its tokenizer")]
)
def test_a_model_that_would_not_load_is_not_pushed(hub, push, run, tmp_path, lost, words):
    shutil.copytree(tiny_models.make_student(tmp_path / "student"), run / "student", dirs_exist_ok=True)
    (run / "student" / lost).unlink()
    outcome = push("model", "alice/paraphraser")
    assert outcome.status == 1
    assert words in outcome.err
    assert not hub.requests


def test_files_that_only_look_like_ours_are_left_alone(hub, push, run, tmp_path):
    shutil.copytree(tiny_models.make_student(tmp_path / "student"), run / "student", dirs_exist_ok=True)
    push("model", "alice/paraphraser")
    repository = hub.repo("model", "alice/paraphraser")
    others = {"fp16/model.safetensors": b"half", "tokenizer_notes.md": b"mine"}
    repository.commit("main", "more", {path: repository.store(data) for path, data in others.items()})
    repository.commit("main", "old", {"model-00001-of-00002.safetensors": repository.store(b"old")})
    outcome = push("model", "alice/paraphraser")
    assert outcome.out.count("removed") == 1
    assert others.keys() <= repository.files().keys()


def test_a_tag_that_somebody_takes_meanwhile_is_not_moved(hub, push):
    repository = hub.create(*DATASET)
    other = repository.branches["main"]
    hub.fail("POST", "/tag/", action=lambda: repository.tags.update({"v0.1.0": other}))
    outcome = push("dataset", "alice/dimple")
    assert outcome.status == 0, outcome.err
    assert repository.tags == {"v0.1.0": other, "v0.1.0.post1": repository.branches["main"]}
    assert "tag v0.1.0.post1" in outcome.out


def test_a_release_is_tagged_though_somebody_has_edited_since(hub, push):
    hub.fail("POST", "/tag/", status=400, times=1)
    push("dataset", "alice/dimple")
    repository = hub.repo(*DATASET)
    released = repository.branches["main"]
    repository.edit("notes.txt", "mine")
    assert "tagged v0.1.0" in push("dataset", "alice/dimple").out
    assert repository.tags == {"v0.1.0": released}


def test_a_closed_pull_request_is_not_taken_for_an_open_one(hub, push):
    repository = hub.create(*DATASET)
    push("dataset", "alice/dimple", "--create-pr")
    repository.discussions[1].status = "closed"
    assert "discussions/2" in push("dataset", "alice/dimple", "--create-pr").out


@pytest.mark.parametrize("held", ["{", "[]", '{"model": 5}'])
def test_damaged_notes_of_releases_are_one_line(hub, push, run, held):
    (run / "releases.json").write_text(held)
    outcome = push("space", "alice/paraphraser")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "releases.json" in outcome.err


def test_a_card_of_the_run_that_is_no_text_is_one_line(hub, push, run):
    (run / "dimple/README.md").write_bytes(b"\xff\xfe\xff")
    outcome = push("dataset", "alice/dimple")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "README.md: not UTF-8" in outcome.err


def test_a_message_of_the_hub_that_holds_the_token_is_cut(hub, push):
    hub.create(*DATASET)
    hub.fail("POST", "/commit/", status=403, message=f"{ALICE} may not", times=9)
    outcome = push("dataset", "alice/dimple")  # which looks for the token in all that it prints
    assert "*** may not" in outcome.err


@pytest.mark.parametrize("name", sorted(path.parent.name for path in Path("metrics").glob("*/README.md")))
def test_a_metric_is_loaded_from_its_space(hub, push, name):
    outcome = push("metric", f"alice/{name}", source=name)
    assert outcome.status == 0, outcome.err
    assert "metric loaded" in outcome.out
    held = hub.repo("space", f"alice/{name}").files()
    modules = {path.name for path in Path(f"metrics/{name}").glob("*.py")} - {"__init__.py"}
    assert modules | {"app.py", "requirements.txt", "README.md"} <= held.keys()
    assert f'evaluate.load("alice/{name}")' in held["README.md"].decode()


def test_a_metric_goes_where_evaluate_looks_for_it(push):
    assert "evaluate wants alice/ted" in push("metric", "alice/distance", source="ted").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dataset", "nowhere", "--to", "alice/dimple"), "'nowhere' is no run folder"),
        (("metric", "nothing", "--to", "alice/nothing"), "there is no metric 'nothing'"),
        (("metric", "ted", "--to", "alice/ted", "--model", "alice/x"), "--model is for 'push space'"),
        (("metric", "ted", "--to", "alice/ted", "--revision", ""), "--revision must name a branch"),
        (("metric", "ted", "--to", "alice/ted", "--revision", "refs/pr/1"), "--revision must name a branch"),
        (("metric", "ted", "--to", "ted"), "a repository is named by its namespace and its name"),
    ],
)
def test_a_mistake_is_one_line(hub, arguments, words):
    outcome = impossible("push", *arguments)
    assert outcome.status in (1, 2)
    assert outcome.err.count("\n") == 1
    assert words in outcome.err
    assert not HfApi().whoami()["orgs"]
