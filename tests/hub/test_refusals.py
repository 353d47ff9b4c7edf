"""What the loopback Hub refuses, and what the official client makes of it."""

import socket

import pytest
from datasets import load_dataset
from datasets.exceptions import DatasetNotFoundError
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, constants, get_session, hf_hub_download
from huggingface_hub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

BOB = "hf_" + "bobBobBobBob" * 3


@pytest.fixture
def repository(hub):
    repository = hub.create("model", "alice/student")
    repository.edit("notes.txt", "by hand")
    return repository


def commit(api, *operations, **options):
    operations = operations or [CommitOperationAdd("a.txt", b"a"), CommitOperationAdd("model.safetensors", b"weights")]
    return api.create_commit("alice/student", operations, commit_message="Add", **options)


def refused(status, call):
    with pytest.raises(HfHubHTTPError) as caught:
        call()
    assert caught.value.response.status_code == status
    return str(caught.value)


def test_a_wrong_token_is_told_from_a_missing_repository(hub, api, repository, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    message = refused(401, lambda: api.repo_info("alice/student"))
    assert "Invalid credentials in Authorization header" in message
    assert "Repository Not Found" not in message
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        api.whoami()


def test_a_token_that_may_only_read_changes_nothing(hub, api, repository, monkeypatch):
    hub.create("model", "alice/hidden", private=True)
    monkeypatch.setenv("HF_TOKEN", hub.add_user("alice", BOB, role="read"))
    assert api.whoami()["auth"]["accessToken"]["role"] == "read"
    assert api.model_info("alice/hidden").private
    api.auth_check("alice/student")
    refused(403, lambda: api.auth_check("alice/student", write=True))
    refused(403, lambda: commit(api))
    refused(403, lambda: api.create_tag("alice/student", tag="v1"))
    refused(403, lambda: api.create_repo("alice/another"))
    assert not hub.count("PUT", "/storage/")
    assert repository.titles == ["Edited by hand"]


def test_anothers_namespace_is_refused_and_may_be_proposed_to(hub, api, repository, monkeypatch):
    hub.create("model", "alice/hidden", private=True)
    monkeypatch.setenv("HF_TOKEN", hub.add_user("bob", BOB))
    assert "under the namespace" in refused(403, lambda: api.create_repo("alice/another"))
    refused(403, lambda: commit(api))
    assert commit(api, create_pr=True).pr_num == 1
    assert repository.titles == ["Edited by hand"]
    with pytest.raises(RepositoryNotFoundError):
        api.repo_info("alice/hidden")


def test_an_organisation_is_open_to_its_members(hub, api, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", hub.add_user("bob", BOB, orgs=("acme",)))
    assert [org["name"] for org in api.whoami()["orgs"]] == ["acme"]
    api.create_repo("acme/student")
    api.upload_file(repo_id="acme/student", path_in_repo="a.txt", path_or_fileobj=b"a")
    assert hub.repo("model", "acme/student").files() == {"a.txt": b"a"}


def test_without_a_token_nothing_is_changed(api, repository, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    assert api.model_info("alice/student").sha == repository.branches["main"]
    refused(401, lambda: commit(api))
    refused(401, lambda: api.create_repo("alice/another"))


@pytest.mark.parametrize("name", ["alice/nothing", "nothing"])
def test_a_missing_repository_is_named(hub, api, name):
    with pytest.raises(RepositoryNotFoundError):
        api.repo_info(name)
    with pytest.raises(RepositoryNotFoundError):
        hf_hub_download(name, "config.json")
    with pytest.raises(DatasetNotFoundError):
        load_dataset(name)


def test_a_missing_revision_is_named(api, repository):
    for call in (api.repo_info, api.list_repo_commits, api.list_repo_files):
        with pytest.raises(RevisionNotFoundError):
            call("alice/student", revision="nowhere")
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download("alice/student", "notes.txt", revision="refs/pr/1")


def test_a_missing_file_is_named(api, repository):
    with pytest.raises(RemoteEntryNotFoundError):
        hf_hub_download("alice/student", "nothing.txt")
    with pytest.raises(EntryNotFoundError):
        commit(api, CommitOperationDelete("nothing.txt"))
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree("alice/student", "folder"))
    assert not api.file_exists("alice/student", "nothing.txt")
    assert api.file_exists("alice/student", "notes.txt")


def test_a_stale_parent_is_refused(api, repository):
    stale = repository.branches["main"]
    repository.edit("notes.txt", "by hand again")
    refused(412, lambda: commit(api, parent_commit=stale))
    assert repository.titles == ["Edited by hand"] * 2


def test_only_branches_take_commits(api, repository):
    api.create_tag("alice/student", tag="v1")
    with pytest.raises(BadRequestError):
        commit(api, revision="v1")
    assert list(repository.branches) == ["main"]


def test_a_file_that_was_never_uploaded_cannot_be_committed(hub, api, repository):
    operation = CommitOperationAdd("model.safetensors", b"weights")
    api.preupload_lfs_files("alice/student", [operation])
    hub.large.clear()
    with pytest.raises(BadRequestError, match="was not uploaded"):
        commit(api, operation)
    assert repository.titles == ["Edited by hand"]


def test_the_storage_takes_no_token_and_no_address_without_a_signature(hub, repository):
    place = f"{hub.storage_url}/{'0' * 64}"
    assert get_session().put(f"{place}?signature=write", headers={"Authorization": "Bearer x"}).status_code == 400
    assert get_session().put(f"{place}?signature=read", content=b"").status_code == 403
    assert get_session().put(f"{place}?signature=write", content=b"other").status_code == 400
    assert not hub.large


def test_a_range_behind_the_end_is_refused(hub, repository):
    place = f"{hub.url}/alice/student/resolve/main/notes.txt"
    answers = [
        get_session().get(place, headers={"Range": f"bytes={asked}"}) for asked in ("0-1", "5-", "-2", "0-99", "99-")
    ]
    assert [answer.status_code for answer in answers] == [206, 206, 206, 206, 416]
    assert [answer.text for answer in answers[:4]] == ["by", "nd", "nd", "by hand"]
    assert answers[4].headers["Content-Range"] == "bytes */7"


def test_no_test_reaches_another_hub(hub):
    assert hub.url == constants.ENDPOINT
    with pytest.raises(socket.gaierror):
        socket.create_connection(("huggingface.co", 443))
