"""The student's weights before and after training: all of them, or a LoRA adapter on a frozen base."""

import warnings
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from torch import nn
from transformers import GenerationConfig
from transformers.pytorch_utils import Conv1D
from transformers.utils.logging import disable_progress_bar

from builders.config import to_mapping
from builders.errors import ConfigError, one_line
from builders.model_place import adapter_base, resolve, settings_folder

from .finetuning_config import LoraSettings
from .kind import Loader, student_loader
from .prompt import prompt_template, room


def trainable_model(base: str, lora: LoraSettings | None) -> tuple[Any, Any]:
    """A model of its own to train, with a fresh adapter, with the adapter it already has, or with all its weights.

    Raises:
        ConfigError: `base` is a LoRA student of another shape than `lora`, or has no such modules.
        RunError: `base` cannot be loaded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a property by its old name
        load = student_loader(base)
        if lora is None:
            model, tokenizer = load(base)
            return model.requires_grad_(True), tokenizer  # merging an adapter leaves its base frozen
        folder = settings_folder(base)
        if adapter_base(folder) is not None:
            return _continued_adapter(folder, lora, load)
        return _fresh_adapter(base, lora, load)


def _fresh_adapter(base: str, lora: LoraSettings, load: Loader) -> tuple[Any, Any]:
    model, tokenizer = load(base)
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
        student = get_peft_model(model, settings)
    except ValueError as error:
        problem = f"lora.target_modules {named} do not fit '{base}': {one_line(error)}"
        raise ConfigError(f"{problem}; choose from {fitting}") from error
    place = Path(resolve(base))
    # absolute, so that the adapter finds its base from any working directory
    settings.base_model_name_or_path = str(place.resolve()) if place.is_dir() else base
    return student, tokenizer


def _matrices(model: Any) -> dict[str, type]:
    """The names of the matrices that can be adapted, each with the class of its layer."""
    output = model.get_output_embeddings()
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear | Conv1D)}
    return {name.rpartition(".")[2]: type(layer) for name, layer in layers.items() if layer is not output}


def _continued_adapter(folder: Path, lora: LoraSettings, load: Loader) -> tuple[Any, Any]:
    settings = LoraConfig.from_pretrained(str(folder))
    shape = (settings.r, settings.lora_alpha, set(settings.target_modules))
    if shape != (lora.rank, lora.alpha, set(lora.target_modules or settings.target_modules)):
        kept = f"rank: {settings.r}, alpha: {settings.lora_alpha}, target_modules: {sorted(settings.target_modules)}"
        raise ConfigError(f"lora must be that of the student it continues ({kept}), got {to_mapping(lora)}")
    settings.lora_dropout = lora.dropout
    model, tokenizer = load(settings.base_model_name_or_path)
    return PeftModel.from_pretrained(model, str(folder), config=settings, is_trainable=True), tokenizer


def save_student(model: Any, tokenizer: Any, max_length: int, folder: Path) -> None:
    """Writes the weights or the adapter, the tokenizer, and generation settings: greedy, up to `max_length` tokens."""
    disable_progress_bar()  # a bar for one file says nothing
    model.config.use_cache = True  # the trainer turns it off, and generation from the saved model would be slow
    generation = _generation_settings(model.config, tokenizer, max_length)
    if not model.config.is_encoder_decoder:
        generation.max_new_tokens = min(max_length, room(model, tokenizer, prompt_template(model.config)) // 2)
    whole = model.get_base_model() if isinstance(model, PeftModel) else model
    whole.generation_config = generation
    model.save_pretrained(folder)
    generation.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _generation_settings(config: Any, tokenizer: Any, max_new_tokens: int) -> GenerationConfig:
    """Only what generation needs: a copy of the base's settings would bring sampling and other habits of its own."""
    first = "decoder_start_token_id" if config.is_encoder_decoder else "bos_token_id"
    return GenerationConfig(
        do_sample=False,
        max_new_tokens=max_new_tokens,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        **{first: getattr(config, first, None)},
    )
