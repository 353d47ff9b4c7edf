"""What figures of speed depend on and no ratio shows."""

import os
import platform
from typing import Any

import torch


def machine() -> dict[str, Any]:
    """What the figures depend on and no ratio shows."""
    return {
        "cores": os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "device": "cuda" if torch.cuda.is_available() else "cpu",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
