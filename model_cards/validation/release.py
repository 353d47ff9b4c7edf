"""Everything that can be known of a release before any network call."""

from collections.abc import Mapping, Sequence

from model_cards.validation.cards import card_problems
from model_cards.validation.contents import Content, open_content
from model_cards.validation.documented import RepoType
from model_cards.validation.files import file_problems
from model_cards.validation.secrets import secret_problems


def release_problems(
    files: Mapping[str, Content],
    repo_type: RepoType,
    repo_id: str,
    forbidden: Sequence[str] = (),
    tokens: Sequence[str] = (),
) -> list[str]:
    """What speaks against a release: its files, its card, and secrets in any of them.

    Args:
        files: Path in the repository -> a file on this machine, or its bytes.
        repo_type: The kind of repository.
        repo_id: Where it will go, as NAMESPACE/NAME; `names.check_repo_id` says whether that is a name.
        forbidden: Absolute paths of this machine that no file may name.
        tokens: Known ones that no file may hold.

    Returns:
        One line a problem; the files are searched for secrets only when they are fit to be opened.
    """
    if problems := file_problems(files, repo_type, repo_id):
        return problems
    with open_content(files["README.md"]) as stream:
        card = stream.read()
    try:
        problems = [f"README.md, {problem}" for problem in card_problems(card.decode("utf-8"), repo_type)]
    except UnicodeDecodeError as error:
        problems = [f"README.md is not UTF-8 text (byte {error.start}); save it as UTF-8"]
    return problems + secret_problems(files, forbidden, tokens)
