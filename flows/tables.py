"""What all tables of a settings file share."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Table(BaseModel):
    """A table of the file: unknown keys refused, types not converted, NaN and inf refused."""

    model_config = STRICT


def table_of(kind: Any, *without: str) -> type[Table]:
    """A settings table with the fields of a dataclass from another room."""
    hints = get_type_hints(kind)
    keys: dict[str, Any] = {
        f.name: (hints[f.name], ... if f.default is MISSING else f.default)
        for f in fields(kind) if f.name not in without}
    return create_model(kind.__name__ + "Table", __base__=Table, **keys)
