"""A file of a release: a path on this machine, or the bytes themselves."""

import io
from pathlib import Path
from typing import BinaryIO

Content = Path | bytes


def open_content(content: Content) -> BinaryIO:
    """The content as a stream from its beginning.

    Raises:
        OSError: The file cannot be read.
    """
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def size_of(content: Content) -> int:
    """Its length in bytes.

    Raises:
        OSError: The file cannot be read.
    """
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def first_bytes(content: Content, count: int) -> bytes:
    """Its first bytes, fewer where it has fewer.

    Raises:
        OSError: The file cannot be read.
    """
    with open_content(content) as stream:
        return stream.read(count)
