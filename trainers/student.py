"""The student's weights before and after training: all of them, or a LoRA adapter on a frozen base."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel
from tokenizers import AddedToken
from transformers import GenerationConfig
from transformers.utils.logging import disable_progress_bar

from builders.model_place import adapter_base, settings_folder

from .adapter import fresh_adapter
from .finetuning_config import LoraSettings
from .kind import Loader, student_loader
from .prompt import prompt_template, room
from .training_checks import check_continued_adapter


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
        model, tokenizer = load(base)
        return fresh_adapter(model, base, lora), tokenizer


def _continued_adapter(folder: Path, lora: LoraSettings, load: Loader) -> tuple[Any, Any]:
    settings = LoraConfig.from_pretrained(str(folder))
    check_continued_adapter(settings.to_dict(), lora)
    settings.lora_dropout = lora.dropout
    model, tokenizer = load(settings.base_model_name_or_path)
    return PeftModel.from_pretrained(model, str(folder), config=settings, is_trainable=True), tokenizer


def as_tokens(texts: Sequence[str]) -> list[AddedToken]:
    """Each of these texts as one token, white space before it included."""
    return [AddedToken(text, lstrip=True, normalized=False) for text in texts]


def add_tokens(model: Any, tokenizer: Any, texts: Sequence[str]) -> None:
    """Makes tokens of these texts, whose embeddings training has to find."""
    tokenizer.add_tokens(as_tokens(texts))
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        # By its mean, the library's default, would give all of them nearly one and the same.
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)


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
    (folder / "README.md").unlink(missing_ok=True)  # peft leaves a blank form
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
