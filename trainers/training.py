"""One training of a student of either kind, from its base to the saved folder."""

from collections.abc import Sequence
from pathlib import Path

from transformers import PrinterCallback, set_seed

from .finetuning_config import FineTuningConfig
from .student import save_student, trainable_model
from .training_loop import Evaluate, ShowProgress, loss_curve
from .training_pairs import TextPair


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
    if model.config.is_encoder_decoder:
        from .seq2seq import seq2seq_trainer as make_trainer
    else:
        from .causal import causal_trainer as make_trainer  # imports trl, which a T5 need not wait for
    trainer = make_trainer(model, tokenizer, pairs, validation, config, folder, seed)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(ShowProgress(label))
    if validation:
        trainer.add_callback(Evaluate(config.evaluations))
    steps = trainer.train().global_step
    history = loss_curve(trainer.state.log_history)
    save_student(model, tokenizer, config.max_length, folder)
    return history, steps
