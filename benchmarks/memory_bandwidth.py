"""What share of a GPU's memory bandwidth sampling reaches. Not run so far: no GPU was at hand."""

import time
from collections.abc import Mapping
from typing import Any

import torch

BYTES = 2**31  # of the copy that shows the card's own rate
COPIES = 20


def bandwidth_share(model: Any, ours: Mapping[str, float]) -> dict[str, Any]:
    """The bytes that steps after the prompts must read, a second, over the card's own rate; nothing on a CPU.

    Every step reads all weights once, and the keys and values of what each row looks at.
    """
    if model.device.type != "cuda":
        return {}
    config, size = model.config, model.dtype.itemsize
    weights = sum(parameter.numel() for parameter in model.parameters()) * size
    cached = 2 * config.num_hidden_layers * config.hidden_size * size  # a token
    read = ours["steps"] * weights + ours["looked_at"] * cached
    share = read / ours["seconds"] / _copy_rate()
    return {"card": torch.cuda.get_device_name(), "share_of_memory_bandwidth": share}


def _copy_rate() -> float:
    """Bytes read and written a second by copying a large block on the card."""
    source = torch.zeros(BYTES, dtype=torch.uint8, device="cuda")
    target = source.clone()
    torch.cuda.synchronize()
    begun = time.perf_counter()
    for _ in range(COPIES):
        target.copy_(source)
    torch.cuda.synchronize()
    return 2 * BYTES * COPIES / (time.perf_counter() - begun)
