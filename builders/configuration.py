"""The configuration of a model that a recipe names, without its weights."""

from typing import Any

from builders.errors import ConfigError, RunError
from builders.model_place import ADAPTER, adapter_base, load_error, resolve, settings_folder


def read_configuration(ref: str) -> Any:
    """The configuration of a model; of a PEFT adapter that of its base.

    Args:
        ref: Folder, `package:folder` or Hub id.

    Raises:
        RunError: There is no such model, or its configuration cannot be read; or HF_HUB_OFFLINE is set and the cache
            lacks the model.
    """
    from transformers import AutoConfig  # slow to import

    folder = settings_folder(ref)
    base = adapter_base(folder)
    if base is not None:
        try:
            return read_configuration(base)
        except RunError as error:
            raise RunError(f"{folder / ADAPTER} names a base that is not there: {error}") from error
    try:
        return AutoConfig.from_pretrained(resolve(ref))
    except Exception as error:
        raise load_error(ref, "cannot be read", error) from error


def read_configuration_of_kind(ref: str, task: str, kind: str) -> Any:
    """The configuration of a model that must be of a kind.

    Args:
        ref: Folder, `package:folder` or Hub id.
        task: As transformers names it, such as CAUSAL_LM.
        kind: The same in words, for the message.

    Raises:
        ConfigError: It is of another kind.
        RunError: As `read_configuration`.
    """
    from transformers.models.auto import modeling_auto  # slow to import

    config = read_configuration(ref)
    if config.model_type not in getattr(modeling_auto, f"MODEL_FOR_{task}_MAPPING_NAMES"):
        raise ConfigError(f"'{ref}' is a {config.model_type} model; name one that loads as {kind}")
    return config
