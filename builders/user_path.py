"""A path as a user writes it."""

from pathlib import Path

from builders.errors import RunError


def user_path(text: str) -> Path:
    """The path of a text, in which ~ and ~name are the folders of users.

    Raises:
        RunError: There is no user of that name.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        user = text.partition("/")[0]
        raise RunError(
            f"'{text}' begins with the folder of a user '{user[1:]}', who is not known here; write it out"
        ) from None
