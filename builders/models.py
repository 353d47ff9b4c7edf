"""Loading the stock models that a recipe names: from a folder, a package or the Hub."""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from builders.configuration import read_configuration
from builders.errors import RunError
from builders.model_place import (
    ADAPTER,
    CONFIG,
    GENERATION,
    adapter_base,
    load_error,
    read_settings,
    resolve,
    settings_folder,
)
from builders.model_weights import WEIGHTLESS, load_weights

_RESULT_FILES = ("*.safetensors", "*.bin", "*.model", "vocab*", "merges.txt", "tokenizer*", "*tokens*.json", "*.txt")
_PLACES = ("_name_or_path", "base_model_name_or_path", "transformers_version")  # say where, not what
_USAGE = ("custom_pipelines", "requirements.txt")  # a field and a file that say how a model is used


@lru_cache(maxsize=4)
def load_causal_lm(ref: str) -> tuple[Any, Any]:
    """A decoder-only language model in fp32 and its tokenizer, which pads on the left.

    Raises:
        RunError: It cannot be loaded, or its tokenizer has no token for where a text begins or ends.
    """
    return _load_causal_lm(ref, "float32")


def load_sampled_lm(ref: str, bf16: bool = False) -> tuple[Any, Any]:
    """As `load_causal_lm`, for a model that is only sampled and may compute in bf16.

    Raises:
        RunError: It cannot be loaded, or its tokenizer has no token for where a text begins or ends.
    """
    return _load_in_bf16(ref) if bf16 else load_causal_lm(ref)


@lru_cache(maxsize=2)
def _load_in_bf16(ref: str) -> tuple[Any, Any]:
    # Loaded so, not turned so afterwards, which would round the frequencies of rotary positions.
    return _load_causal_lm(ref, "bfloat16")


def _load_causal_lm(ref: str, dtype: str) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM  # slow to import

    model, tokenizer = _load(AutoModelForCausalLM, ref, "a causal language model", dtype)
    if tokenizer.bos_token_id is None and tokenizer.eos_token_id is None:
        remedy = "name one of them in its tokenizer_config.json"
        raise RunError(f"the tokenizer of model '{ref}' has neither a bos_token nor an eos_token; {remedy}")
    tokenizer.padding_side = "left"
    return model, tokenizer


@lru_cache(maxsize=4)
def load_seq2seq(ref: str) -> tuple[Any, Any]:
    """An encoder-decoder model in fp32 and its tokenizer; a PEFT adapter folder comes merged into its base.

    Raises:
        RunError: It cannot be loaded.
    """
    from transformers import AutoModelForSeq2SeqLM  # slow to import

    return _load(AutoModelForSeq2SeqLM, ref, "an encoder-decoder model")


@lru_cache(maxsize=4)
def load_classifier(ref: str) -> tuple[Any, Any]:
    """A sequence classifier, in fp32 or on a GPU in bf16, and its tokenizer, which pads on the side that suits it.

    Raises:
        RunError: It cannot be loaded, or has no trained classification head.
    """
    from transformers import AutoModelForSequenceClassification  # slow to import

    model, tokenizer = _load(AutoModelForSequenceClassification, ref, "a sequence classifier")
    model.config.use_cache = False  # a pair is read once, and a decoder would keep what it might go on from
    if model.device.type == "cuda":
        model = model.bfloat16()
    judges_by_last = getattr(model.config, "summary_type", None) == "last"  # XLNet, whatever stands there
    tokenizer.padding_side = "left" if judges_by_last else "right"
    model.config.pad_token_id = tokenizer.pad_token_id  # GPT-2 classifiers find the last word by it
    return model, tokenizer


@lru_cache(maxsize=4)
def load_encoder(ref: str) -> tuple[Any, Any]:
    """The part of a model that gives hidden states, and its tokenizer: a classifier's body, an encoder, or a causal LM.

    Raises:
        RunError: It cannot be loaded.
    """
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM  # slow to import
    from transformers.models.auto import modeling_auto

    config = read_configuration(ref)
    architecture = (config.architectures or [""])[0]
    if architecture in modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.values():
        model, tokenizer = load_classifier(ref)
        model = model.base_model
    else:
        # As they were trained: the body alone may have parts that a language model lacks, such as a pooler.
        kinds = {
            AutoModelForCausalLM: modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
            AutoModelForMaskedLM: modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
        }
        found = (kind for kind, names in kinds.items() if architecture in names.values())
        model, tokenizer = _load(next(found, AutoModel), ref, "an encoder")
        model = model.base_model
    return model.get_encoder() if config.is_encoder_decoder else model, tokenizer


def check_loads(auto_class: str, ref: str, kind: str) -> None:
    """Finds, without reading a weight, what would keep a model on this machine from being loaded.

    Of a model on the Hub nothing is fetched for this.

    Args:
        auto_class: The class of transformers that will load it, such as "AutoModelForCausalLM".
        ref: Folder, `package:folder` or Hub id.
        kind: What it should be, for messages, such as "a causal language model".

    Raises:
        RunError: As loading it would.
    """
    import transformers  # slow to import

    if Path(resolve(ref)).is_dir():
        _read(getattr(transformers, auto_class), ref, kind, device_map=WEIGHTLESS)


def _load(auto_class: Any, ref: str, kind: str, dtype: str = "float32") -> tuple[Any, Any]:
    import torch  # slow to import

    model, tokenizer = _read(auto_class, ref, kind, dtype=dtype)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.bos_token  # a mask hides it, whichever it is
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer


def _read(auto_class: Any, ref: str, kind: str, **settings: Any) -> tuple[Any, Any]:
    from transformers import AutoTokenizer  # slow to import

    try:
        with _quiet_transformers():
            folder = settings_folder(ref)
            model = load_weights(auto_class, ref, **settings)
            tokenizer = AutoTokenizer.from_pretrained(resolve(ref) if adapter_base(folder) is None else str(folder))
    except RunError:
        raise
    except Exception as error:
        raise load_error(ref, f"does not load as {kind}", error) from error
    # transformers makes an empty tokenizer where the files of one are missing; T5's still knows the space
    if len(tokenizer) <= len(tokenizer.all_special_tokens) + 1:
        raise RunError(f"model '{ref}' comes without a tokenizer; put the files of its tokenizer beside its weights")
    rows = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        problem = f"model '{ref}' has {rows:,} token embeddings, and its tokenizer {len(tokenizer):,} tokens"
        raise RunError(f"{problem}; put the tokenizer that it was trained with beside its weights")
    return model, tokenizer


def longest_input(model: Any, tokenizer: Any) -> int:
    """The most tokens that a model takes at once.

    RoBERTa and its kin number positions from behind the padding token's, which takes some of the table's places.
    """
    places = getattr(model.config, "max_position_embeddings", None) or -1
    if places < 0:  # only distances between tokens count; XLNet's configuration says -1
        return int(tokenizer.model_max_length)
    tables = (module for name, module in model.named_modules() if name.endswith("position_embeddings"))
    taken = next((table.padding_idx + 1 for table in tables if getattr(table, "padding_idx", None) is not None), 0)
    return int(min(tokenizer.model_max_length, places - taken))


def padded(rows: list[list[int]], tokenizer: Any, name: str = "input_ids", side: str = "right") -> Any:
    """Rows of one of a model's inputs as a tensor, padded on a side as the tokenizer would."""
    import torch  # slow to import

    fill = {"input_ids": tokenizer.pad_token_id, "token_type_ids": tokenizer.pad_token_type_id}.get(name, 0)
    width = max(map(len, rows))
    fills = [[fill] * (width - len(row)) for row in rows]
    return torch.tensor([more + row if side == "left" else row + more for row, more in zip(rows, fills, strict=True)])


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    from transformers.utils import logging as library_logging  # slow to import

    before = library_logging.get_verbosity()
    bar = library_logging.is_progress_bar_enabled()
    library_logging.set_verbosity(logging.CRITICAL)  # what matters in it becomes our one line
    library_logging.disable_progress_bar()
    try:
        yield
    finally:
        library_logging.set_verbosity(before)
        if bar:
            library_logging.enable_progress_bar()


@lru_cache(maxsize=16)
def model_identity(ref: str) -> dict[str, str]:
    """What a fingerprint needs to know of a model: its content, never where it lies.

    Returns:
        `{"sha256": ...}` over the weights, tokenizer and configuration of a local model; `{"id": ..., "commit": ...}`
        for one on the Hub.
    """
    folder = settings_folder(ref)
    if Path(resolve(ref)).is_dir():
        return {"sha256": _folder_digest(folder)}
    return {"id": ref, "commit": folder.name}


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    base = adapter_base(folder)
    for path in (folder / CONFIG, folder / ADAPTER):
        if path.is_file():
            content = {field: value for field, value in read_settings(path).items() if field not in _PLACES + _USAGE}
            digest.update(json.dumps([content, model_identity(base) if base else None], sort_keys=True).encode())
    if (folder / GENERATION).is_file():
        ends = read_settings(folder / GENERATION).get("eos_token_id")  # of all settings in it the one that is heeded
        digest.update(json.dumps(ends).encode())
    files = {path for pattern in _RESULT_FILES for path in folder.glob(pattern) if path.name not in _USAGE}
    for path in sorted(path for path in files if path.is_file()):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
