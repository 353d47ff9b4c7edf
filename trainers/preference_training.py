"""One training by preference of a student of either kind, from its base to the saved folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peft import PeftModel
from transformers import PrinterCallback, set_seed

from .preference_config import PreferenceConfig
from .shortened_pairs import report_cuts, shortened_pairs
from .student import save_student, trainable_model
from .training_callbacks import Evaluate, RefuseNoNumber, ShowProgress
from .training_pairs import PreferenceRow

# The trainers' names and ours, of the training rows and, with `eval_` before, of the validation rows.
_CURVES = {"loss": "loss", "rewards/margins": "reward_margin", "rewards/accuracies": "reward_accuracy"}
_CURVES |= {f"eval_{theirs}": f"eval_{name}" for theirs, name in _CURVES.items()}


def train_by_preference(
    base: str,
    rows: Sequence[PreferenceRow],
    validation: Sequence[PreferenceRow],
    config: PreferenceConfig,
    folder: Path,
    seed: int,
    label: str,
) -> dict[str, Any]:
    """Trains and writes model, tokenizer and generation settings into `folder`.

    Returns:
        What `training.json` shall hold: `history`, the curves of `loss`, `reward_margin` and `reward_accuracy`, and the
        same of the validation rows with `eval_` before; `steps`, the number of updates; `cut_sources` and
        `cut_targets`, how many prompts and answers were too long.
    """
    set_seed(seed)  # before the adapter is initialised
    model, tokenizer = trainable_model(base, config.training.lora)
    if config.method == "orpo":
        from .seq2seq import longest_sides
    else:
        from .causal import longest_sides  # imports trl, which is slow
    longest = longest_sides(model, tokenizer, config.training.max_length)
    rows, cut = _shortened(tokenizer, rows, longest)
    report_cuts(label, cut, len(rows), longest)
    validation, _ = _shortened(tokenizer, validation, longest)
    if config.method == "orpo":
        from .orpo import orpo_trainer

        trainer = orpo_trainer(model, tokenizer, rows, validation, config, folder, seed)
    else:
        from .dpo import dpo_trainer

        trainer = dpo_trainer(model, tokenizer, rows, validation, config, folder, seed, base)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(RefuseNoNumber())
    trainer.add_callback(ShowProgress(label))
    if validation:
        trainer.add_callback(Evaluate(config.training.evaluations))
    steps = trainer.train().global_step
    if isinstance(model, PeftModel) and "ref" in model.peft_config:
        model.delete_adapter("ref")  # the copy that DPO held the student to
    save_student(model, tokenizer, config.training.max_length, folder)
    return {"history": _curves(trainer.state.log_history), "steps": steps, **cut}


def _shortened(
    tokenizer: Any, rows: Sequence[PreferenceRow], longest: tuple[int, int]
) -> tuple[list[PreferenceRow], dict[str, int]]:
    """The rows with prompts and answers of at most so many tokens, and how many of them were cut."""
    accepted, cut = shortened_pairs(tokenizer, [(row.prompt, row.chosen) for row in rows], longest)
    refused, more = shortened_pairs(tokenizer, [(row.prompt, row.rejected) for row in rows], longest)
    whole = [PreferenceRow(*pair, rejected) for pair, (_, rejected) in zip(accepted, refused, strict=True)]
    return whole, cut | {"cut_targets": cut["cut_targets"] + more["cut_targets"]}


def _curves(log: list[dict[str, float]]) -> list[dict[str, float]]:
    return [
        {"step": entry["step"], name: entry[theirs]}
        for entry in log
        for theirs, name in _CURVES.items()
        if theirs in entry
    ]
