"""The trainer of an encoder-decoder student: Seq2SeqTrainer with a loss that is right under accumulation."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn.functional import cross_entropy
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

from .batches import encode_pairs
from .finetuning_config import FineTuningConfig
from .training_loop import GroupedByLength, training_arguments
from .training_pairs import TextPair

IGNORED = -100  # the label that no loss is taken on


def seq2seq_trainer(
    model: Any,
    tokenizer: Any,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    folder: Path,
    seed: int,
) -> Seq2SeqTrainer:
    """A trainer of the target's likelihood given the source, which the encoder reads."""
    return Seq2SeqStudentTrainer(
        model=model,
        args=Seq2SeqTrainingArguments(**training_arguments(config, folder, seed)),
        train_dataset=encode_pairs(tokenizer, pairs, config.max_length),
        eval_dataset=encode_pairs(tokenizer, validation, config.max_length) or None,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=IGNORED),
        compute_loss_func=token_mean_loss(config.label_smoothing),
    )


class Seq2SeqStudentTrainer(GroupedByLength, Seq2SeqTrainer):
    """Seq2SeqTrainer whose loss does not change with accumulation."""

    def __init__(self, model: Any, **arguments: Any) -> None:
        # The trainer believes that T5 takes num_items_in_batch, because its forward has **kwargs, and then leaves the
        # model's mean loss undivided over the accumulation steps. `token_mean_loss` uses the number instead.
        unwrapped = model.get_base_model() if isinstance(model, PeftModel) else model
        unwrapped.accepts_loss_kwargs = False
        super().__init__(model=model, **arguments)


def token_mean_loss(label_smoothing: float) -> Callable[..., torch.Tensor]:
    """The mean negative log-likelihood of the target tokens of a whole update, however many batches make it.

    The mean over each batch, averaged over the batches, would weigh the tokens of a batch with short targets more.
    """

    def loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | int | None = None) -> torch.Tensor:
        total = cross_entropy(
            outputs["logits"].flatten(0, 1).float(),
            labels.flatten(),
            ignore_index=IGNORED,
            reduction="sum",
            label_smoothing=label_smoothing,
        )
        return total / ((labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch)

    return loss
