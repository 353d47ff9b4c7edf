"""The loopback Hub answers the unmodified clients as the real one does."""

import pytest
from datasets import Dataset, load_dataset
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from tests.builders import tiny_models

ROWS = {"source": ["a", "b"], "target": ["c", "d"]}


def test_two_configs_are_pushed_and_loaded(hub):
    Dataset.from_dict(ROWS).push_to_hub("alice/pairs", "news", split="train", set_default=True)
    Dataset.from_dict({"source": ["x"], "target": ["y"]}).push_to_hub("alice/pairs", "biomedical", split="train")
    assert load_dataset("alice/pairs", "news", split="train")["source"] == ["a", "b"]
    assert load_dataset("alice/pairs", "biomedical", split="train")["target"] == ["y"]
    assert load_dataset("alice/pairs", split="train").num_rows == 2


def test_a_dataset_streams(hub):
    Dataset.from_dict(ROWS).push_to_hub("alice/pairs", "news", split="train")
    streamed = load_dataset("alice/pairs", "news", split="train", streaming=True)
    assert [row["target"] for row in streamed] == ["c", "d"]


def test_a_model_is_pushed_and_loaded_at_a_tag(hub, tmp_path):
    folder = tiny_models.make_student(tmp_path / "student")
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    model.push_to_hub("alice/student")
    tokenizer.push_to_hub("alice/student")
    HfApi().create_tag("alice/student", tag="v1")
    loaded = AutoModelForSeq2SeqLM.from_pretrained("alice/student", revision="v1")
    assert loaded.num_parameters() == model.num_parameters()
    with pytest.raises(OSError, match="not a valid git identifier"):
        AutoModelForSeq2SeqLM.from_pretrained("alice/student", revision="v2")


def test_missing_things_have_their_own_errors(hub):
    api = HfApi()
    with pytest.raises(RepositoryNotFoundError):
        api.repo_info("alice/nothing")
    hub.create("model", "alice/student")
    with pytest.raises(RevisionNotFoundError):
        api.repo_info("alice/student", revision="nowhere")


def test_a_wrong_token_is_refused(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        HfApi().whoami()


def test_a_stale_parent_is_refused(hub):
    repository = hub.create("model", "alice/student")
    stale = repository.branches["main"]
    repository.edit("notes.txt", "by hand")
    with pytest.raises(HfHubHTTPError, match="412"):
        HfApi().create_commit(
            "alice/student", [CommitOperationAdd("a.txt", b"a")], commit_message="late", parent_commit=stale
        )
    assert repository.titles == ["Edited by hand"]
