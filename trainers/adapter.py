"""A LoRA adapter: put on a model's matrices before training, and merged into them for a release."""

import warnings
from pathlib import Path
from typing import Any

from peft import LoraConfig, TaskType, get_peft_model
from torch import nn
from transformers.pytorch_utils import Conv1D

from builders.errors import ConfigError, one_line
from builders.model_place import resolve

from .finetuning_config import LoraSettings


def fresh_adapter(model: Any, base: str, lora: LoraSettings) -> Any:
    """The model with a new adapter, whose weights alone are trained.

    Args:
        model: Of stock architecture.
        base: Where it comes from, which the adapter's settings name.
        lora: Settings of the adapter.

    Raises:
        ConfigError: The model has no such matrices, or is of an architecture of which PEFT knows no usual ones.
    """
    encodes = model.config.is_encoder_decoder
    matrices = _matrices(model)
    settings = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM if encodes else TaskType.CAUSAL_LM,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=None if lora.target_modules is None else list(lora.target_modules),
        fan_in_fan_out=Conv1D in matrices.values(),  # as GPT-2 stores its weights
    )
    named = "left out" if lora.target_modules is None else str(list(lora.target_modules))
    fitting = ", ".join(sorted(matrices))
    if not encodes and "lm_head" in (lora.target_modules or ()):
        raise ConfigError(f"lora.target_modules {named}: the output layer cannot be adapted; choose from {fitting}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a property by its old name
            student = get_peft_model(model, settings)
    except ValueError as error:
        problem = f"lora.target_modules {named} do not fit '{base}': {one_line(error)}"
        raise ConfigError(f"{problem}; choose from {fitting}") from error
    place = Path(resolve(base))
    # absolute, so that the adapter finds its base from any working directory
    settings.base_model_name_or_path = str(place.resolve()) if place.is_dir() else base
    return student


def _matrices(model: Any) -> dict[str, type]:
    """The names of the matrices that can be adapted, each with the class of its layer."""
    output = model.get_output_embeddings()
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear | Conv1D)}
    return {name.rpartition(".")[2]: type(layer) for name, layer in layers.items() if layer is not output}
