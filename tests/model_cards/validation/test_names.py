import pytest

from model_cards.validation.names import check_repo_id


@pytest.mark.parametrize("repo_id", ["me/dimple", "Some-Org/impossible_t5.v2", "a/b"])
def test_takes_a_namespace_with_a_name(repo_id):
    check_repo_id(repo_id)


@pytest.mark.parametrize(
    "repo_id",
    [
        "",
        "dimple",
        "/dimple",
        "me/",
        "datasets/me/dimple",
        "me/dim ple",
        "me/dimple--two",
        "me/dim..ple",
        "me/dimple.git",
        "me/-dimple",
        "me/dimplé",
        f"me/{'x' * 97}",
        "https://huggingface.co/me/dimple",
        "me/dimple\n",
    ],
)
def test_says_in_one_line_what_a_name_must_be(repo_id):
    with pytest.raises(ValueError, match="write NAMESPACE/NAME, such as your-name/dimple, got ") as error:
        check_repo_id(repo_id)
    assert len(str(error.value).splitlines()) == 1
