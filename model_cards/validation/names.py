"""The name of a repository."""

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id


def check_repo_id(repo_id: str) -> None:
    """Checks where a release shall go.

    Raises:
        ValueError: It is not NAMESPACE/NAME with a name that the Hub takes: one line with the reason.
    """
    remedy = f"write NAMESPACE/NAME, such as your-name/dimple, got {repo_id!r}"
    if repo_id.count("/") != 1 or not all(repo_id.split("/")):
        raise ValueError(f"a repository is named by its namespace and its name; {remedy}")
    try:
        validate_repo_id(repo_id)
    except HFValidationError:
        rule = "letters, digits and - _ . only, at most 96 a part, none of - . at an end, no -- or .., no .git behind"
        raise ValueError(f"the Hub takes no such name ({rule}); {remedy}") from None
