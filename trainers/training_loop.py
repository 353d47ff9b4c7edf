"""What the trainers of both kinds of student share: their arguments, the order of the rows and the evaluation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from transformers import Trainer

from builders.errors import RunError

from .batches import IGNORED, LengthGroupedBatches, Rows
from .finetuning_config import FineTuningConfig
from .processes import process_count

LOSSES_LOGGED = 50  # points on the loss curve, whatever the length of the training


def training_arguments(config: FineTuningConfig, folder: Path, seed: int) -> dict[str, Any]:
    """The arguments of `TrainingArguments`, or of a class derived from it."""
    return {
        "output_dir": str(folder),
        "seed": seed,
        "num_train_epochs": config.epochs,
        "max_steps": config.max_steps or -1,
        "per_device_train_batch_size": config.batch_size // process_count(),
        "gradient_accumulation_steps": config.gradient_accumulation_steps,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": config.schedule,
        "warmup_steps": config.warmup_ratio,  # below 1 it is a share of the updates
        "weight_decay": config.weight_decay,
        "bf16": config.precision == "bf16",
        "fp16": config.precision == "fp16",
        "activation_checkpointing": config.activation_checkpointing,
        "logging_steps": 1 / LOSSES_LOGGED,
        "logging_nan_inf_filter": False,  # a diverged training must be seen
        "eval_strategy": "no",  # `Evaluate` asks for it
        "save_strategy": "no",  # `Checkpoints` asks for it
        "ddp_find_unused_parameters": False,
        "report_to": "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "use_cpu": not torch.cuda.is_available(),  # as builders.models places them
        "dataloader_pin_memory": torch.cuda.is_available(),
    }


def check_devices(arguments: Any) -> None:
    """Refuses, with a `RunError`, to share a batch out over the GPUs that one process sees: losses would be wrong."""
    if arguments.n_gpu > 1:
        problem = f"{arguments.n_gpu} GPUs stand open to one process, and a training uses one GPU a process"
        raise RunError(f"{problem}; set student.processes: {arguments.n_gpu}, or CUDA_VISIBLE_DEVICES=0 for one")


def token_mean_loss(label_smoothing: float, shift: int = 0) -> Callable[..., torch.Tensor]:
    """The mean negative log-likelihood of the target tokens of a whole update, however many batches make it.

    The mean over each batch, averaged over the batches, would weigh the tokens of a batch with short targets more.

    Args:
        label_smoothing: Probability spread over the whole vocabulary.
        shift: How many places behind a token's logits its label stands: 1 in a decoder-only model.
    """

    def loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | int | None = None) -> torch.Tensor:
        logits, labels = outputs["logits"][:, : labels.shape[1] - shift], labels[:, shift:]
        kept = labels != IGNORED
        total = cross_entropy(logits[kept].float(), labels[kept], reduction="sum", label_smoothing=label_smoothing)
        return total / (kept.sum() if num_items_in_batch is None else num_items_in_batch)

    return loss


class GroupedByLength(Trainer):
    """A trainer that goes through rows in `LengthGroupedBatches`."""

    def lengths(self, rows: Any) -> list[tuple[int, int]]:
        """Tokens of what each row is padded by; see `LengthGroupedBatches`."""
        raise NotImplementedError

    def get_train_dataloader(self) -> DataLoader:
        """One that no other library shares out among processes, since the batches are this process's part already."""
        rows, args = self.train_dataset, self.args
        batches = LengthGroupedBatches(
            self.lengths(rows),
            args.per_device_train_batch_size * args.world_size,
            args.gradient_accumulation_steps,
            args.seed,
            args.process_index,
            args.world_size,
        )
        pin = args.dataloader_pin_memory
        return _EpochLoader(Rows(rows), batch_sampler=batches, collate_fn=self.data_collator, pin_memory=pin)


class StudentTrainer(GroupedByLength):
    """A trainer by maximum likelihood that evaluates each validation row once.

    Args:
        model: To train.
        written: What an evaluation adds to the loss: figures of the validation rows with these numbers, one each.
        arguments: Of the stock trainer.
    """

    def __init__(
        self, model: Any, written: Callable[[list[int]], dict[str, list[float]]] | None = None, **arguments: Any
    ) -> None:
        self.written = written
        # The trainer believes that a model takes num_items_in_batch, such as T5, because its forward has **kwargs, and
        # then leaves its mean loss undivided over the accumulation steps. `token_mean_loss` uses the number instead.
        unwrapped = model.get_base_model() if isinstance(model, PeftModel) else model
        unwrapped.accepts_loss_kwargs = False
        super().__init__(model=model, **arguments)

    def lengths(self, rows: Any) -> list[tuple[int, int]]:
        """Tokens of what is read and of what is written; a decoder-only model has both in one row."""
        are_apart = self.model.config.is_encoder_decoder
        return [(len(row["input_ids"]), len(row["labels"]) if are_apart else 0) for row in rows]

    def _prepare_inputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs on this process's device; nothing is generated, so keys and values need not be kept."""
        return super()._prepare_inputs(inputs) | {"use_cache": False}

    def evaluate(self, *arguments: Any, **named: Any) -> dict[str, float]:
        """The mean negative log-likelihood of the target tokens of all validation rows, and what is `written` of them.

        The stock trainer weighs every batch alike, however many target tokens it has, and with several processes counts
        rows twice.
        """
        lengths = self.lengths(self.eval_dataset)
        own = range(self.args.process_index, len(lengths), self.args.world_size)
        order = sorted(own, key=lengths.__getitem__)
        size = self.args.per_device_train_batch_size
        losses = [self._losses(order[start : start + size]) for start in range(0, len(order), size)]
        metrics = {"eval_loss": self._mean(sum(total for total, _ in losses), sum(count for _, count in losses))}
        if self.written is not None:
            for name, values in self.written(list(own)).items():
                metrics[f"eval_{name}"] = self._mean(sum(values), len(values))
        self.log(metrics)
        self.control: Any = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    @torch.no_grad()
    def _losses(self, numbers: list[int]) -> tuple[float, int]:
        """The summed loss of these validation rows, and over how many tokens."""
        inputs = self._prepare_inputs(self.data_collator([self.eval_dataset[number] for number in numbers]))
        labels = inputs.pop("labels")
        logits = self.model.eval()(**inputs).logits
        if not self.model.config.is_encoder_decoder:
            logits, labels = logits[:, :-1], labels[:, 1:]
        kept = labels != IGNORED
        return float(cross_entropy(logits[kept].float(), labels[kept], reduction="sum")), int(kept.sum())

    def _mean(self, total: float, count: int) -> float:
        """A mean over what all processes have."""
        sums = torch.tensor([total, count], dtype=torch.float64, device=self.args.device)
        total, count = self.accelerator.reduce(sums, reduction="sum").tolist()
        return total / count


class _EpochLoader(DataLoader):
    """A loader that hands the number of the epoch on to its batches."""

    def set_epoch(self, epoch: int) -> None:
        self.batch_sampler.set_epoch(epoch)
