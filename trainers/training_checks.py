"""Settings of a training that its base cannot take, found by the base's configuration before anything runs."""

import inspect
from collections.abc import Mapping
from typing import Any

from builders.config import to_mapping
from builders.configuration import read_configuration
from builders.errors import ConfigError
from builders.model_place import ADAPTER, adapter_base, read_settings, settings_folder

from .finetuning_config import FineTuningConfig, LoraSettings

# Their activations grow beyond what fp16 can hold: they were trained in bf16.
_OVERFLOW = {"t5", "mt5", "umt5", "longt5", "switch_transformers", "t5gemma", "t5gemma2"}


def check_training(base: str, config: FineTuningConfig, before: FineTuningConfig | None = None) -> None:
    """Refuses settings that do not fit the base, or this machine.

    Args:
        base: The model, or the one that the first of several trainings starts from.
        config: Of the training.
        before: Of the training whose student this one starts from, where it is not the first.

    Raises:
        ConfigError: fp16 for a T5 or without a GPU, packing for a model that cannot keep a row's pairs apart, or an
            adapter that the base has no place for, or of another shape than the one it would continue.
        RunError: There is no such base.
    """
    model = read_configuration(base)
    if config.precision == "fp16":
        _check_half_precision(base, model.model_type)
    if config.packing:
        _check_packing(base, model)
    if config.lora is not None:
        if before is None:
            adapter_shape(base, config.lora)
        elif before.lora is None:  # it leaves whole weights
            _fresh_shape(base, config.lora)
        else:
            check_continued_adapter(adapter_shape(base, before.lora), config.lora)


def adapter_shape(base: str, lora: LoraSettings) -> Mapping[str, Any]:
    """The adapter that a training of `base` leaves, as its `adapter_config.json` would say; no weights are loaded.

    Raises:
        ConfigError: The base has no such matrices, or an adapter of another shape.
    """
    folder = settings_folder(base)
    if adapter_base(folder) is None:
        return _fresh_shape(base, lora)
    own = read_settings(folder / ADAPTER)
    check_continued_adapter(own, lora)
    return own


def _fresh_shape(base: str, lora: LoraSettings) -> Mapping[str, Any]:
    import torch  # slow to import, as the rest
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    from .adapter import fresh_adapter

    model = read_configuration(base)
    kind = AutoModelForSeq2SeqLM if model.is_encoder_decoder else AutoModelForCausalLM
    with torch.device("meta"):  # shapes without numbers
        adapted = fresh_adapter(kind.from_config(model), base, lora)
    settings: Mapping[str, Any] = adapted.peft_config["default"].to_dict()
    return settings


def _check_half_precision(base: str, model_type: str) -> None:
    from torch import cuda  # slow to import

    if model_type in _OVERFLOW:
        problem = (
            f"precision 'fp16' gives NaN with '{base}', a {model_type} model, whose activations grow too large for it"
        )
        raise ConfigError(f"{problem}; set precision: bf16")
    if not cuda.is_available():
        raise ConfigError("precision 'fp16' needs a CUDA GPU, and there is none here; set precision: bf16 or fp32")


def _check_packing(base: str, model: Any) -> None:
    import transformers  # slow to import
    from transformers.models.auto import modeling_auto as known

    if model.is_encoder_decoder:
        problem = f"packing is for decoder-only students, and '{base}' is an encoder-decoder model"
        raise ConfigError(f"{problem}; set packing: false")
    name = known.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(model.model_type)
    forward = getattr(transformers, str(name), None)
    if forward is not None and "position_ids" not in inspect.signature(forward.forward).parameters:
        problem = f"packing needs a model that is told where each pair of a row begins, and a {model.model_type} is not"
        raise ConfigError(f"{problem}; set packing: false")


def check_continued_adapter(adapter: Mapping[str, Any], lora: LoraSettings) -> None:
    """Refuses settings of another shape than those of the adapter that is trained further.

    Args:
        adapter: What its `adapter_config.json` holds.
        lora: Its dropout may differ, and modules that are left out are those of the adapter.

    Raises:
        ConfigError: The shapes differ.
    """
    rank, alpha, modules = adapter["r"], adapter["lora_alpha"], set(adapter["target_modules"])
    if (rank, alpha, modules) != (lora.rank, lora.alpha, set(lora.target_modules or modules)):
        kept = f"rank: {rank}, alpha: {alpha}, target_modules: {sorted(modules)}"
        raise ConfigError(f"lora must be that of the student it continues ({kept}), got {to_mapping(lora)}")
