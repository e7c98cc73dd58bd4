"""What all tables of a settings file share."""

from __future__ import annotations

import difflib
from dataclasses import MISSING, fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)

from pressloop.flows.settings.renamed import name_now
from pressloop.trials.errors import BadInput

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Table(BaseModel):
    """A table of the file: unknown keys refused, types not converted, NaN and inf refused."""

    model_config = STRICT


def as_tuple(value: Any) -> Any:
    """TOML knows lists only."""
    return tuple(value) if isinstance(value, list) else value


def table_of(kind: Any, *without: str) -> type[Table]:
    """A settings table with the fields of a dataclass from another room."""
    hints = get_type_hints(kind)
    keys: dict[str, Any] = {
        f.name: (_key(hints[f.name]), _default(f)) for f in fields(kind)
        if f.name not in without}
    return create_model(kind.__name__ + "Table", __base__=Table, __doc__=kind.__doc__, **keys)


def _default(of: Any) -> Any:
    if of.default_factory is not MISSING:
        return Field(default_factory=of.default_factory)
    return ... if of.default is MISSING else of.default


def _key(hint: Any) -> Any:
    return Annotated[hint, BeforeValidator(as_tuple)] if get_origin(hint) is tuple else hint


def readable(error: ValidationError, source: str, model: type[BaseModel]) -> BadInput:
    """The first problem of settings that are to be a `model`, as name, value, bound, remedy."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    name, value = ".".join(where), first.get("input")
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(where[-1], _known_keys(model, where[:-1]), 1)
        hint = f"Did you mean {near[0]}?" if near else "Remove it."
        if (now := name_now(where)) is not None:
            hint = f"It is called {now} now."
        return BadInput(name, value, f"a key that pressloop knows ({source})", hint)
    if first["type"] == "missing":
        return BadInput(name, "missing", f"present in {source}", "Add the key.")
    bound = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return BadInput(name, value, bound, f"Correct it in {source}.")


def _known_keys(model: Any, where: list[str]) -> list[str]:
    for part in where:
        match = [f for f in model.model_fields.values() if part == f.alias] or [
            model.model_fields.get(part)]
        hint = getattr(match[0], "annotation", None)
        # A table that may be left out is a union with None.
        model = next((one for one in (hint, *get_args(hint)) if hasattr(one, "model_fields")), None)
        if model is None:
            return []
    return [f.alias or name for name, f in model.model_fields.items()]
