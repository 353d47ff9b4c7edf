import json
import pickle
from pathlib import Path

import pytest
import torch
from huggingface_hub import save_torch_state_dict

from model_cards.validation.weights import weight_problem

MODELS = Path(__file__).parents[3] / "microworld/models"
TENSORS = {"a": torch.zeros(3, 4), "b": torch.zeros(1)}
WHOLE = (MODELS / "critic/model.safetensors").read_bytes()


def tensor_file(header, weights=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + weights


@pytest.mark.parametrize(
    "dtype",
    [torch.float32, torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.bool, torch.int64, torch.complex64],
)
def test_takes_what_safetensors_writes(tmp_path, dtype):
    save_torch_state_dict({name: tensor.to(dtype) for name, tensor in TENSORS.items()}, tmp_path)
    assert weight_problem("model.safetensors", tmp_path / "model.safetensors") is None


def test_takes_whole_models():
    assert weight_problem("model.safetensors", WHOLE) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "has no header of safetensors"),
        (b"<html>404 Not Found</html>", "has no header of safetensors"),
        (WHOLE[:20], "has no header of safetensors"),
        (WHOLE[:-1], "bytes of weights where its header announces"),
        (WHOLE + b"x", "bytes of weights where its header announces"),
        (tensor_file({}, b"xx"), "has 2 bytes of weights where its header announces 0"),
        (b"\x08\x00\x00\x00\x00\x00\x00\x00{'a': 1}", "has a header that lists no tensors"),
        (tensor_file([]), "has a header that lists no tensors"),
        (tensor_file({"a": 1}), "has a header that says no size of a tensor"),
        (tensor_file({"a": {"dtype": "?", "shape": [1], "data_offsets": [0, 1]}}, b"x"), "says no size of a tensor"),
        (tensor_file({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}, b"x" * 8), "do not fit each other"),
        (tensor_file({"a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}}, b"xx"), "do not fit each other"),
    ],
)
def test_refuses_a_damaged_file(content, problem):
    assert problem in weight_problem("model.safetensors", content)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "training_args.bin", "a/optimizer.PT", "x.ckpt", "tf_model.h5"])
def test_refuses_other_formats_by_name(name):
    assert "save safetensors instead" in weight_problem(name, b"")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_refuses_a_pickle_under_any_name(protocol):
    content = pickle.dumps({"a": 1}, protocol=protocol)
    assert weight_problem("vocab.txt", content) == (
        "holds a Python pickle, which runs code when it is opened; leave it out"
    )


def test_a_header_whose_length_looks_like_a_pickle_is_none():
    header = json.dumps({"__metadata__": {"x": ""}}).encode().ljust(0x0280)
    assert weight_problem("model.safetensors", len(header).to_bytes(8, "little") + header) is None


def test_takes_files_that_hold_no_weights():
    assert weight_problem("tokenizer.json", b"{}") is None
