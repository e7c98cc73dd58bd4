"""What goes into the columns of one entry: its key, its text and its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from pressloop.trials.checks import text
from pressloop.trials.entry import (
    Commanded,
    Corrected,
    Drawn,
    Ended,
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
    RunEntry,
    Settled,
    Stocked,
    Unqueued,
)
from pressloop.trials.errors import BadInput, LedgerProblem, shown
from pressloop.trials.ledger.codec import Array
from pressloop.trials.people import Cautioned, Noted, Requested

MOST_CHARACTERS = 8_000_000
"""Of a payload without its arrays; settings, the longest, are bounded to an eighth of it."""
RESTORE = "Restore the ledger from a backup; `pressloop verify` names the entry."
LARGEST = 2**31 - 1
"""Of trial numbers and cycle ids: what a PLC's double word and every database can hold."""

DTYPES = {"float64": "<f8", "complex128": "<c16", "uint8": "|u1"}


def key_of(trial: int | None, entry: Entry, opened: int) -> str:
    """The key that exists once per campaign, so that no fact is recorded twice.

    `opened` is how often the campaign was opened so far.
    """
    match entry:
        case Opened():
            key = f"opened/{opened + 1}"
        case Ended(press=press):
            # Each of several presses has an end of its own.
            key = f"ended/{opened}" + ("" if press is None else f"/{one_line('press', press)}")
        case Reconciled():
            key = f"reconciled/{_digest(entry)}"
        case Imported(row_digest=digest):
            key = f"imported/{one_line('row_digest', digest)}"
        case Measured(sweep=sweep):
            key = f"measured/{trial}/{counted('sweep', sweep)}"
        case Stocked(barcode=barcode) | Drawn(barcode=barcode):
            key = f"{type(entry).__name__.lower()}/{one_line('barcode', barcode)}"
        case Handled(barcode=barcode, step=step):
            key = f"handled/{one_line('barcode', barcode)}/{counted('step', step)}"
        case Queued() | Unqueued() | Requested() | Noted() | Cautioned():
            key = f"{type(entry).__name__.lower()}/{counted('number', entry.number)}"
        case Corrected(correction=correction):
            key = f"corrected/{trial}/{counted('correction', correction)}"
        case Evaluated(reading=reading):
            key = f"evaluated/{trial}/{counted('reading', reading)}"
        case Planned() | Commanded() | Pressed() | Faulted() | Settled():
            key = f"{type(entry).__name__.lower()}/{trial}"
    return key


def _digest(entry: Reconciled) -> str:
    """The same word on the same cycles is given once."""
    told = json.dumps([entry.press_serial, entry.verdict, entry.cycle_ids, entry.stacks,
                       entry.reason])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def counted(name: str, value: object) -> int:
    """`value` as a whole number from 1 on; raises BadInput."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise BadInput(name, value, "a whole number", "Count from 1.")
    if not 1 <= value <= LARGEST:
        raise BadInput(name, value, f"between 1 and {LARGEST}", "Count from 1.")
    return int(value)


def one_line(name: str, value: object) -> str:
    """`value` as a non-empty printable text, which every database stores alike. Raises BadInput."""
    if not text(name, value).isprintable():
        raise BadInput(name, repr(value), "printable text on one line", "Choose a plain name.")
    return str(value)


def trial_for(entry: Entry, trial: int | None) -> int | None:
    """The trial number of an entry: none for those of a run, a whole number for the others.

    Raises BadInput."""
    if not isinstance(entry, RunEntry):
        return counted("trial", trial)
    if trial is not None:
        raise BadInput("trial", trial, f"left out for {type(entry).__name__}",
                       "Pass None: it tells of no stack.")
    return None


def to_json(kind: str, payload: Mapping[str, Any]) -> str:
    """The payload as JSON.

    Raises BadInput on NaN, infinity and what JSON has no word for, and on more text than is read
    back."""
    try:
        text = json.dumps(payload, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"{kind} entry", str(error), "made of finite, plain JSON values",
                       "Leave missing readings out; turn other objects into text.") from None
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"{kind} entry", f"{len(text)} characters",
                       f"at most {MOST_CHARACTERS}", "Is a text in it a whole file?")
    return text


def whole(column: str, value: object) -> int:
    """A stored number.

    SQLite keeps whatever it is given, in any column; raises LedgerProblem for what pressloop never
    writes there."""
    if not isinstance(value, int):
        raise LedgerProblem(f"stored {column}", value, "a whole number", RESTORE)
    return value


def from_json(kind: str, stored: Any) -> dict[str, Any]:
    """The payload again.

    Raises LedgerProblem where it is no JSON object, or larger than any that is written: somebody
    has changed it, or the disk has."""
    if not isinstance(stored, str) or len(stored) > MOST_CHARACTERS:
        raise _unreadable(kind, f"{type(stored).__name__} of another kind or size than is written")
    try:
        found = json.loads(stored)
    except (RecursionError, TypeError, ValueError) as error:
        raise _unreadable(kind, str(error)) from None
    if not isinstance(found, dict):
        raise _unreadable(kind, f"a {type(found).__name__}, not an object")
    return found


def _unreadable(kind: str, why: str) -> LedgerProblem:
    return LedgerProblem(f"{shown(kind)} entry", why, "kept as a JSON object",
                         "`pressloop verify` names it. Restore the ledger from a backup.")


def to_bytes(array: Array) -> dict[str, object]:
    """Columns `dtype`, `shape` and `data` of one array.

    Raises BadInput for an array of another kind."""
    name = array.dtype.name
    if name not in DTYPES:
        raise BadInput("array dtype", name, " or ".join(DTYPES), "Convert it first.")
    return {"dtype": name, "shape": json.dumps(array.shape),
            "data": array.astype(DTYPES[name]).tobytes()}


def shape_of(stored: str) -> tuple[int, ...]:
    """The shape of an array by its column alone; raises LedgerProblem for one that is none."""
    try:
        return tuple(int(one) for one in json.loads(stored))
    except (ValueError, TypeError, RecursionError) as error:
        raise LedgerProblem("stored array", repr(error), f"of a shape, not {shown(stored)}",
                            RESTORE) from None


def from_bytes(dtype: str, shape: str, data: bytes) -> Array:
    """The array again, bit for bit; raises LedgerProblem when the columns do not fit together.

    Its shape is the one stored with it."""
    try:
        return np.frombuffer(data, DTYPES[dtype]).reshape(json.loads(shape))
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise LedgerProblem("stored array", repr(error), f"{shown(dtype)} of shape {shown(shape)}",
                            "Restore the ledger from a backup.") from None
