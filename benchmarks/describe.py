"""Seconds and memory of `impossible describe` on a million pairs: `python benchmarks/describe.py --json`."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # in place of this folder, where other files have our names

from benchmarks.large_dataset import main  # noqa: E402  (found where the line above has us look)

if __name__ == "__main__":
    sys.exit(main())
