"""The tables of a crate as Parquet, each column with its unit and meaning in the file itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressloop.trials.trial import Trial
from pressloop.views.export.crate.columns import column_of
from pressloop.views.export.export import table

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 200
"""Trials whose arrays are held as a table at a time."""


def write_parquet(path: Path, name: str, trials: Sequence[Trial], units: Mapping[str, str]
                  ) -> list[str]:
    """Writes one table and returns the names of its columns.

    The same trials and the same versions of the libraries give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A column is there for the parameters of all trials, so that table is made of all at once.
    frames = iter([table(name, trials)]) if name == "trials" else _parts(name, trials)
    schema = _described(pa.Schema.from_pandas(first := next(frames), preserve_index=False), units)
    with pq.ParquetWriter(path, schema) as writer:
        for frame in _again(first, frames):
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))
    return list(schema.names)


def _parts(name: str, trials: Sequence[Trial]) -> Iterator[pd.DataFrame]:
    yield table(name, [])
    left = iter(trials)
    while some := list(islice(left, AT_ONCE)):
        yield table(name, some)


def _again(first: pd.DataFrame, rest: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    yield first
    yield from rest


def _described(schema: Any, units: Mapping[str, str]) -> Any:
    import pyarrow as pa

    told = []
    for one in schema:
        known = column_of(one.name, units)
        words = {"description": known.meaning} | ({"unit": known.unit} if known.unit else {})
        told.append(one.with_metadata(words))
    return pa.schema(told, metadata=schema.metadata)
