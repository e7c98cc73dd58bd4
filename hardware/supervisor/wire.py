"""What flows and the supervisor say to each other.

One JSON object per line, over a Unix socket that only its owner may open.

    {"method": "report", "with": {"cycle_id": 12}}  ->  {"result": {...}} or {"error": {...}}
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.locks.lock import lock_path
from pressloop.hardware.own_folder import own_folder, proved_own, temporary_folder
from pressloop.hardware.protocols import (
    CycleReport,
    Interlock,
    KnownCycle,
    Place,
    PressIdentity,
)
from pressloop.trials import errors
from pressloop.trials.plain_values import PlainRecipe, PlainStack

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
    station_address = f"{socket.gethostname()} {lock_path(station).resolve()}"
    name = f"{sha256(station_address.encode()).hexdigest()[:16]}.sock"
    path = own_folder() / name
    fits = len(os.fsencode(path)) <= LONGEST_PATH
    return path if fits else proved_own(temporary_folder()) / name


def dump(value: Json) -> bytes:
    """One line."""
    return json.dumps(value, allow_nan=False).encode() + b"\n"


def plain(method: str, value: Any) -> Json:
    """The result of a call as JSON values; raises KeyError for a method that may not be called."""
    return RESULTS[method].dump_python(value, mode="json", warnings=False)


def result(method: str, value: Json) -> Any:
    """The reverse of `plain`."""
    return RESULTS[method].validate_python(value)


def arguments(method: str, given: Mapping[str, Json]) -> dict[str, Any]:
    """The arguments of a call as values; raises KeyError for a method that may not be called."""
    _ = RESULTS[method]
    return {name: ARGUMENTS[name].validate_python(value) for name, value in given.items()}


def plain_arguments(given: Mapping[str, Any]) -> dict[str, Json]:
    """The reverse of `arguments`."""
    return {name: ARGUMENTS[name].dump_python(value, mode="json") if name in ARGUMENTS else value
            for name, value in given.items()}


def plain_place(place: Place) -> Json:
    """A place without what cannot be told to another process: a person, a reader of files."""
    return {"seed": place.seed, "stem": str(place.stem), "on_link_loss": place.on_link_loss,
            "envelope": ENVELOPE.dump_python(place.envelope, mode="json"), "brief": place.brief}


def place_of(value: Json) -> Place:
    """The reverse of `plain_place`."""
    return Place(value["seed"], Path(value["stem"]),
                 ENVELOPE.validate_python(value["envelope"]), value["on_link_loss"],
                 brief=value["brief"])


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


ARGUMENTS: Mapping[str, TypeAdapter[Any]] = {
    "stack": TypeAdapter(PlainStack), "recipe": TypeAdapter(PlainRecipe),
    "cycle_id": TypeAdapter(int), "after": TypeAdapter(int)}
ENVELOPE = TypeAdapter[Envelope | None](Envelope | None)
NOTHING, WORDS = TypeAdapter(None), TypeAdapter(tuple[str, ...])
RESULTS: Mapping[str, TypeAdapter[Any]] = {
    "identify": TypeAdapter(PressIdentity),
    "last_accepted_id": TypeAdapter(int),
    "known_cycles": TypeAdapter(tuple[KnownCycle, ...]),
    "not_ready": WORDS,
    "interlocks": TypeAdapter(tuple[Interlock, ...]),
    "would_refuse": WORDS,
    "start": NOTHING,
    "report": TypeAdapter(CycleReport),
    "release": NOTHING,
    "release_cycle": NOTHING,
}
"""The methods that may be called, and the type of their results."""
