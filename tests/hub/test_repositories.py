"""What the official client says of repositories on the loopback Hub, and does to them."""

import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfFileSystem,
    hf_hub_download,
    snapshot_download,
)
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils.sha import git_hash

FILES = {"notes.txt": b"a note\n", "news/train.parquet": b"PAR1" * 500, "news/deep/more.txt": b"deep\n"}


@pytest.fixture
def repository(hub, api):
    """A dataset with some files, made by the client."""
    api.create_repo("alice/pairs", repo_type="dataset")
    add(api, **FILES)
    return hub.repo("dataset", "alice/pairs")


def add(api, revision=None, title="Add", **files):
    operations = [CommitOperationAdd(path, content) for path, content in files.items()]
    return api.create_commit("alice/pairs", operations, commit_message=title, repo_type="dataset", revision=revision)


def download(path, **options):
    with open(hf_hub_download("alice/pairs", path, repo_type="dataset", **options), "rb") as file:
        return file.read()


def listed(api, **options):
    return sorted(entry.path for entry in api.list_repo_tree("alice/pairs", repo_type="dataset", **options))


def test_a_commit_holds_what_was_sent(repository):
    assert repository.files() == FILES
    assert repository.titles == ["Add"]
    assert set(repository.large.values()) == {FILES["news/train.parquet"]}


def test_every_file_is_downloaded_as_it_was_sent(repository):
    assert {path: download(path) for path in FILES} == FILES


def test_a_large_file_lies_elsewhere_and_its_storage_sees_no_token(hub, repository):
    assert download("news/train.parquet") == FILES["news/train.parquet"]
    [status] = [status for method, path, status in hub.requests if method == "GET" and path.startswith("/storage/")]
    assert status == 200  # with a token, it would have been 400


def test_a_snapshot_has_the_checksums_that_the_hub_tells(api, repository, tmp_path):
    snapshot_download("alice/pairs", repo_type="dataset", local_dir=tmp_path)
    checked = api.verify_repo_checksums("alice/pairs", repo_type="dataset", local_dir=tmp_path)
    assert checked.checked_count == len(FILES) + 1  # and .gitattributes
    assert (checked.mismatches, checked.missing_paths) == ([], [])
    (tmp_path / "notes.txt").write_text("another")
    assert api.verify_repo_checksums("alice/pairs", repo_type="dataset", local_dir=tmp_path).mismatches


def test_the_same_content_makes_no_commit(hub, api, repository):
    head, uploads = repository.branches["main"], hub.count("PUT", "/storage/")
    made = add(api, **FILES)
    assert made.oid == repository.branches["main"] == head
    assert hub.count("PUT", "/storage/") == uploads


def test_files_and_folders_are_removed_and_copied(api, repository):
    operations = [
        CommitOperationCopy("news/train.parquet", "sport/train.parquet"),
        CommitOperationDelete("news/", is_folder=True),
        CommitOperationDelete("notes.txt"),
    ]
    api.create_commit("alice/pairs", operations, commit_message="Move", repo_type="dataset")
    assert repository.files() == {"sport/train.parquet": FILES["news/train.parquet"]}


def test_lists_come_in_pages(hub, api, repository):
    for number in range(4):
        add(api, title=f"Edit {number}", **{"notes.txt": b"%d" % number})
    whole = listed(api, recursive=True)
    hub.page_size = 2
    assert listed(api, recursive=True) == whole
    titles = [commit.title for commit in api.list_repo_commits("alice/pairs", repo_type="dataset")]
    assert titles == ["Edit 3", "Edit 2", "Edit 1", "Edit 0", "Add", "initial commit"]


def test_a_folder_is_listed(api, repository):
    assert listed(api) == [".gitattributes", "news", "notes.txt"]
    assert listed(api, path_in_repo="news") == ["news/deep", "news/train.parquet"]
    assert listed(api, path_in_repo="news/deep", recursive=True) == ["news/deep/more.txt"]


def test_paths_are_told_with_their_last_commit(api, repository):
    add(api, title="Edit", **{"notes.txt": b"edited"})
    paths = ["notes.txt", "news", "news/train.parquet", "nothing"]
    found = api.get_paths_info("alice/pairs", paths, repo_type="dataset", expand=True)
    assert [(entry.path, entry.last_commit.title) for entry in found] == [
        ("notes.txt", "Edit"),
        ("news", "Add"),
        ("news/train.parquet", "Add"),
    ]
    assert found[0].blob_id == git_hash(b"edited")
    assert api.get_paths_info("alice/pairs", "news", repo_type="dataset")[0].last_commit is None


def test_info_tells_sizes_when_they_are_asked_for(api, repository):
    info = api.dataset_info("alice/pairs", files_metadata=True)
    sizes = {file.rfilename: (file.size, file.lfs and file.lfs.size) for file in info.siblings}
    assert sizes["news/train.parquet"] == (2000, 2000)
    assert sizes["notes.txt"] == (7, None)
    assert api.dataset_info("alice/pairs").siblings[0].size is None
    assert api.dataset_info("alice/pairs", expand=["sha"]).siblings is None


def test_parts_of_a_file_are_read(repository):
    with HfFileSystem().open("datasets/alice/pairs/news/train.parquet", block_size=100) as file:
        file.seek(-6, 2)
        assert file.read() == b"R1PAR1"
        file.seek(1002)
        assert file.read(4) == b"R1PA"


def test_a_file_system_writes_and_finds_files(repository):
    files = HfFileSystem()
    with files.open("datasets/alice/pairs/news/new.txt", "w") as file:
        file.write("new")
    assert files.glob("datasets/alice/pairs/**/*.txt") == [
        f"datasets/alice/pairs/{path}" for path in ["news/deep/more.txt", "news/new.txt", "notes.txt"]
    ]


def test_a_large_file_goes_up_in_parts(hub, api, repository):
    hub.chunk_size = 1000
    content = bytes(range(256)) * 10
    add(api, **{"news/test.parquet": content})
    assert hub.count("PUT", r"/storage/.*/\d+$") == 3
    assert repository.files()["news/test.parquet"] == content


def test_tags_are_made_once_and_removed(api, repository):
    api.create_tag("alice/pairs", tag="v1", repo_type="dataset")
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_tag("alice/pairs", tag="v1", repo_type="dataset")
    head = repository.branches["main"]
    add(api, **{"notes.txt": b"later"})
    api.create_tag("alice/pairs", tag="v1", repo_type="dataset", exist_ok=True)
    [tag] = api.list_repo_refs("alice/pairs", repo_type="dataset").tags
    assert (tag.name, tag.target_commit) == ("v1", head)
    assert download("notes.txt", revision="v1") == FILES["notes.txt"]
    api.delete_tag("alice/pairs", tag="v1", repo_type="dataset")
    assert not repository.tags


def test_a_branch_with_a_slash_has_files_of_its_own(api, repository):
    api.create_branch("alice/pairs", branch="next/one", repo_type="dataset")
    add(api, revision="next/one", **{"notes.txt": b"next"})
    assert download("notes.txt", revision="next/one") == b"next"
    assert download("notes.txt") == FILES["notes.txt"]
    assert listed(api, revision="next/one", path_in_repo="news/deep") == ["news/deep/more.txt"]
    api.delete_branch("alice/pairs", branch="next/one", repo_type="dataset")
    assert list(repository.branches) == ["main"]


def test_a_pull_request_leaves_main_alone_until_it_is_merged(api, repository):
    head = repository.branches["main"]
    operations = [CommitOperationAdd("notes.txt", b"proposed"), CommitOperationDelete("news/deep/more.txt")]
    made = api.create_commit("alice/pairs", operations, commit_message="Edit", repo_type="dataset", create_pr=True)
    assert (made.pr_num, made.pr_revision) == (1, "refs/pr/1")
    assert repository.branches["main"] == head
    assert download("notes.txt", revision="refs/pr/1") == b"proposed"
    [proposal] = api.get_repo_discussions("alice/pairs", repo_type="dataset")
    assert (proposal.title, proposal.status, proposal.author) == ("Edit", "open", "alice")
    add(api, **{"news/train.parquet": b"PAR2"})
    api.merge_pull_request("alice/pairs", 1, repo_type="dataset")
    assert repository.files() == {"notes.txt": b"proposed", "news/train.parquet": b"PAR2"}
    assert api.get_discussion_details("alice/pairs", 1, repo_type="dataset").status == "merged"


def test_a_draft_is_filled_later(api, repository):
    proposal = api.create_pull_request("alice/pairs", "Draft", repo_type="dataset")
    assert (proposal.status, proposal.git_reference) == ("draft", "refs/pr/1")
    add(api, revision="refs/pr/1", **{"notes.txt": b"drafted"})
    assert repository.files("refs/pr/1")["notes.txt"] == b"drafted"
    refs = api.list_repo_refs("alice/pairs", repo_type="dataset", include_pull_requests=True)
    assert [ref.ref for ref in refs.pull_requests] == ["refs/pr/1"]


def test_a_repository_is_made_once_hidden_and_removed(hub, api):
    assert api.create_repo("alice/thing", private=True) == f"{hub.url}/alice/thing"
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_repo("alice/thing")
    api.create_repo("alice/thing", exist_ok=True)
    assert api.model_info("alice/thing").private
    api.update_repo_settings("alice/thing", private=False)
    assert not api.model_info("alice/thing").private
    api.delete_repo("alice/thing")
    assert not api.repo_exists("alice/thing")
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo("alice/thing")


def test_a_new_space_has_a_card(api):
    api.create_repo("alice/demo", repo_type="space", space_sdk="gradio")
    assert api.space_info("alice/demo").sdk == "gradio"
