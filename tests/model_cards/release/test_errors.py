import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import hf_raise_for_status

from model_cards.release.errors import PassingError, ReleaseError, explained

TOKEN = "hf_" + "a" * 34


def answer(status: int, headers: dict[str, str] | None = None) -> HfHubHTTPError:
    """The error that the client makes of an answer of the Hub."""
    request = httpx2.Request(
        "POST",
        "https://hub.example/api/datasets/alice/dimple/commit/main",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    with pytest.raises(HfHubHTTPError) as caught:
        hf_raise_for_status(httpx2.Response(status, headers=headers, request=request))
    return caught.value


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (401, {"X-Error-Message": "Invalid credentials in Authorization header"}, "does not accept the token"),
        (403, {}, "may not write to alice/dimple"),
        (404, {"X-Error-Code": "RepoNotFound"}, "is not there, or the token may not see it"),
        (404, {"X-Error-Code": "RevisionNotFound"}, "check --revision"),
        (413, {"X-Error-Message": "Storage quota exceeded"}, "no room for the release (the Hub says: Storage quota"),
        (422, {}, "refused the push to alice/dimple with status 422"),
    ],
)
def test_a_refusal_is_one_line_with_a_remedy(status, headers, words):
    error = explained(answer(status, headers), "alice/dimple")
    assert isinstance(error, ReleaseError)
    assert words in str(error)
    assert "\n" not in str(error)
    assert TOKEN not in str(error)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (429, {"RateLimit": '"api";r=0;t=9'}, 9.0),
        (503, {}, None),
        (412, {}, 0.0),
    ],
)
def test_what_may_pass_says_how_long_to_wait(status, headers, wait):
    error = explained(answer(status, headers), "alice/dimple")
    assert isinstance(error, PassingError)
    assert error.wait == wait


def test_the_cause_of_a_failed_upload_counts():
    failed = RuntimeError("Error while uploading 'model.safetensors' to the Hub.")
    failed.__cause__ = answer(413)
    assert "no room" in str(explained(failed, "alice/dimple"))


def test_a_broken_connection_may_pass():
    assert isinstance(explained(httpx2.ReadError("cut"), "alice/dimple"), PassingError)


def test_an_error_that_is_not_the_hubs_stays_itself():
    error = OSError(28, "No space left on device")
    assert explained(error, "alice/dimple") is error
