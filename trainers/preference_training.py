"""One training by preference of a student of either kind, from its base to the saved folder."""

from collections.abc import Sequence
from pathlib import Path

from peft import PeftModel
from transformers import PrinterCallback, set_seed

from .preference_config import PreferenceConfig
from .student import save_student, trainable_model
from .training_loop import CURVES, Evaluate, ShowProgress, loss_curve
from .training_pairs import PreferenceRow

_CURVES = CURVES | {
    f"{start}rewards/{theirs}": f"{start}reward_{name}"
    for start in ("", "eval_")
    for theirs, name in (("margins", "margin"), ("accuracies", "accuracy"))
}


def train_by_preference(
    base: str,
    rows: Sequence[PreferenceRow],
    validation: Sequence[PreferenceRow],
    config: PreferenceConfig,
    folder: Path,
    seed: int,
    label: str,
) -> tuple[list[dict[str, float]], int]:
    """Trains and writes model, tokenizer and generation settings into `folder`.

    Returns:
        The curves - `loss`, `reward_margin` and `reward_accuracy`, and the same of the validation rows with `eval_`
        before - and the number of updates.
    """
    set_seed(seed)  # before the adapter is initialised
    model, tokenizer = trainable_model(base, config.training.lora)
    if config.method == "orpo":
        from .orpo import orpo_trainer  # each is slow to import

        trainer = orpo_trainer(model, tokenizer, rows, validation, config, folder, seed)
    else:
        from .dpo import dpo_trainer

        trainer = dpo_trainer(model, tokenizer, rows, validation, config, folder, seed, base)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(ShowProgress(label))
    if validation:
        trainer.add_callback(Evaluate(config.training.evaluations))
    steps = trainer.train().global_step
    history = loss_curve(trainer.state.log_history, _CURVES)
    if isinstance(model, PeftModel) and "ref" in model.peft_config:
        model.delete_adapter("ref")  # the copy that DPO held the student to
    save_student(model, tokenizer, config.training.max_length, folder)
    return history, steps
