"""The trainer of a decoder-only student: TRL's SFTTrainer on prompts and completions."""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
from peft import PeftModel
from trl import SFTConfig, SFTTrainer

from builders.errors import ConfigError, RunError

from .finetuning_config import FineTuningConfig
from .prompt import completion, positions, prompt, prompt_template, room, shortened
from .training_loop import GroupedByLength, training_arguments
from .training_pairs import TextPair


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
        ConfigError: The tokenizer is none for prompts, or the model has too few positions.
        RunError: Its prompt template is none, or this process sees several GPUs.
    """
    try:
        template = prompt_template(model.config)
    except ValueError as error:
        raise RunError(f"student.base: {error}") from None
    model.config.prompt_template = template
    longest = min(config.max_length, room(model, tokenizer, template) // 2)
    _check(tokenizer, template, pairs[0], longest)
    datasets.disable_progress_bars()  # the preparation of the rows takes a moment and would show four of them
    limit = positions(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # both settings will be named otherwise one day
        settings = SFTConfig(
            **training_arguments(config, folder, seed),
            label_smoothing_factor=config.label_smoothing,  # costs another forward pass a batch in trl 1
            completion_only_loss=True,
            max_length=None if limit == sys.maxsize else limit,
            gradient_checkpointing=False,  # trl's own default saves memory, which small students have, for time
        )
        if settings.n_gpu > 1:
            raise RunError("several GPUs stand open to one process, and trl uses one; set CUDA_VISIBLE_DEVICES=0")
        return CausalStudentTrainer(
            model=model,
            args=settings,
            train_dataset=_rows(tokenizer, template, pairs, longest),
            eval_dataset=_rows(tokenizer, template, validation, longest) if validation else None,
            processing_class=tokenizer,
        )


class CausalStudentTrainer(GroupedByLength, SFTTrainer):
    """SFTTrainer that counts the tokens of a whole update, whatever the model, and reports to nobody."""

    def __init__(self, model: Any, **arguments: Any) -> None:
        # The trainer counts them only for a model whose forward has **kwargs, such as GPT-2 but not MPT. Here it is the
        # trainer's own loss that needs the number.
        unwrapped = model.get_base_model() if isinstance(model, PeftModel) else model
        unwrapped.accepts_loss_kwargs = True
        super().__init__(model=model, **arguments)

    def _send_telemetry(self) -> None:
        """Nothing: a training is nobody else's business."""


def _rows(tokenizer: Any, template: str, pairs: Sequence[TextPair], longest: int) -> datasets.Dataset:
    """Prompts and completions of sources and targets of at most `longest` tokens; the trainer adds the end token."""
    sources, targets = (shortened(tokenizer, texts, longest) for texts in zip(*pairs, strict=True))
    return datasets.Dataset.from_dict(
        {
            "prompt": [prompt(template, source) for source in sources],
            "completion": [completion(target) for target in targets],
        }
    )


def _check(tokenizer: Any, template: str, pair: TextPair, longest: int) -> None:
    if longest < 1:
        raise ConfigError("student.base has too few positions for any sentence; name a larger model")
    if tokenizer.eos_token is None:
        raise ConfigError("the tokenizer of student.base has no end-of-text token, so nothing would end; set eos_token")
    asked, answer = prompt(template, pair[0]), completion(pair[1])
    read, whole = (tokenizer(text)["input_ids"] for text in (asked, asked + answer))
    if whole[: len(read)] != read:
        problem = f"the tokenizer of student.base reads the prompt {asked[-20:]!r} otherwise when a text follows it"
        raise ConfigError(f"{problem}; name a model whose tokenizer puts no token behind a text")
