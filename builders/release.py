"""Writing an assembled dataset as a folder that the Hub and plain `load_dataset` read."""

from pathlib import Path

import pyarrow.parquet as pq

from builders.assembly import PairsBuilder
from builders.files import atomic_path

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
