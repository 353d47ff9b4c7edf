"""Training beside a bare loop of PyTorch on the same batches: `python benchmarks/training.py --json`."""

import os
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # in place of this folder, where other files have our names
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # torch's own threads are an option of the command
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from benchmarks.training_comparison import main  # noqa: E402  (found where the line above has us look)

if __name__ == "__main__":
    sys.exit(main())
