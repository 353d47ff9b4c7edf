"""The trainer of a decoder-only student by preference: TRL's DPOTrainer (Rafailov et al. 2023)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
from peft import PeftModel
from trl import DPOConfig, DPOTrainer

from .causal import check_prompts
from .kind import student_loader
from .preference_config import PreferenceConfig
from .prompt import completion, prompt, prompt_template, room, shortened
from .training_pairs import PreferenceRow
from .trl_settings import TrlStudentTrainer, quiet, trl_settings


def dpo_trainer(
    model: Any,
    tokenizer: Any,
    rows: Sequence[PreferenceRow],
    validation: Sequence[PreferenceRow],
    config: PreferenceConfig,
    folder: Path,
    seed: int,
    base: str,
) -> DPOTrainer:
    """A trainer that prefers the accepted text to the refused one by more than the student did before.

    What it holds the student to is `base`, the student as it was; an adapter is held to a copy of itself.

    Raises:
        ConfigError: The tokenizer is none for prompts, or the model has too few positions.
        RunError: This process sees several GPUs.
    """
    template = prompt_template(model.config)
    model.config.prompt_template = template
    longest = min(config.training.max_length, room(model, tokenizer, template) // 2)
    check_prompts(tokenizer, template, rows[0][:2], longest)
    own = {"beta": config.beta, "max_length": None}  # the texts are cut here
    settings = trl_settings(DPOConfig, config.training, folder, seed, **own)
    with quiet():
        return DpoStudentTrainer(
            model=model,
            ref_model=None if isinstance(model, PeftModel) else student_loader(base)(base)[0],
            args=settings,
            train_dataset=_dataset(tokenizer, template, rows, longest),
            eval_dataset=_dataset(tokenizer, template, validation, longest) if validation else None,
            processing_class=tokenizer,
        )


class DpoStudentTrainer(TrlStudentTrainer, DPOTrainer):
    """DPOTrainer whose batches hold rows of like length."""

    LENGTH_OF = ("prompt_ids", "chosen_ids", "rejected_ids")


def _dataset(tokenizer: Any, template: str, rows: Sequence[PreferenceRow], longest: int) -> datasets.Dataset:
    """Prompts and answers, each text of a row cut to `longest` tokens; the trainer adds the end token."""
    prompts, chosen, rejected = (shortened(tokenizer, texts, longest) for texts in zip(*rows, strict=True))
    return datasets.Dataset.from_dict(
        {
            "prompt": [prompt(template, text) for text in prompts],
            "chosen": [completion(text) for text in chosen],
            "rejected": [completion(text) for text in rejected],
        }
    )
