"""Weights are safetensors: nothing that runs code when it is opened, and a header that fits its file."""

import json
from math import prod
from pathlib import PurePosixPath

from model_cards.validation.contents import Content, first_bytes, open_content, size_of

# What holds weights, or can hold a pickle, under its usual names.
_OTHER_FORMATS = frozenset(
    [
        ".bin",
        ".ckpt",
        ".dill",
        ".gguf",
        ".ggml",
        ".h5",
        ".hdf5",
        ".joblib",
        ".keras",
        ".marshal",
        ".mlmodel",
        ".msgpack",
        ".npy",
        ".npz",
        ".onnx",
        ".ot",
        ".pb",
        ".pickle",
        ".pkl",
        ".pt",
        ".pth",
        ".pt2",
        ".tflite",
        ".torchscript",
    ]
)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MAX_HEADER = 100_000_000  # the limit of the safetensors library
_BITS = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "C64": 64}  # of the others the name says them


class HeaderError(Exception):
    """A file is no safetensors file: the rest of a line that begins with its name."""


def weight_problem(path: str, content: Content) -> str | None:
    """Why a file may not be published as weights, or as anything; None when it may."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _OTHER_FORMATS:
        return f"is of a format ({suffix}) that may run code when it is opened; save safetensors instead"
    try:
        if suffix == ".safetensors":
            header = read_header_bytes(content)
            _check_tensors(header, size_of(content) - 8 - len(header))
            return None
        first = first_bytes(content, 8)
    except HeaderError as error:
        return str(error)
    except OSError as error:
        return f"cannot be read: {error.strerror}; check its permissions"
    if first[:1] == b"\x80" and first[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "holds a Python pickle, which runs code when it is opened; leave it out"
    return "holds HDF5; save weights as safetensors" if first == _HDF5 else None


def read_header_bytes(content: Content) -> bytes:
    """The header of a safetensors file as it stands there: JSON with the tensors by name, and `__metadata__`.

    Raises:
        HeaderError: It has none.
        OSError: The file cannot be read.
    """
    size = size_of(content)
    with open_content(content) as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or not 2 <= length <= min(_MAX_HEADER, size - 8):
            raise HeaderError("has no header of safetensors; it is cut short or of another format, so save it again")
        return stream.read(length)


def _check_tensors(header: bytes, data_bytes: int) -> None:
    """Raises HeaderError unless the tensors fill the bytes behind the header without a gap or an overlap."""
    try:
        tensors = {name: tensor for name, tensor in json.loads(header).items() if name != "__metadata__"}
    except (ValueError, AttributeError, RecursionError):
        raise HeaderError("has a header that lists no tensors; it is damaged, so save it again") from None
    expected = 0
    try:
        for tensor in sorted(tensors.values(), key=lambda tensor: tensor["data_offsets"]):
            start, end = tensor["data_offsets"]
            if start != expected or (end - start) * 8 != _bits(tensor["dtype"]) * prod(tensor["shape"]):
                raise HeaderError("has a header whose sizes do not fit each other; it is damaged, so save it again")
            expected = end
    except (KeyError, TypeError, ValueError):
        raise HeaderError("has a header that says no size of a tensor; it is damaged, so save it again") from None
    if expected != data_bytes:
        raise HeaderError(
            f"has {data_bytes:,} bytes of weights where its header announces {expected:,}; it is cut short or was "
            "written over, so save it again"
        )


def _bits(dtype: str) -> int:
    if dtype in _BITS:
        return _BITS[dtype]
    digits = "".join(character for character in dtype.partition("_")[0] if character.isdigit())
    return int(digits)
