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
from .preference_trainer import PreferenceTrainer, quiet, trl_settings
from .prompt import completion, prompt, prompt_template
from .training_pairs import PreferenceRow


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
        ConfigError: The tokenizer is none for prompts.
        RunError: This process sees several GPUs.
    """
    template = prompt_template(model.config)
    model.config.prompt_template = template
    check_prompts(tokenizer, template, (rows[0].prompt, rows[0].chosen))
    settings = trl_settings(DPOConfig, config, folder, seed, max_length=None)  # the texts are cut before
    with quiet():
        return DpoStudentTrainer(
            model=model,
            ref_model=None if isinstance(model, PeftModel) else student_loader(base)(base)[0],
            args=settings,
            train_dataset=_dataset(template, rows),
            eval_dataset=_dataset(template, validation) if validation else None,
            processing_class=tokenizer,
        )


class DpoStudentTrainer(PreferenceTrainer, DPOTrainer):
    """DPOTrainer whose batches hold rows of like length."""

    LENGTH_OF = ("prompt_ids", "chosen_ids", "rejected_ids")


def _dataset(template: str, rows: Sequence[PreferenceRow]) -> datasets.Dataset:
    """Prompts and answers; the trainer adds the end token."""
    return datasets.Dataset.from_dict(
        {
            "prompt": [prompt(template, row.prompt) for row in rows],
            "chosen": [completion(row.chosen) for row in rows],
            "rejected": [completion(row.rejected) for row in rows],
        }
    )
