"""The two kinds of student, told apart by a model's configuration alone: encoder-decoder and decoder-only."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from builders.configuration import read_configuration
from builders.errors import ConfigError, RunError
from builders.models import load_causal_lm, load_seq2seq

from .prompt import prompt_template

Loader = Callable[[str], tuple[Any, Any]]


def student_loader(ref: str) -> Loader:
    """The loader of a student, or of a student's base, which gives a copy of its own with every call.

    Raises:
        ConfigError: The model is neither an encoder-decoder model nor a causal LM.
        RunError: There is no such model, or its configuration cannot be read, or names a prompt without a source.
    """
    from transformers.models.auto import modeling_auto as known  # slow to import

    config = read_configuration(ref)
    named = config.architectures or [config.model_type]
    # A classifier's body would load as a language model, and write nonsense.
    if not set(named).intersection(known.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.values()):
        # Some architectures have both kinds of class, such as BART, and speech models stand among the first.
        if config.is_encoder_decoder and config.model_type in known.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
            return load_seq2seq.__wrapped__
        if not config.is_encoder_decoder and config.model_type in known.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
            try:
                prompt_template(config)
            except ValueError as error:
                raise RunError(f"model '{ref}': {error}") from None
            return load_causal_lm.__wrapped__
    remedy = "name one that loads as an encoder-decoder model or a causal LM"
    raise ConfigError(f"'{ref}' is a {named[0]} model; {remedy}")


@lru_cache(maxsize=4)
def load_student(ref: str) -> tuple[Any, Any]:
    """A student of either kind in fp32 and its tokenizer; a PEFT adapter comes merged into its base.

    `model.config.is_encoder_decoder` says which kind it is.

    Args:
        ref: Folder, `package:folder` or Hub id.

    Raises:
        ConfigError: It is of neither kind.
        RunError: It cannot be loaded.
    """
    return student_loader(ref)(ref)
