"""Loading the stock models that a recipe names: from a folder, a package or the Hub."""

import hashlib
import importlib.util
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from builders.errors import RunError, one_line
from builders.files import read_json, read_text

_CONFIG, _ADAPTER = "config.json", "adapter_config.json"
_RESULT_FILES = ("*.safetensors", "*.bin", "*.model", "vocab*", "merges.txt", "tokenizer*", "*tokens*.json", "*.txt")
_PLACES = ("_name_or_path", "base_model_name_or_path", "transformers_version")  # say where, not what


def resolve(ref: str) -> str:
    """Where a model reference points.

    Args:
        ref: `package:sub/folder` (a folder inside an importable package), a local folder, or a Hub id.

    Raises:
        RunError: The reference names a place on this machine, and no model is there.
    """
    package, colon, inside = ref.partition(":")
    if colon and inside and package.isidentifier():
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise RunError(f"model '{ref}': there is no package '{package}' here; check the name before the colon")
        return str(_model_folder(ref, Path(next(iter(spec.submodule_search_locations))) / inside))
    path = Path(ref).expanduser()
    if ref.startswith((".", "/", "~")) or path.exists():
        return str(_model_folder(ref, path))
    return ref


def _model_folder(ref: str, path: Path) -> Path:
    if not any((path / name).is_file() for name in (_CONFIG, _ADAPTER)):
        problem = "holds no config.json" if path.is_dir() else "is no folder" if path.exists() else "does not exist"
        raise RunError(f"model '{ref}': {path} {problem}; name a saved model folder or a Hub id")
    return path


@lru_cache(maxsize=4)
def load_causal_lm(ref: str) -> tuple[Any, Any]:
    """A decoder-only language model in fp32 and its tokenizer, which pads on the left.

    Raises:
        RunError: It cannot be loaded.
    """
    from transformers import AutoModelForCausalLM  # slow to import

    model, tokenizer = _load(AutoModelForCausalLM, ref, "a causal language model")
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
    """A sequence classifier in fp32 and its tokenizer, which pads on the right.

    Raises:
        RunError: It cannot be loaded, or has no trained classification head.
    """
    from transformers import AutoModelForSequenceClassification  # slow to import

    model, tokenizer = _load(AutoModelForSequenceClassification, ref, "a sequence classifier")
    tokenizer.padding_side = "right"
    model.config.pad_token_id = tokenizer.pad_token_id  # GPT-2 classifiers find the last word by it
    return model, tokenizer


def _load(auto_class: Any, ref: str, kind: str) -> tuple[Any, Any]:
    import torch  # slow to import
    from transformers import AutoTokenizer

    place = resolve(ref)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        with _quiet_transformers():
            tokenizer = AutoTokenizer.from_pretrained(place)
            model = _load_weights(auto_class, place)
    except RunError:
        raise
    except Exception as error:  # the libraries below raise their own kinds: OSError, ValueError, SafetensorError, ...
        raise RunError(f"model '{ref}' does not load as {kind}: {one_line(error)}; {_remedy()}") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model.to(device).eval(), tokenizer


def _load_weights(auto_class: Any, place: str) -> Any:
    import torch  # slow to import

    base = adapter_base(Path(place))
    if base is not None:
        from peft import PeftModel  # slow to import

        return PeftModel.from_pretrained(_load_weights(auto_class, resolve(base)), place).merge_and_unload()
    model, info = auto_class.from_pretrained(place, dtype=torch.float32, output_loading_info=True)
    if info["missing_keys"]:
        example = sorted(info["missing_keys"])[0]
        raise RunError(f"model '{place}' has no trained weights for '{example}'; name a model trained for this use")
    return model


def adapter_base(folder: Path) -> str | None:
    """The model that the PEFT adapter in a folder adapts; None where the folder holds a whole model.

    Raises:
        RunError: Its `adapter_config.json` is damaged or names no model.
    """
    if (folder / _CONFIG).is_file() or not (folder / _ADAPTER).is_file():
        return None
    base = _read_config(folder / _ADAPTER).get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        remedy = "name the model that the adapter was trained on"
        raise RunError(f"{folder / _ADAPTER} has no base_model_name_or_path, got {base!r}; {remedy}")
    return base


def _read_config(path: Path) -> dict[str, Any]:
    config = read_json(read_text(path), str(path))
    if not isinstance(config, dict):
        raise RunError(f"{path} must hold an object, got {config!r:.60}; save the model again")
    return config


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
    place = resolve(ref)
    if Path(place).is_dir():
        return {"sha256": _folder_digest(Path(place))}
    from huggingface_hub import snapshot_download  # slow to import

    try:  # the folder of a commit in the cache is named by it, with or without the network
        snapshot = snapshot_download(place, allow_patterns=[_CONFIG, _ADAPTER])
    except Exception as error:  # as in _load
        raise RunError(f"model '{ref}' is not on the Hub or not reachable: {one_line(error)}; {_remedy()}") from error
    return {"id": ref, "commit": Path(snapshot).name}


def _remedy() -> str:
    from huggingface_hub import constants  # slow to import

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set: unset it, or put the model into the cache by 'hf download'"
    return "check the name, or the network when it is a Hub id"


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    base = adapter_base(folder)
    for path in (folder / _CONFIG, folder / _ADAPTER):
        if path.is_file():
            content = {field: value for field, value in _read_config(path).items() if field not in _PLACES}
            digest.update(json.dumps([content, model_identity(base) if base else None], sort_keys=True).encode())
    for path in sorted({path for pattern in _RESULT_FILES for path in folder.glob(pattern) if path.is_file()}):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
