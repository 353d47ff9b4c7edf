"""A training by our trainer and by a bare loop, on the same model and the same batches, timed update by update."""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, PrinterCallback, T5Config, T5ForConditionalGeneration, TrainerCallback, set_seed

from builders.model_place import resolve
from microworld.story import draw_story
from trainers.batches import IGNORED
from trainers.finetuning_config import FineTuningConfig
from trainers.student import trainable_model

STUDENT, TEACHER = "microworld:models/student", "microworld:models/teacher-news"
WARM = 5  # updates before the clock starts
SHAPES = {  # of published models: vocabulary and sizes
    "t5-small": {"d_model": 512, "d_kv": 64, "d_ff": 2048, "num_heads": 8, "num_layers": 6},
    "t5-large": {"d_model": 1024, "d_kv": 64, "d_ff": 4096, "num_heads": 16, "num_layers": 24},
}


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A model, and how it is trained.

    Args:
        name: Of the table.
        base: The model to start from.
        config: Of the training; `max_steps` is how many updates a repeat times, after `WARM` others.
        repeats: How often each way trains, the first way changing by turns.
        sentences: On each side of a pair.
    """

    name: str
    base: str
    config: FineTuningConfig
    repeats: int
    sentences: int = 1


def save_shape(folder: Path, shape: str) -> str:
    """A T5 of a published model's shape with random weights, and the microworld's tokenizer; returns its folder."""
    set_seed(0)
    config = T5Config(vocab_size=32128, decoder_start_token_id=0, dropout_rate=0.0, **SHAPES[shape])
    T5ForConditionalGeneration(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(resolve(STUDENT)).save_pretrained(folder)
    return str(folder)


def pairs(n: int, sentences: int) -> list[tuple[str, str]]:
    """Neighbouring sentences of microworld stories: their lengths are those of pairs, their meaning is of no matter."""
    rng = random.Random("benchmark of training")
    texts: list[str] = []
    while len(texts) < 2 * sentences * n:
        texts += [sentence.text for sentence in draw_story(rng, "development", "news").sentences]
    sides = [" ".join(texts[i : i + sentences]) for i in range(0, 2 * sentences * n, sentences)]
    return list(zip(sides[::2], sides[1::2], strict=True))


def compare(work: Workload) -> dict[str, Any]:
    """Times both ways over the same batches, again and again.

    Returns:
        `tokens` a repeat, without padding; `ours` and `bare`, tokens a second of each, medians; `ratio` and `spread` of
        ours over the bare loop's, median, lowest and highest of the repeats; `padding`, the share of all tokens in a
        batch that are padding, and `padding_unsorted`, what it would be in random order; `loss_difference`, between the
        mean losses of both ways, relative.
    """
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    ways: dict[str, Callable[..., tuple[float, float]]] = {"ours": _ours, "bare": _bare}
    losses: dict[str, float] = {}
    batches = _batches(work)
    timed = sum(_tokens(batch) for batch in batches[WARM:])
    for repeat in range(work.repeats):
        for name in ways if repeat % 2 == 0 else list(ways)[::-1]:
            print(f"  {work.name}: repeat {repeat + 1} of {work.repeats}: {name}", file=sys.stderr, flush=True)
            seconds, losses[name] = ways[name](work, batches)
            rates[name].append(timed / seconds)
    ratios = [ours / bare for ours, bare in zip(rates["ours"], rates["bare"], strict=True)]
    return {
        "tokens": timed,
        **{name: statistics.median(values) for name, values in rates.items()},
        "ratio": statistics.median(ratios),
        "spread": [min(ratios), max(ratios)],
        **_padding(work),
        "loss_difference": abs(losses["ours"] - losses["bare"]) / losses["bare"],
    }


class _Clock(TrainerCallback):
    """Seconds of the updates behind the first few."""

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == WARM:
            self.begun = _now()
        elif state.global_step == state.max_steps:
            self.seconds = _now() - self.begun


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def _trainer(work: Workload, model: Any, tokenizer: Any, folder: str) -> Any:
    if model.config.is_encoder_decoder:
        from trainers.seq2seq import seq2seq_trainer as make_trainer
    else:
        from trainers.causal import causal_trainer as make_trainer  # imports trl, which a T5 need not wait for
    steps = WARM + (work.config.max_steps or 0)
    data = pairs(steps * work.config.batch_size, work.sentences)
    return make_trainer(model, tokenizer, data, [], work.config, Path(folder), 0)


def _batches(work: Workload) -> list[dict[str, torch.Tensor]]:
    """The batches of our trainer's only epoch."""
    with tempfile.TemporaryDirectory() as folder:
        return list(_trainer(work, *trainable_model(work.base, None), folder).get_train_dataloader())


def _ours(work: Workload, batches: list[dict[str, torch.Tensor]]) -> tuple[float, float]:
    model, tokenizer = trainable_model(work.base, None)
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = _trainer(work, model, tokenizer, folder)
        trainer.args.max_steps = len(batches)
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(clock)
        loss = trainer.train().training_loss
    return clock.seconds, loss


def _bare(work: Workload, batches: list[dict[str, torch.Tensor]]) -> tuple[float, float]:
    """The updates that ours makes, as one would write them down by hand, with batches that are ready."""
    model, _ = trainable_model(work.base, None)
    model.train()
    config, device = work.config, model.device
    rates = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
    optimizer = torch.optim.AdamW(model.parameters(), fused=True, **rates)  # as the trainer's default
    total = torch.zeros((), device=device)
    begun = 0.0
    for step, batch in enumerate(batches):
        if step == WARM:
            begun = _now()
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * (1 - step / len(batches))
        inputs = {name: values.to(device, non_blocking=True) for name, values in batch.items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bf16"):
            loss = model(**inputs, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += loss.detach()
    return _now() - begun, float(total) / len(batches)


def _tokens(batch: dict[str, torch.Tensor]) -> int:
    """Tokens that are read or written, without padding."""
    written = int((batch["labels"] != IGNORED).sum()) if "decoder_input_ids" in batch else 0
    return int(batch["attention_mask"].sum()) + written


def _padding(work: Workload) -> dict[str, float]:
    """The share of padding in an epoch of many batches, in our order and in a random one."""
    shares = {}
    with tempfile.TemporaryDirectory() as folder:
        model, tokenizer = trainable_model(work.base, None)
        trainer = _trainer(work, model, tokenizer, folder)
        rows, size = list(trainer.train_dataset), work.config.batch_size
        mixed = random.Random(0).sample(rows, len(rows))
        orders = {
            "padding": list(trainer.get_train_dataloader()),
            "padding_unsorted": [trainer.data_collator(mixed[i : i + size]) for i in range(0, len(mixed), size)],
        }
    for name, batches in orders.items():
        sides = ("input_ids", "labels") if "decoder_input_ids" in batches[0] else ("input_ids",)
        places = sum(batch[side].numel() for batch in batches for side in sides)
        shares[name] = 1 - sum(map(_tokens, batches)) / places
    return shares
