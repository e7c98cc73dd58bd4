"""Reads a driver's own options: unknown keys and wrong types are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from pressloop.trials.errors import BadInput

T = TypeVar("T")


def read_options(kind: type[T], options: Mapping[str, object], section: str) -> T:
    """The options as a `kind`, a dataclass whose fields all have defaults.

    Raises BadInput for a key it does not have or a value of another type.
    """
    known: dict[str, Any] = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    for key, value in options.items():
        if key not in known:
            raise BadInput(f"{section}.{key}", value, f"one of {', '.join(known)}",
                           "Correct or remove the key.")
        if not _fits(value, known[key]):
            expected = type(known[key]).__name__
            raise BadInput(f"{section}.{key}", value, f"of type {expected}", "Correct the value.")
    return kind(**options)


def _fits(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float)) and math.isfinite(value)
    return isinstance(value, type(default))
