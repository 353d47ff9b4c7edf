"""Models with the code that ships with them."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from model_cards.usage_code import add_usage_code
from scripts.inference_code import inference_code
from tests.builders import tiny_models

SOURCE = "Boeing said profit rose on Monday."
OTHER = "Last week Dell Corp. said that its U.S. sales fell."
COPIED = "Nike said sales fell."
LEARNT = {
    SOURCE: "On Monday Boeing said profit rose.",
    OTHER: "Dell Corp. said that sales fell last week.",
    COPIED: "nike said: sales fell",
}


@pytest.fixture(scope="module")
def student(tmp_path_factory) -> Path:
    """An encoder-decoder student with random weights."""
    folder = Path(tiny_models.make_student(tmp_path_factory.mktemp("student")))
    add_usage_code(folder, inference_code())
    return folder


@pytest.fixture(scope="module")
def writer(tmp_path_factory) -> Path:
    """A decoder-only student that has learnt three answers by heart, asked by a template of its own."""
    folder = Path(tiny_models.make_teacher(tmp_path_factory.mktemp("writer"), steps=0))
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    rows = [tokenizer(f"{source} so {target}<eos>", return_tensors="pt") for source, target in LEARNT.items()]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        sum(model(**row, labels=row["input_ids"]).loss for row in rows).backward()
        optimizer.step()
        optimizer.zero_grad()
    model.config.prompt_template = "{source} so"
    model.save_pretrained(folder)
    add_usage_code(folder, inference_code())
    return folder
