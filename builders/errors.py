"""The two ways a user's run can end: wrong settings, or trouble while working.

Each message is one line that names the setting or file, the value and the remedy; the command line prints that and
nothing else.
"""


class UsageError(Exception):
    """The command or its settings are wrong; nothing was started (exit status 2)."""


class ConfigError(UsageError):
    """A setting of a recipe is unknown, of the wrong type or out of range (exit status 2)."""


class RunError(Exception):
    """The work itself failed: an unreadable file, no surviving pairs, a full disk (exit status 1)."""


def one_line(error: BaseException, limit: int = 200) -> str:
    """The first line that says something in a library's message, shortened to `limit` characters.

    One that ends in a colon only announces the next.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines[: 2 if lines[0].endswith(":") else 1]) if lines else type(error).__name__
    return text if len(text) <= limit else text[: limit - 3] + "..."


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or Python ran out of memory; torch has a class for a GPU's, and only words for the machine's."""
    words = "can't allocate memory" in str(error)
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or words
