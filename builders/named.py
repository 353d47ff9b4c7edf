"""Code of the user's that a recipe names by its import path: parsers, oracles, benchmarks."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from builders.errors import ConfigError, RunError, is_out_of_memory, one_line


def import_named(kind: str, path: str, what: str = "function") -> Any:
    """The module at `module`, or the function at `module:function`.

    Args:
        kind: What it is to serve as, for messages.
        path: As the recipe gives it.
        what: "class" where that must stand behind the colon, for messages.

    Raises:
        ConfigError: It cannot be imported, or cannot be called.
    """
    module, colon, name = path.partition(":")
    try:
        found = import_module(module)
        named = getattr(found, name) if colon else found
    except (Exception, SystemExit) as error:  # the module runs when it is imported, and may raise anything
        remedy = f"name a {what} as 'module:{what}'" if colon else "name a module on the import path"
        raise ConfigError(f"{kind} '{path}' cannot be imported ({one_line(error)}); correct it, or {remedy}") from error
    if colon and not callable(named):
        raise ConfigError(f"{kind} '{path}' is a {type(named).__name__}; name a {what} as 'module:{what}'")
    return named


@contextmanager
def users_code(what: str, remedy: str) -> Iterator[None]:
    """Whatever the code in it raises becomes one line, but for a lack of memory: smaller batches may do then.

    Args:
        what: The code and what it was asked, such as "parser 'my_parser:parse' failed on 'Profit rose.'".
        remedy: What it should do instead.

    Raises:
        RunError: It failed.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        if is_out_of_memory(error):
            raise
        raise RunError(f"{what}: {one_line(error)}; {remedy}") from error


def code_identity(kind: str, path: str) -> dict[str, str]:
    """What a fingerprint needs to know of named code: its name, and the content of its own source file.

    What that file imports in turn is not looked at.
    """
    source = getattr(import_named(kind, path.partition(":")[0]), "__file__", None)  # None: built into Python
    content = hashlib.sha256(Path(source).read_bytes()).hexdigest() if source else ""
    return {"name": path, "sha256": content}
