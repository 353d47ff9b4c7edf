"""What goes wrong on the loopback Hub as a test asks, and what the official clients do about it."""

import pytest
from datasets import Dataset, load_dataset
from httpx2 import ConnectError, TransportError
from huggingface_hub import CommitOperationAdd, constants, get_session, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError

FILES = {"a.txt": b"a", "model.safetensors": bytes(range(256)) * 1000}


@pytest.fixture
def repository(hub):
    return hub.create("model", "alice/student")


def push(api):
    operations = [CommitOperationAdd(path, content) for path, content in FILES.items()]
    return api.create_commit("alice/student", operations, commit_message="Add")


def test_a_full_quota_is_said_and_nothing_is_committed(hub, api, repository):
    hub.fail("POST", "objects/batch", status=413, message="Storage quota exceeded")
    with pytest.raises(HfHubHTTPError, match="Storage quota exceeded") as caught:
        push(api)
    assert caught.value.response.status_code == 413
    assert repository.titles == []
    assert not hub.large


def test_the_storage_may_refuse_one_file(hub, api, repository):
    refused = {"oid": "0" * 64, "size": 1, "error": {"code": 422, "message": "not today"}}
    hub.fail("POST", "objects/batch", status=200, body={"objects": [refused]})
    with pytest.raises(ValueError, match="not today"):
        push(api)
    assert repository.titles == []


@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {"RateLimit": '"api";r=0;t=7'}], ids=str)
def test_a_rate_limit_is_waited_for_as_long_as_it_says(hub, api, repository, slept, headers):
    hub.fail("POST", "/preupload/", status=429, headers=headers)
    push(api)
    assert slept == [8.0]  # the client adds a second
    assert repository.files() == FILES


def test_two_server_errors_are_waited_out(hub, api, repository, slept):
    hub.fail("PUT", "/storage/", status=500, times=2)
    push(api)
    assert slept == [1, 2]
    assert [status for method, _, status in hub.requests if method == "PUT"] == [500, 500, 200]
    assert repository.files() == FILES


def test_an_upload_that_is_cut_off_begins_again(hub, api, repository):
    hub.fail("PUT", "/storage/", status=0, after=1000)
    push(api)
    assert [status for method, _, status in hub.requests if method == "PUT"] == [0, 200]
    assert repository.files() == FILES


def test_parts_that_arrived_are_not_sent_again(hub, api, repository):
    hub.chunk_size = 100_000
    hub.fail("PUT", "/storage/.*/2", status=0, after=1000)
    push(api)
    parts = [(path[-2:], status) for method, path, status in hub.requests if method == "PUT"]
    assert parts == [("/1", 200), ("/2", 0), ("/2", 200), ("/3", 200)]
    assert repository.files() == FILES


def test_a_download_that_is_cut_off_goes_on_where_it_was(hub, api, repository, monkeypatch):
    push(api)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)  # of 10 MB as it is, and what is less is lost
    hub.fail("GET", "/storage/", cut=100_000)
    with open(hf_hub_download("alice/student", "model.safetensors"), "rb") as file:
        assert file.read() == FILES["model.safetensors"]
    statuses = [status for method, path, status in hub.requests if method == "GET" and path.startswith("/storage/")]
    assert statuses == [0, 206]


@pytest.mark.parametrize("status", [429, 500])
def test_a_commit_is_tried_once(hub, api, repository, status):
    hub.fail("POST", "/commit/", status=status)
    with pytest.raises(HfHubHTTPError, match=str(status)):
        push(api)
    assert repository.titles == []


def test_a_commit_whose_answer_is_lost_was_made(hub, api, repository):
    hub.fail("POST", "/commit/", lost=True)
    with pytest.raises(TransportError):
        push(api)
    assert repository.files() == FILES
    assert push(api).oid == repository.branches["main"]
    assert repository.titles == ["Add"]


@pytest.mark.parametrize("fault", [{"status": 0}, {}], ids=["unread", "read and dropped"])
def test_a_hub_stopped_before_the_commit_has_released_nothing_and_needs_no_second_upload(hub, api, repository, fault):
    hub.fail("POST", "/commit/", action=hub.stop, **fault)
    with pytest.raises(TransportError):
        push(api)
    with pytest.raises(ConnectError):
        api.repo_info("alice/student")
    assert repository.titles == []
    hub.start()
    push(api)
    assert hub.count("PUT", "/storage/") == 1
    assert repository.files() == FILES
    assert repository.titles == ["Add"]


def test_somebody_elses_commit_stays_when_a_dataset_is_pushed(hub):
    repository = hub.create("dataset", "alice/pairs")
    dataset = Dataset.from_dict({"source": ["a"]})
    hub.fail("POST", "/commit/", action=lambda: repository.edit("README.md", "Written meanwhile.\n"))
    with pytest.raises(HfHubHTTPError, match="412"):
        dataset.push_to_hub("alice/pairs", split="train")
    assert repository.files() == {"README.md": b"Written meanwhile.\n"}
    dataset.push_to_hub("alice/pairs", split="train")
    assert "Written meanwhile." in repository.files()["README.md"].decode()
    assert load_dataset("alice/pairs", split="train").num_rows == 1


def test_a_fault_ends_and_a_hub_without_any_goes_on(hub, repository):
    hub.fail("GET", "/api/models/", status=503, times=2)
    statuses = [get_session().get(f"{hub.url}/api/models/alice/student").status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_mistake_of_the_hub_itself_is_no_fault(hub, repository):
    with pytest.raises(TransportError):
        get_session().post(f"{hub.url}/api/validate-yaml", content=b"no JSON")
    assert "JSONDecodeError" in hub.errors.pop()
