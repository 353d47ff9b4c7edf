"""Make the shipped weights again: `python -m microworld.train`, or `python -m microworld.train critic student` some.

Their order: language_model, teacher-news, teacher-biomedical, critic, student. Writes `models/<name>/` (safetensors,
half precision), `models/<name>.log` and `models/SHA256SUMS`. The language model is not shipped: teachers and critic
start from it.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import torch
from transformers import GPT2LMHeadModel, PreTrainedModel, PreTrainedTokenizerFast
from transformers.utils import logging

from microworld import tokenizer, train_critic, train_student, train_teacher
from microworld.reading import DOMAINS

MODELS = Path(__file__).parent / "models"
NAMES = ("language_model", *(f"teacher-{domain}" for domain in DOMAINS), "critic", "student")


def main(names: list[str]) -> None:
    """Train the named models, or all of them."""
    if unknown := [name for name in names if name not in NAMES]:
        sys.exit(f"There is no model {', '.join(unknown)} to train; name some of {', '.join(NAMES)}.")
    torch.set_num_threads(1)  # the same sums in the same order, whatever the machine
    logging.set_verbosity_error()
    words = tokenizer.words()
    for name in names or NAMES:
        (MODELS / name).mkdir(parents=True, exist_ok=True)
        with (MODELS / f"{name}.log").open("w", encoding="utf-8") as log_file:
            _train(name, words, _logger(name, log_file))
    files = [path for path in sorted(MODELS.glob("*/*")) if path.parent.name != "language_model"]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(MODELS)}" for path in files]
    (MODELS / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")


def _train(name: str, words: list[str], log: Callable[[str], None]) -> None:
    started = time.process_time()
    model: PreTrainedModel
    if name == "language_model":
        reader = tokenizer.build(words, None)
        model = train_teacher.train_first(reader, log)
    elif name.startswith("teacher-"):
        reader = tokenizer.build(words, None)
        model = train_teacher.train(_language_model(), reader, name.removeprefix("teacher-"), log)
    elif name == "critic":
        reader = tokenizer.build(words, "pair")
        model = train_critic.train(_language_model(), reader, log)
    else:
        reader = tokenizer.build(words, "single")
        model = train_student.train(reader, log)
    _save(
        model, reader, MODELS / name, torch.bfloat16 if name == "student" else torch.float16
    )  # T5 overflows in float16
    seconds = time.process_time() - started
    log(f"{name}: {model.num_parameters()} parameters, {seconds:.0f} CPU-seconds, torch {torch.__version__}")


def _language_model() -> GPT2LMHeadModel:
    model: GPT2LMHeadModel = GPT2LMHeadModel.from_pretrained(
        MODELS / "language_model", dtype=torch.float32, attn_implementation="eager"
    )
    return model


def _save(model: PreTrainedModel, reader: PreTrainedTokenizerFast, folder: Path, dtype: torch.dtype) -> None:
    model.to(dtype).save_pretrained(folder)
    reader.save_pretrained(folder)


def _logger(name: str, log_file: TextIO) -> Callable[[str], None]:
    def log(line: str) -> None:
        print(name, line, file=sys.stderr, flush=True)
        print(line, file=log_file, flush=True)

    return log


if __name__ == "__main__":
    main(sys.argv[1:])
