"""The trainer of an encoder-decoder student by preference: TRL's ORPOTrainer (Hong et al. 2024)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
import torch

from .batches import encode_pairs
from .preference_config import PreferenceConfig
from .preference_trainer import PreferenceTrainer, quiet, trl_settings
from .training_pairs import PreferenceRow

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")  # that its trainer may change is for us to know, not users
from trl.experimental.orpo import ORPOConfig, ORPOTrainer


def orpo_trainer(
    model: Any,
    tokenizer: Any,
    rows: Sequence[PreferenceRow],
    validation: Sequence[PreferenceRow],
    config: PreferenceConfig,
    folder: Path,
    seed: int,
) -> ORPOTrainer:
    """A trainer that raises the odds of the accepted text over those of the refused one, beside its likelihood.

    Raises:
        RunError: This process sees several GPUs.
    """
    longest = config.training.max_length  # the texts are cut before; the trainer asks for the numbers all the same
    settings = trl_settings(ORPOConfig, config, folder, seed, max_length=longest, max_completion_length=longest)
    with quiet():
        return OrpoStudentTrainer(
            model=model,
            args=settings,
            train_dataset=datasets.Dataset.from_list([row._asdict() for row in rows]),
            eval_dataset=datasets.Dataset.from_list([row._asdict() for row in validation]) if validation else None,
            processing_class=tokenizer,
        )


class OrpoStudentTrainer(PreferenceTrainer, ORPOTrainer):
    """ORPOTrainer on the tokens that fine-tuning takes, whose loss does not change with accumulation."""

    LENGTH_OF = ("prompt_input_ids", "chosen_labels", "rejected_labels")

    def tokenize_row(self, feature: dict[str, str], model: Any = None) -> dict[str, list[int]]:
        """The row as `encode_pairs` writes it, which gives every answer its end."""
        pairs = [(feature["prompt"], feature["chosen"]), (feature["prompt"], feature["rejected"])]
        chosen, rejected = encode_pairs(self.processing_class, pairs)
        return {
            "prompt_input_ids": chosen["input_ids"],
            "prompt_attention_mask": [1] * len(chosen["input_ids"]),
            "chosen_labels": chosen["labels"],
            "rejected_labels": rejected["labels"],
        }

    def concatenated_forward(self, model: Any, batch: dict[str, Any]) -> tuple[torch.Tensor, ...]:
        """As the trainer's, but the negative log-likelihood beside the odds is the mean over rows, as theirs is.

        The paper's likelihood of a text is a mean over its tokens (Section 4.1), and its loss the expectation over rows
        (Equation 6). The trainer takes the mean over the tokens of a batch, which changes with what else is in it.
        """
        found = super().concatenated_forward(model, batch)
        chosen_log_likelihood = found[0]
        return *found[:4], -chosen_log_likelihood.mean(), *found[5:]
