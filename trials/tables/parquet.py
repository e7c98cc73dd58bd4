"""Rows of a Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.rows import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    prove_count,
    short,
    text_of,
)


def parquet_rows(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows, numbered from 1 on. Raises BadInput for a file that cannot be read."""
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            of = file.metadata
            prove_count("rows", of.num_rows, MOST_ROWS, path)
            prove_count("columns", of.num_columns, MOST_COLUMNS, path)
            prove_count("cells", of.num_rows * of.num_columns, MOST_CELLS, path)
            return _rows(file.read(use_threads=False))
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001 - Arrow raises whatever damaged bytes mean
        raise BadInput("table", path, "a Parquet file", f"{short(error)}.") from None


def _rows(table: Any) -> tuple[tuple[str, ...], list[Row]]:
    table.validate(full=True)
    columns = [[text_of(value) for value in column.to_pylist()] for column in table.columns]
    return (tuple(map(str, table.column_names)),
            list(enumerate(zip(*columns, strict=True), start=1)))
