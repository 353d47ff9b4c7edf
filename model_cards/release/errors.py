"""What ends a push, in one line, and what is only a reason to wait."""

from typing import Any

import httpx2
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import get_token, parse_ratelimit_headers

_PASSING = (408, 429, 500, 502, 503, 504)


class ReleaseError(Exception):
    """A release cannot be made: one line with the reason and the remedy."""


class PassingError(Exception):
    """The Hub or the network failed in a way that may pass.

    Args:
        reason: In a few words.
        wait: Seconds that the Hub asks to wait, if it does.
    """

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def explained(error: Exception, repo_id: str) -> Exception:
    """The error of a client as one of ours. Nothing of the request is repeated: it may hold a token or signed address.

    Returns:
        A `PassingError`, or a `ReleaseError` that names the remedy; the error itself when the Hub has no part in it.
    """
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):  # of an upload
        return explained(error.__cause__, repo_id)
    if isinstance(error, HfHubHTTPError):
        return _explained_answer(error, repo_id)
    if isinstance(error, ValueError):  # what the Hub says of a card's metadata, or of one of the files
        said = without_token(" ".join(str(error).split()))[:200]
        return ReleaseError(f"{repo_id} was not pushed: {said}; see to that and push again")
    if isinstance(error, KeyError | TypeError):
        return ReleaseError("the Hub's answer is none that its client understands; check HF_ENDPOINT and push again")
    if isinstance(error, httpx2.UnsupportedProtocol):
        return ReleaseError("the Hub's address is no http address; check HF_ENDPOINT")
    if isinstance(error, httpx2.TransportError):
        return PassingError(f"the connection to the Hub broke ({type(error).__name__})")
    return error


def _explained_answer(error: HfHubHTTPError, repo_id: str) -> Exception:
    response = error.response
    status, said = response.status_code, (error.server_message or "").strip().splitlines()
    words = f" (the Hub says: {without_token(said[0])[:150].rstrip('.')})" if said else ""
    if isinstance(error, RevisionNotFoundError):
        return ReleaseError(f"{repo_id} has no such revision{words}; check --revision")
    if status == 401 and "Invalid" in words:
        return ReleaseError(f"the Hub does not accept the token{words}; run 'hf auth login' or set HF_TOKEN anew")
    if isinstance(error, RepositoryNotFoundError) or status == 401:
        return ReleaseError(
            f"{repo_id} is not there, or the token may not see it{words}; check the name and run 'hf auth whoami'"
        )
    if status == 403:
        return ReleaseError(f"the token may not write to {repo_id}{words}; use one with write access to the namespace")
    if isinstance(error, EntryNotFoundError):
        return ReleaseError(f"{repo_id} lacks a file{words}; push again")
    if status == 413:
        return ReleaseError(f"{repo_id} has no room for the release{words}; free some space or ask for more")
    if status in (409, 412):
        return PassingError("somebody else pushed in the meantime", wait=0)
    if status in _PASSING:
        return PassingError(f"the Hub answered {status}", _wait(response))
    return ReleaseError(f"the Hub refused the push to {repo_id} with status {status}{words}; correct it and push again")


def without_token(text: str) -> str:
    """A text of somebody else's, without the token, should it hold that."""
    token = get_token()
    return text.replace(token, "***") if token else text


def _wait(response: Any) -> float | None:
    """Seconds that an answer asks to wait, in either of the ways in which the Hub asks."""
    limit, after = parse_ratelimit_headers(response.headers), response.headers.get("Retry-After", "")
    if limit and not limit.remaining:
        return float(limit.reset_in_seconds)
    return float(after) if after.isdigit() else None
