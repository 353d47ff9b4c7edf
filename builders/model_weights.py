"""A model's weights, each of them trained and of the shape that its configuration says, an adapter's merged in."""

import warnings
from pathlib import Path
from typing import Any

from builders.errors import RunError, one_line
from builders.model_place import ADAPTER, GENERATION, adapter_base, read_settings, resolve, settings_folder

WEIGHTLESS = "meta"  # torch's device of tensors that have a shape and no values: weights are not even read


def load_weights(auto_class: Any, ref: str, **settings: Any) -> Any:
    """A model of a stock class.

    Args:
        auto_class: Such as `AutoModelForCausalLM`.
        ref: Folder, `package:folder` or Hub id.
        settings: Of `from_pretrained`, such as `dtype`.

    Raises:
        RunError: Weights are missing or of another shape, or an adapter does not fit its base. Whatever else is wrong
            is an error of the libraries' own.
    """
    folder = settings_folder(ref)
    base = adapter_base(folder)
    if base is not None:
        return _adapted(load_weights(auto_class, base, **settings), folder, ref, base)
    model, info = auto_class.from_pretrained(
        resolve(ref), output_loading_info=True, ignore_mismatched_sizes=True, **settings
    )
    if info["mismatched_keys"]:
        name, found, wanted = min(info["mismatched_keys"])
        problem = f"its weights are of another shape than its config.json: '{name}' is {_shape(found)}"
        raise RunError(f"model '{ref}': {problem}, not {_shape(wanted)}; save the model again, or name another")
    if info["missing_keys"]:
        example = min(info["missing_keys"])
        raise RunError(f"model '{ref}' has no trained weights for '{example}'; name a model trained for this use")
    return model


def _adapted(model: Any, folder: Path, ref: str, base: str) -> Any:
    from peft import PeftModel  # slow to import, as the other
    from transformers import GenerationConfig

    kind = read_settings(folder / ADAPTER).get("peft_type")
    if kind != "LORA":
        raise RunError(f"model '{ref}' is an adapter of the kind {kind}; name a LoRA adapter or a whole model")
    if not list(folder.glob("adapter_model.*")):
        raise RunError(f"model '{ref}' is an adapter without its adapter_model.safetensors; save the adapter again")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message="Found missing adapter keys")  # they would be left untrained
            merged = PeftModel.from_pretrained(model, str(folder)).merge_and_unload()
    except (RuntimeError, ValueError, Warning) as error:
        problem = f"model '{ref}' is an adapter that does not fit its base '{base}': {one_line(error)}"
        raise RunError(f"{problem}; name the base that it was trained on in its adapter_config.json") from error
    if merged.can_generate() and (folder / GENERATION).is_file():  # the base's settings are of another use
        merged.generation_config = GenerationConfig.from_pretrained(folder)
    return merged


def _shape(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size))
