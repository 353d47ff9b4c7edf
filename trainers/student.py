"""The student's weights before and after training: all of them, or a LoRA adapter on a frozen base."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from transformers import GenerationConfig
from transformers.utils.logging import disable_progress_bar

from builders.config import to_mapping
from builders.errors import ConfigError, one_line
from builders.models import load_seq2seq, resolve

from .finetuning import LoraSettings


def trainable_model(base: str, lora: LoraSettings | None) -> tuple[Any, Any]:
    """A model of its own to train, with a fresh adapter, with the adapter it already has, or with all its weights.

    Raises:
        ConfigError: `base` is a LoRA student of another shape than `lora`, or has no such modules.
        RunError: `base` cannot be loaded.
    """
    load = load_seq2seq.__wrapped__  # not the shared copy: training changes it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a property by its old name
        if lora is None:
            model, tokenizer = load(base)
            return model.requires_grad_(True), tokenizer  # merging an adapter leaves its base frozen
        if (Path(resolve(base)) / "adapter_config.json").is_file():
            return _continued_adapter(Path(resolve(base)), lora, load)
        return _fresh_adapter(base, lora, load)


def _fresh_adapter(base: str, lora: LoraSettings, load: Callable[[str], tuple[Any, Any]]) -> tuple[Any, Any]:
    model, tokenizer = load(base)
    settings = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.target_modules),
    )
    try:
        student = get_peft_model(model, settings)
    except ValueError as error:
        raise ConfigError(
            f"lora.target_modules {lora.target_modules} do not fit '{base}': {one_line(error)}"
        ) from error
    place = Path(resolve(base))
    # absolute, so that the adapter finds its base from any working directory
    settings.base_model_name_or_path = str(place.resolve()) if place.is_dir() else base
    return student, tokenizer


def _continued_adapter(folder: Path, lora: LoraSettings, load: Callable[[str], tuple[Any, Any]]) -> tuple[Any, Any]:
    settings = LoraConfig.from_pretrained(str(folder))
    shape = (settings.r, settings.lora_alpha, set(settings.target_modules))
    if shape != (lora.rank, lora.alpha, set(lora.target_modules)):
        kept = f"rank: {settings.r}, alpha: {settings.lora_alpha}, target_modules: {sorted(settings.target_modules)}"
        raise ConfigError(f"lora must be that of the student it continues ({kept}), got {to_mapping(lora)}")
    settings.lora_dropout = lora.dropout
    model, tokenizer = load(settings.base_model_name_or_path)
    return PeftModel.from_pretrained(model, str(folder), config=settings, is_trainable=True), tokenizer


def save_student(model: Any, tokenizer: Any, max_new_tokens: int, folder: Path) -> None:
    """Writes the weights or the adapter, the tokenizer, and generation settings: greedy, up to `max_new_tokens`."""
    disable_progress_bar()  # a bar for one file says nothing
    model.config.use_cache = True  # the trainer turns it off, and generation from the saved model would be slow
    generation = GenerationConfig.from_model_config(model.config)
    generation.update(do_sample=False, num_beams=1, max_new_tokens=max_new_tokens)
    whole = model.get_base_model() if isinstance(model, PeftModel) else model
    whole.generation_config = generation
    model.save_pretrained(folder)
    generation.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
