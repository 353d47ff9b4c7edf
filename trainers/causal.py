"""The trainer of a decoder-only student: TRL's SFTTrainer on prompts and completions."""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
from transformers import Trainer
from trl import SFTConfig, SFTTrainer

from builders.errors import ConfigError
from builders.prompt_tokens import positions

from .finetuning_config import FineTuningConfig
from .packing import check_rows_apart
from .prompt import around, completion, prompt, prompt_template, room
from .training_loop import StudentTrainer, check_devices, token_mean_loss, training_arguments
from .training_pairs import TextPair

_TEXTS = ("prompt", "completion")


def longest_sides(model: Any, tokenizer: Any, max_length: int) -> tuple[int, int]:
    """How many tokens source and target may have: each at most half of the model's positions.

    Raises:
        ConfigError: The model has too few of them.
    """
    longest = min(max_length, room(model, tokenizer, prompt_template(model.config)) // 2)
    if longest < 1:
        raise ConfigError("student.base has too few positions for any sentence; name a larger model")
    return longest, longest


def causal_trainer(
    model: Any,
    tokenizer: Any,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    folder: Path,
    seed: int,
) -> SFTTrainer:
    """A trainer of the target's likelihood, the end-of-text token included, given the prompt.

    Raises:
        ConfigError: The tokenizer is none for prompts.
        RunError: This process sees several GPUs, or packed pairs would see each other.
    """
    template = prompt_template(model.config)
    model.config.prompt_template = template
    check_prompts(tokenizer, template, pairs[0])
    datasets.disable_progress_bars()  # the preparation of the rows takes a moment and would show four of them
    limit = positions(model)
    if config.packing:
        check_rows_apart(model)
        limit = sum(longest_sides(model, tokenizer, config.max_length)) + around(tokenizer, template)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # both settings will be named otherwise one day
        settings = SFTConfig(
            **training_arguments(config, folder, seed),
            completion_only_loss=True,
            packing=config.packing,
            max_length=None if limit == sys.maxsize else limit,
        )
        check_devices(settings)
        trainer = CausalStudentTrainer(
            model=model,
            args=settings,
            train_dataset=_rows(template, pairs),
            eval_dataset=_rows(template, validation) if validation else None,
            processing_class=tokenizer,
            compute_loss_func=token_mean_loss(config.label_smoothing, shift=1),
        )
    # A table of datasets takes longer to give a row than a tiny model to train on it.
    trainer.train_dataset, trainer.eval_dataset = (
        rows and list(rows.select_columns([name for name in rows.column_names if name not in _TEXTS]))
        for rows in (trainer.train_dataset, trainer.eval_dataset)
    )
    return trainer


class CausalStudentTrainer(StudentTrainer, SFTTrainer):
    """SFTTrainer with the loss, the order and the evaluation of `StudentTrainer`, which reports to nobody."""

    def compute_loss(self, *arguments: Any, **named: Any) -> Any:
        """The stock trainer's; trl's own takes other figures too and waits for the device in every update."""
        return Trainer.compute_loss(self, *arguments, **named)

    def _send_telemetry(self) -> None:
        """Nothing: a training is nobody else's business."""

    def create_model_card(self, *arguments: Any, **named: Any) -> None:
        """None: a checkpoint is no release."""


def _rows(template: str, pairs: Sequence[TextPair]) -> datasets.Dataset:
    """Prompts and completions; the trainer adds the end token."""
    return datasets.Dataset.from_dict(
        {
            "prompt": [prompt(template, source) for source, _ in pairs],
            "completion": [completion(target) for _, target in pairs],
        }
    )


def check_prompts(tokenizer: Any, template: str, pair: TextPair) -> None:
    """Refuses, with a `ConfigError`, a tokenizer whose texts have no end, or that cannot part prompts."""
    if tokenizer.eos_token is None:
        raise ConfigError("the tokenizer of student.base has no end-of-text token, so nothing would end; set eos_token")
    asked, answer = prompt(template, pair[0]), completion(pair[1])
    read, whole = (tokenizer(text)["input_ids"] for text in (asked, asked + answer))
    if whole[: len(read)] != read:
        problem = f"the tokenizer of student.base reads the prompt {asked[-20:]!r} otherwise when a text follows it"
        raise ConfigError(f"{problem}; name a model whose tokenizer puts no token behind a text")
