"""Facts as JSON values and back, for the places beside the ledger that keep or send them.

A dataclass whose fields are written with these types is read and written by a Pydantic TypeAdapter.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Any

import numpy as np
from pydantic import PlainSerializer, PlainValidator

from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace


def _made(kind: type[Any]) -> PlainValidator:
    """Values go through the fact's own checks, which raise BadInput."""
    def made(value: Any) -> Any:
        if isinstance(value, dict):
            return kind(**value)
        if not isinstance(value, kind):
            raise ValueError(f"no {kind.__name__}")
        return value

    return PlainValidator(made)


def _stack_values(stack: Stack) -> dict[str, Any]:
    """As lines were written before there were barcodes, where there is none."""
    values = asdict(stack)
    return {name: one for name, one in values.items() if name != "barcode" or one is not None}


def _trace_values(trace: Trace) -> dict[str, Any]:
    """Floats come back as they were."""
    values = {f.name: getattr(trace, f.name) for f in fields(trace)}
    return {name: one.tolist() if isinstance(one, np.ndarray) else one
            for name, one in values.items()}


PlainRecipe = Annotated[Recipe, _made(Recipe), PlainSerializer(Recipe.plain)]
PlainStack = Annotated[Stack, _made(Stack), PlainSerializer(_stack_values)]
PlainTrace = Annotated[Trace, _made(Trace), PlainSerializer(_trace_values)]
