"""Entries to rows and back, without loss: (kind, JSON-able payload, named arrays) <-> Entry.

Floats survive because JSON writes the shortest text that reads back as the same float; arrays stay
raw little-endian bytes. Decoding goes through the constructors, so what comes out is checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pressloop.trials.entry import (
    Commanded,
    Corrected,
    Drawn,
    Ended,
    Entered,
    Entry,
    Evaluated,
    Faulted,
    Handled,
    Imported,
    Measured,
    Opened,
    Planned,
    Pressed,
    Queued,
    Reconciled,
    Settled,
    Stocked,
    Unqueued,
)
from pressloop.trials.errors import BadInput, LedgerProblem
from pressloop.trials.outcome import (
    Achieved,
    Arc,
    Damage,
    Failed,
    Intact,
    Outcome,
    SetAside,
    Spoilt,
    Withdrawn,
)
from pressloop.trials.people import Cautioned, Noted, Requested
from pressloop.trials.quantity import Measurement
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import ControlPoint, MissingPoint, Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
Payload = Mapping[str, Any]

OUTCOMES: dict[str, type[Outcome]] = {
    "intact": Intact, "failed": Failed, "set_aside": SetAside, "spoilt": Spoilt,
    "withdrawn": Withdrawn,
}
LATER = ("achieved", "measured")
"""Fields of outcomes that are not kept where they say nothing."""
OUTCOME_KINDS = {cls: kind for kind, cls in OUTCOMES.items()}


class Encoded(NamedTuple):
    """One entry as plain values; array names are paths such as "spectra.0.impedance_ohm"."""

    kind: str
    payload: dict[str, Any]
    arrays: dict[str, Array]


def kind_of(entry: Entry) -> str:
    """The word under which an entry is kept: its class name in lower case."""
    return type(entry).__name__.lower()


def encode(entry: Entry) -> Encoded:
    """The entry as kind, payload and arrays."""
    arrays: dict[str, Array] = {}
    return Encoded(kind_of(entry), _fields(entry, "", arrays), arrays)


def decode(kind: str, payload: Payload, arrays: Arrays) -> Entry:
    """The entry again; raises LedgerProblem when what is stored is no longer a valid one."""
    if kind not in _DECODERS:
        raise LedgerProblem("entry kind", kind, f"one of {', '.join(_DECODERS)}",
                            "Read this ledger with the pressloop that wrote it, or a newer one.")
    try:
        return _DECODERS[kind](payload, arrays)
    except (BadInput, ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise LedgerProblem(f"{kind} entry", repr(error), "readable by this pressloop",
                            "Restore the ledger from a backup, or use the version that wrote it."
                            ) from None


def _fields(value: Any, path: str, arrays: dict[str, Array]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(value):
        item, where = getattr(value, field.name), path + field.name
        if item is None and field.metadata.get("only_where_given"):
            continue
        if isinstance(item, np.ndarray):
            arrays[where] = item
        else:
            plain[field.name] = _plain(item, where + ".", arrays)
    return plain


def _plain(value: Any, path: str, arrays: dict[str, Array]) -> Any:
    value = value.plain() if isinstance(value, Recipe) else value
    match value:
        case Intact() | Failed() | SetAside() | Spoilt() | Withdrawn():
            plain = {"kind": OUTCOME_KINDS[type(value)], **_fields(value, path, arrays)}
            # As outcomes were kept before what was really pressed, or measured, could differ.
            return {name: v for name, v in plain.items() if name not in LATER or v}
        case tuple() | list():
            return [_plain(item, f"{path}{i}.", arrays) for i, item in enumerate(value)]
        case dict():
            return {key: _plain(item, f"{path}{key}.", arrays) for key, item in value.items()}
        case complex():
            return [value.real, value.imag]
    if is_dataclass(value):
        return _fields(value, path, arrays)
    return value.item() if isinstance(value, np.generic) else value


def _outcome(payload: Payload) -> Outcome:
    values = dict(payload)
    cls = OUTCOMES[values.pop("kind")]
    if values.get("achieved") is not None:
        values["achieved"] = Achieved(**values["achieved"])
    if values.get("damage") is not None:
        values["damage"] = Damage(**values["damage"])
    for name in {"summed", "notes"} & set(values):
        values[name] = tuple(values[name])
    if "measured" in values:
        values["measured"] = tuple(Measurement(**one) for one in values["measured"])
    if "arcs" in values:
        values["arcs"] = tuple(Arc(**arc) for arc in values["arcs"])
    return cls(**values)


def _trace(payload: Payload, arrays: Arrays) -> Trace:
    return Trace(**{**payload, **_under("trace.", arrays)})


def _spectrum(payload: Payload, arrays: Arrays) -> Spectrum:
    missing = tuple(MissingPoint(**point) for point in payload["missing"])
    controls = tuple(_control(**point) for point in payload["controls"])
    notes = tuple(payload.get("notes", ()))
    return Spectrum(**{**payload, **arrays, "missing": missing, "controls": controls,
                       "notes": notes})


def _control(frequency_hz: float, before_ohm: Any, after_ohm: Any) -> ControlPoint:
    return ControlPoint(frequency_hz, _complex(before_ohm), _complex(after_ohm))


def _complex(stored: Any) -> complex:
    return complex(*stored) if isinstance(stored, list) else complex(stored)


def _under(prefix: str, arrays: Arrays) -> dict[str, Array]:
    return {name.removeprefix(prefix): array
            for name, array in arrays.items() if name.startswith(prefix)}


def _reconciled(payload: Payload, arrays: Arrays) -> Reconciled:
    return Reconciled(**{**payload, "cycle_ids": tuple(payload["cycle_ids"]),
                         "stacks": tuple(payload["stacks"])})


def _planned(payload: Payload, arrays: Arrays) -> Planned:
    return Planned(**{**payload, "stack": Stack(**payload["stack"]),
                      "recipe": Recipe(**payload["recipe"])})


def _measured(payload: Payload, arrays: Arrays) -> Measured:
    return Measured(payload["sweep"], tuple(
        _spectrum(one, _under(f"spectra.{i}.", arrays))
        for i, one in enumerate(payload["spectra"])), _entered(payload.get("entered")))


def _entered(payload: Payload | None) -> Entered | None:
    if payload is None:
        return None
    return Entered(tuple(Measurement(**one) for one in payload["values"]), payload["failure"],
                   payload["why"])


def _evaluated(payload: Payload, arrays: Arrays) -> Evaluated:
    return Evaluated(**{**payload, "outcome": _outcome(payload["outcome"])})


def _corrected(payload: Payload, arrays: Arrays) -> Corrected:
    stack, recipe, outcome = (payload[name] for name in ("stack", "recipe", "outcome"))
    return Corrected(**{**payload, "stack": stack and Stack(**stack),
                        "recipe": recipe and Recipe(**recipe),
                        "outcome": outcome and _outcome(outcome)})


def _imported(payload: Payload, arrays: Arrays) -> Imported:
    return Imported(**{**payload, "stack": Stack(**payload["stack"]),
                       "recipe": Recipe(**payload["recipe"]),
                       "outcome": _outcome(payload["outcome"])})


_DECODERS: dict[str, Callable[[Payload, Arrays], Entry]] = {
    "opened": lambda payload, _: Opened(**payload),
    "ended": lambda payload, _: Ended(**payload),
    "reconciled": _reconciled,
    "queued": lambda payload, _: Queued(**{**payload, "recipe": Recipe(**payload["recipe"])}),
    "unqueued": lambda payload, _: Unqueued(**payload),
    "stocked": lambda payload, _: Stocked(**payload),
    "handled": lambda payload, _: Handled(**payload),
    "drawn": lambda payload, _: Drawn(**payload),
    "planned": _planned,
    "commanded": lambda payload, _: Commanded(**payload),
    "pressed": lambda payload, arrays: Pressed(_trace(payload["trace"], arrays)),
    "measured": _measured,
    "evaluated": _evaluated,
    "faulted": lambda payload, _: Faulted(**payload),
    "settled": lambda payload, _: Settled(**payload),
    "imported": _imported,
    "corrected": _corrected,
    "requested": lambda payload, _: Requested(**payload),
    "noted": lambda payload, arrays: Noted(**{**payload, **arrays}),
    "cautioned": lambda payload, _: Cautioned(**payload),
}
