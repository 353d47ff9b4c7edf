"""Writing an assembled dataset as a folder that the Hub and plain `load_dataset` read."""

from pathlib import Path

import pyarrow.parquet as pq

from builders.files import atomic_path, read_json, remove, write_json
from builders.pairs_builder import PairsBuilder

ROWS_PER_GROUP = 10_000  # what a reader has in memory at a time


def write_dataset(builder: PairsBuilder, out: Path, config_name: str, rows_per_file: int = 100_000) -> Path:
    """Writes `<out>/<config_name>/<split>-00000-of-0000N.parquet`, the whole folder at once.

    Args:
        builder: Prepared (`download_and_prepare` was called).
        out: The dataset repository's folder.
        config_name: Folder of this configuration.
        rows_per_file: Fixed, so that the files do not depend on how many workers wrote them.

    Returns:
        The configuration's folder. A split without rows has no file: datasets could not read it back.
    """
    prepared = builder.as_dataset()
    folder = out / config_name
    with atomic_path(folder) as partial:
        partial.mkdir()
        for split, rows in prepared.items():
            table = rows.data.table
            files = -(-len(table) // rows_per_file)
            for index in range(files):
                name = f"{split}-{index:05d}-of-{files:05d}.parquet"
                part = table.slice(index * rows_per_file, rows_per_file).combine_chunks()
                pq.write_table(part, partial / name, compression="zstd", row_group_size=ROWS_PER_GROUP)
    return folder


def update_dataset(builder: PairsBuilder, out: Path, cache: Path, rows_per_file: int) -> None:
    """Prepares a configuration and writes it, unless just that has been done; one without rows has no folder.

    Args:
        builder: Of the configuration.
        out: The dataset repository's folder.
        cache: Where what was written is noted.
        rows_per_file: As for `write_dataset`.
    """
    name = builder.config.name
    folder, record = out / name, cache / f"{out.name}-{name}.json"
    mark = {"made of": builder.config_id, "rows": rows_per_file}
    if record.is_file() and read_json(record.read_text("utf-8"), str(record)) == mark | {"is there": folder.is_dir()}:
        return
    has_rows = any(map(len, builder.tables.values()))
    if has_rows or not builder.is_preference:  # that nothing is left of the pairs is an error
        builder.download_and_prepare()
        write_dataset(builder, out, name, rows_per_file)
    else:
        remove(folder)
    write_json(record, mark | {"is there": has_rows})
