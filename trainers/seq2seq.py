"""The training loop of an encoder-decoder student: Seq2SeqTrainer with a loss that is right under accumulation."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn.functional import cross_entropy
from torch.utils.data import Sampler
from transformers import (
    DataCollatorForSeq2Seq,
    PrinterCallback,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    TrainerCallback,
    set_seed,
)

from builders.errors import RunError
from builders.progress import track

from .batches import LengthGroupedSampler, encode_pairs
from .finetuning import FineTuningConfig
from .student import save_student, trainable_model
from .training_pairs import TextPair

IGNORED = -100  # the label that no loss is taken on
LOSSES_LOGGED = 50  # points on the loss curve, whatever the length of the training
CURVES = ("loss", "eval_loss")


def train_student(
    base: str,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    folder: Path,
    seed: int,
    label: str,
) -> tuple[list[dict[str, float]], int]:
    """Trains and writes model, tokenizer and generation settings into `folder`.

    Returns:
        The loss curve, `{"step", "loss"}` and `{"step", "eval_loss"}`, and the number of updates.
    """
    set_seed(seed)  # before the adapter is initialised
    model, tokenizer = trainable_model(base, config.lora)
    trainer = StudentTrainer(
        model=model,
        args=_arguments(config, folder, seed),
        train_dataset=encode_pairs(tokenizer, pairs, config.max_length),
        eval_dataset=encode_pairs(tokenizer, validation, config.max_length) or None,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=IGNORED),
        compute_loss_func=token_mean_loss(config.label_smoothing),
        callbacks=[ShowProgress(label), *([Evaluate(config.evaluations)] if validation else [])],
    )
    trainer.remove_callback(PrinterCallback)
    steps = trainer.train().global_step
    history = _history(trainer.state.log_history)
    save_student(model, tokenizer, config.max_length, folder)
    return history, steps


class StudentTrainer(Seq2SeqTrainer):
    """Seq2SeqTrainer whose loss does not change with accumulation, and whose batches hold sentences of like length."""

    def __init__(self, model: Any, **arguments: Any) -> None:
        # The trainer believes that T5 takes num_items_in_batch, because its forward has **kwargs, and then leaves the
        # model's mean loss undivided over the accumulation steps. `token_mean_loss` uses the number instead.
        unwrapped = model.get_base_model() if isinstance(model, PeftModel) else model
        unwrapped.accepts_loss_kwargs = False
        super().__init__(model=model, **arguments)

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        rows = self.train_dataset if train_dataset is None else train_dataset
        lengths = [len(row["input_ids"]) + len(row["labels"]) for row in rows]
        update = self.args.train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        return LengthGroupedSampler(lengths, update, self.args.seed)


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


class ShowProgress(TrainerCallback):
    """One bar or a few plain lines in place of the trainer's own reports."""

    def __init__(self, label: str) -> None:
        self.label = label

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Opens the bar."""
        self.steps = iter(track(range(state.max_steps), state.max_steps, self.label))
        next(self.steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Moves it by one update."""
        next(self.steps, None)


class Evaluate(TrainerCallback):
    """Takes the validation loss `times` times at even distances, the last time at the end.

    The trainer's own `eval_steps` is a distance: most often it does not come out even, and "once" cannot be said.
    """

    def __init__(self, times: int) -> None:
        self.times = times

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Asks for it after those updates with which another of the `times` parts is done."""
        parts_done = [step * self.times // state.max_steps for step in (state.global_step - 1, state.global_step)]
        control.should_evaluate = parts_done[0] < parts_done[1]


def _arguments(config: FineTuningConfig, folder: Path, seed: int) -> Seq2SeqTrainingArguments:
    return Seq2SeqTrainingArguments(
        output_dir=str(folder),
        seed=seed,
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=config.batch_size,
        gradient_accumulation_steps=config.gradient_accumulation_steps,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule,
        warmup_steps=config.warmup_ratio,  # below 1 it is a share of the updates
        weight_decay=config.weight_decay,
        bf16=config.bf16,
        logging_steps=1 / LOSSES_LOGGED,
        logging_nan_inf_filter=False,  # a diverged training must be seen
        eval_strategy="no",  # `Evaluate` asks for it
        prediction_loss_only=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        use_cpu=not torch.cuda.is_available(),  # as builders.models places them
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def _history(log: list[dict[str, float]]) -> list[dict[str, float]]:
    history = [{"step": entry["step"], name: entry[name]} for entry in log for name in CURVES if name in entry]
    for entry in history:
        if not all(math.isfinite(value) for value in entry.values()):
            raise RunError(f"the training loss was no number at step {entry['step']}; lower learning_rate")
    return history
