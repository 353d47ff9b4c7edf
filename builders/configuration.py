"""The configuration of a model that a recipe names, without its weights."""

from pathlib import Path
from typing import Any

from builders.errors import RunError, one_line
from builders.models import adapter_base, resolve


def read_configuration(ref: str) -> Any:
    """The configuration of a model; of a PEFT adapter that of its base.

    Args:
        ref: Folder, `package:folder` or Hub id.

    Raises:
        RunError: There is no such model, or its configuration cannot be read.
    """
    from transformers import AutoConfig  # slow to import

    place = resolve(ref)
    base = adapter_base(Path(place))
    if base is not None:
        return read_configuration(base)
    try:
        return AutoConfig.from_pretrained(place)
    except Exception as error:  # the libraries below raise their own kinds: OSError, ValueError, HfHubHTTPError, ...
        remedy = "check the name, or the network when it is a Hub id"
        raise RunError(f"model '{ref}' cannot be read: {one_line(error)}; {remedy}") from error
