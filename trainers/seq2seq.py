"""The trainer of an encoder-decoder student: Seq2SeqTrainer with a loss that is right under accumulation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

from .batches import IGNORED, encode_pairs
from .finetuning_config import FineTuningConfig
from .training_loop import StudentTrainer, check_devices, token_mean_loss, training_arguments
from .training_pairs import TextPair


def longest_sides(model: Any, tokenizer: Any, max_length: int) -> tuple[int, int]:
    """How many tokens source and target may have, special tokens apart.

    Args:
        model: Whose positions are a limit too, where it numbers them: a BART does, a T5 knows distances only.
        tokenizer: Its tokenizer.
        max_length: Special tokens included.
    """
    added = tokenizer.num_special_tokens_to_add()
    sides = []
    for side, special in (("encoder", added), ("decoder", max(added, 1))):  # a target always has an end token
        names = ("max_position_embeddings", f"max_{side}_position_embeddings")  # the second is LED's
        limits = [limit for name in names if (limit := getattr(model.config, name, None)) is not None]
        sides.append(max(1, min([max_length, *limits]) - special))
    return sides[0], sides[1]


def seq2seq_trainer(
    model: Any,
    tokenizer: Any,
    pairs: Sequence[TextPair],
    validation: Sequence[TextPair],
    config: FineTuningConfig,
    folder: Path,
    seed: int,
) -> "Seq2SeqStudentTrainer":
    """A trainer of the target's likelihood given the source, which the encoder reads.

    Raises:
        RunError: This process sees several GPUs.
    """
    arguments = Seq2SeqTrainingArguments(**training_arguments(config, folder, seed))
    check_devices(arguments)
    return Seq2SeqStudentTrainer(
        model=model,
        args=arguments,
        train_dataset=encode_pairs(tokenizer, pairs),
        eval_dataset=encode_pairs(tokenizer, validation) or None,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=IGNORED),
        compute_loss_func=token_mean_loss(config.label_smoothing),
    )


class Seq2SeqStudentTrainer(StudentTrainer, Seq2SeqTrainer):
    """Seq2SeqTrainer with the loss, the order and the evaluation of `StudentTrainer`."""
