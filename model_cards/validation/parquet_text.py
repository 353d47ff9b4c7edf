"""The text of a Parquet file, batch by batch: memory grows with a row group, not with the file."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from model_cards.validation.contents import Content, open_content

MAGIC = b"PAR1"
_BATCH_ROWS = 32_768


@dataclass(frozen=True)
class ColumnText:
    """The texts of one column in one batch.

    Args:
        column: The name of the column.
        texts: An Arrow array of strings or bytes; of a nested column the innermost ones.
        first_row: The number of the batch's first row, counted from 0 at the top of the file.
        rows: The row within the batch of each text; None where text and row are one to one.
    """

    column: str
    texts: pa.Array
    first_row: int
    rows: pa.Array | None

    def row_of(self, place: int) -> int:
        """The row in the file that holds a text."""
        return self.first_row + (place if self.rows is None else self.rows[place].as_py())


def read_names(content: Content) -> bytes:
    """The names of the columns and the metadata that whoever wrote the file left in it.

    Raises:
        pa.ArrowException: It is no Parquet.
        OSError: It cannot be read.
    """
    with open_content(content) as stream, pq.ParquetFile(stream) as table:
        written = table.metadata.metadata or {}
        return b"\n".join([str(table.schema).encode(), *(part for item in written.items() for part in item)])


def read_texts(content: Content) -> Iterator[ColumnText]:
    """The texts of every column that holds some.

    Raises:
        pa.ArrowException: It is no Parquet, or a damaged one.
        OSError: It cannot be read.
    """
    # Reading ahead would hold the whole file by its end.
    with open_content(content) as stream, pq.ParquetFile(stream, pre_buffer=False) as table:
        columns = [field.name for field in table.schema_arrow if _holds_text(field.type)]
        first_row = 0
        for group in range(table.num_row_groups if columns else 0):
            for batch in table.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
                for name in columns:
                    for texts, rows in _leaves(batch.column(name), None):
                        yield ColumnText(name, texts, first_row, rows)
                first_row += batch.num_rows


def _holds_text(type_: pa.DataType) -> bool:
    if isinstance(type_, pa.BaseExtensionType):
        return _holds_text(type_.storage_type)
    if pa.types.is_dictionary(type_):
        return _holds_text(type_.value_type)
    if type_.num_fields:
        return any(_holds_text(type_.field(place).type) for place in range(type_.num_fields))
    return _is_text(type_)


def _is_text(type_: pa.DataType) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    views = (pa.types.is_string_view, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(test(type_) for test in tests + views)


def _leaves(array: pa.Array, rows: pa.Array | None) -> Iterator[tuple[pa.Array, pa.Array | None]]:
    """The arrays of text within an array, each with the row that every text belongs to."""
    type_ = array.type
    if isinstance(type_, pa.BaseExtensionType):
        yield from _leaves(array.storage, rows)
    elif pa.types.is_dictionary(type_):
        yield from _leaves(array.dictionary_decode(), rows)
    elif pa.types.is_map(type_):
        yield from _leaves(array.cast(pa.list_(pa.struct([type_.key_field, type_.item_field]))), rows)
    elif pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        parents = pc.list_parent_indices(array)
        yield from _leaves(array.flatten(), parents if rows is None else rows.take(parents))
    elif pa.types.is_struct(type_):
        for part in array.flatten():
            yield from _leaves(part, rows)
    elif pa.types.is_string_view(type_) or pa.types.is_binary_view(type_) or pa.types.is_fixed_size_binary(type_):
        yield array.cast(pa.large_binary()), rows
    elif _is_text(type_):
        yield array, rows
