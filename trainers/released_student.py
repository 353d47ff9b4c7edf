"""The student as it is released: as it was trained, or with its adapter merged into the weights."""

import shutil
import sys
from pathlib import Path
from typing import Literal

from builders.model_place import ADAPTER, adapter_base


def is_adapter(student: Path) -> bool:
    """Whether a folder holds a LoRA adapter in place of all weights."""
    return adapter_base(student) is not None


def released_merged(student: Path, release: Literal["adapter", "merged"]) -> bool:
    """Whether the adapter of a student is to be merged: if that is asked for, or nobody else could load it.

    An adapter whose base is another student of the run is of no use alone, as that one is not released.
    """
    base = adapter_base(student)
    return base is not None and (release == "merged" or Path(base).parent == student.resolve().parent)


def copy_student(student: Path, out: Path, merged: bool) -> None:
    """Puts a student's files into an existing folder.

    Args:
        student: Folder of the trained student.
        out: An existing folder.
        merged: Whether to write all weights in place of those of its adapter.

    Raises:
        RunError: Its base cannot be loaded any more.
    """
    for file in sorted(student.iterdir()):
        if not (merged and file.name.startswith("adapter_")):
            shutil.copyfile(file, out / file.name)
    if merged:
        from .adapter import merge_adapter  # imports torch and peft

        print(f"{student / ADAPTER}: the adapter is merged into its base for the release", file=sys.stderr)
        merge_adapter(student, out)
