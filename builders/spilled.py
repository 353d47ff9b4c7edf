"""Numbers on disk in place of memory, in a temporary file without a name: nothing is left of it, even after a kill."""

import tempfile

import numpy as np

from builders.errors import RunError
from builders.files import is_disk_full


class SpilledNumbers:
    """Numbers of one type, written one after the other and read from anywhere.

    Args:
        dtype: Of the numbers.
        width: Numbers a row; None for rows that are single numbers.
    """

    def __init__(self, dtype: type[np.generic], width: int | None = None) -> None:
        self._dtype = np.dtype(dtype)
        self._shape = (-1,) if width is None else (-1, width)
        self._row = self._dtype.itemsize * (width or 1)  # bytes
        self._file = tempfile.TemporaryFile(prefix="impossible-")  # noqa: SIM115  (it lives as long as this object)
        self._rows = 0

    def append(self, rows: np.ndarray) -> int:
        """Writes rows behind the others; returns the place of the first.

        Raises:
            RunError: There is no room for them.
        """
        start = self._rows
        try:
            self._file.seek(start * self._row)
            self._file.write(np.ascontiguousarray(rows, self._dtype).data)
            self._file.flush()
        except OSError as error:
            remedy = "free some space there" if is_disk_full(error) else "make it writable"
            problem = f"cannot write temporary files in {tempfile.gettempdir()}: {error.strerror}"
            raise RunError(f"{problem}; {remedy}, or name another folder in TMPDIR") from error
        self._rows += len(rows)
        return start

    def read(self, start: int, count: int) -> np.ndarray:
        """Some of the rows, from a place on."""
        self._file.seek(start * self._row)
        return np.frombuffer(self._file.read(count * self._row), self._dtype).reshape(self._shape)
