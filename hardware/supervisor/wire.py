"""What flows and the supervisor say to each other.

One JSON object per line, over a Unix socket that only its owner may open.

    {"method": "report", "with": {"cycle_id": 12}}  ->  {"result": {...}} or {"error": {...}}
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.lock import lock_path
from pressloop.hardware.own_folder import own_folder, proved_own, temporary_folder
from pressloop.hardware.protocols import (
    CycleReport,
    CycleState,
    Interlock,
    KnownCycle,
    Place,
    PressIdentity,
)
from pressloop.trials import errors
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

Json = Any
LONGEST_PATH = 100
"""Bytes of a Unix socket's path that every system takes."""


def socket_path(station: str) -> Path:
    """Where the supervisor of a station listens.

    In the folder of this user's own, or in one of this user's under /tmp where that has too long a
    path for a Unix socket. The name has the computer's in it, as homes are shared between
    computers.

    Raises Fault when somebody else has made that folder.
    """
    told = f"{socket.gethostname()} {lock_path(station).resolve()}"
    name = f"{sha256(told.encode()).hexdigest()[:16]}.sock"
    path = own_folder() / name
    fits = len(os.fsencode(path)) <= LONGEST_PATH
    return path if fits else proved_own(temporary_folder()) / name


def dump(value: Json) -> bytes:
    """One line."""
    return json.dumps(value, allow_nan=False).encode() + b"\n"


def plain(value: Any) -> Json:
    """A result as JSON values."""
    if isinstance(value, CycleReport):
        kept = {f.name: getattr(value, f.name) for f in fields(value)}
        return kept | {"trace": _plain_trace(value.trace),
                       "recipe": None if value.recipe is None else value.recipe.plain()}
    if isinstance(value, (PressIdentity, Envelope)):
        return asdict(value)
    if isinstance(value, tuple):
        return [_plain_cycle(v) if isinstance(v, KnownCycle) else
                asdict(v) if isinstance(v, Interlock) else v for v in value]
    return value


def _plain_cycle(cycle: KnownCycle) -> Json:
    return asdict(cycle) | {"recipe": None if cycle.recipe is None else cycle.recipe.plain()}


def arguments(method: str, given: Mapping[str, Json]) -> dict[str, Any]:
    """The arguments of a call as values; raises KeyError for a method that may not be called."""
    _ = RESULTS[method]
    known: dict[str, Callable[[Json], Any]] = {
        "stack": lambda v: Stack(**v), "recipe": lambda v: Recipe(**v), "cycle_id": int,
        "after": int}
    return {name: known[name](value) for name, value in given.items()}


def plain_arguments(given: Mapping[str, Any]) -> dict[str, Json]:
    """The reverse of `arguments`."""
    return {name: v.plain() if isinstance(v, Recipe) else asdict(v) if isinstance(v, Stack) else v
            for name, v in given.items()}


def plain_place(place: Place) -> Json:
    """A place without what cannot be told to another process: a person, a reader of files."""
    envelope = None if place.envelope is None else asdict(place.envelope)
    return {"seed": place.seed, "stem": str(place.stem), "envelope": envelope,
            "on_link_loss": place.on_link_loss}


def place_of(value: Json) -> Place:
    """The reverse of `plain_place`."""
    envelope = value["envelope"]
    return Place(value["seed"], Path(value["stem"]),
                 None if envelope is None else Envelope(**envelope), value["on_link_loss"])


def plain_error(error: Exception) -> Json:
    """An error of the project by its name; any other as a Fault."""
    if isinstance(error, errors.BadInput):
        return {"kind": type(error).__name__, "args": [
            error.name, errors.shown(error.value), error.bound, error.remedy]}
    if isinstance(error, errors.PressloopError):
        known = type(error).__name__ if hasattr(errors, type(error).__name__) else "Fault"
        return {"kind": known, "args": [str(error)]}
    return {"kind": "Fault", "args": [f"the press supervisor failed: {error!r}"]}


def error_of(value: Json) -> errors.PressloopError:
    """The error again."""
    kind: type[errors.PressloopError] = getattr(errors, value["kind"])
    return kind(*value["args"])


def _plain_trace(trace: Trace | None) -> Json:
    if trace is None:
        return None
    kept = {f.name: getattr(trace, f.name) for f in fields(trace)}
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in kept.items()}


def _report(value: Json) -> CycleReport:
    trace, recipe = value["trace"], value["recipe"]
    return CycleReport(**{**value, "state": CycleState(value["state"]),
                          "trace": None if trace is None else Trace(**trace),
                          "recipe": None if recipe is None else Recipe(**recipe)})


def _known_cycle(value: Json) -> KnownCycle:
    recipe, stack = value["recipe"], value["stack"]
    return KnownCycle(**{**value, "recipe": None if recipe is None else Recipe(**recipe),
                         "stack": None if stack is None else Stack(**stack)})


RESULTS: Mapping[str, Callable[[Json], Any]] = {
    "identify": lambda v: PressIdentity(**v | {"sets": tuple(v["sets"])}),
    "last_accepted_id": int,
    "known_cycles": lambda v: tuple(_known_cycle(one) for one in v),
    "not_ready": tuple,
    "interlocks": lambda v: tuple(Interlock(**one) for one in v),
    "would_refuse": tuple,
    "start": lambda v: None,
    "report": _report,
    "release": lambda v: None,
}
"""The methods that may be called, with what turns their results back into values."""
