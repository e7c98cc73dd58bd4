"""Which of several sweeps of a file is meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.trials.errors import BadInput

Sweep = int | str | None
"""A number from 1, "last", "all", or None: the only one there is."""
_SHOWN = 12


def chosen(sweeps: Sequence[RawSweep], which: Sweep) -> tuple[RawSweep, ...]:
    """The sweeps that are meant, each with a note where others were left out.

    Raises BadInput on a number the file does not have, and on None where there are several.
    """
    wanted = _wanted(which)
    if wanted is None and len(sweeps) > 1:
        raise BadInput(f"{sweeps[0].source}: sweeps in the file", len(sweeps), "1, or chosen",
                       "Choose with --sweep 1, --sweep last or --sweep all (in Python: sweep=1, "
                       f"or read_spectra). They are: {listed(sweeps)}.")
    if wanted is None or wanted == "all":
        return tuple(sweeps)
    if wanted == "last":
        wanted = len(sweeps)
    if not isinstance(wanted, int) or wanted > len(sweeps):
        raise BadInput(f"{sweeps[0].source}: --sweep", str(which),
                       f"from 1 to {len(sweeps)}, all or last", f"It has: {listed(sweeps)}.")
    one = sweeps[wanted - 1]
    if len(sweeps) == 1:
        return (one,)
    note = f"of {len(sweeps)} sweeps in the file, this is number {one.described()}"
    return (dataclasses.replace(one, notes=(note, *one.notes)),)


def _wanted(which: Sweep) -> Sweep:
    """A number, "last", "all" or None; raises BadInput on anything else."""
    if which is None or (isinstance(which, int) and which >= 1):
        return which
    word = str(which).strip().lower()
    if word in ("all", "last"):
        return word
    if word.isdecimal() and int(word) >= 1:
        return int(word)
    raise BadInput("sweep", str(which), "a number from 1, last or all", "Such as --sweep last.")


def listed(sweeps: Sequence[RawSweep]) -> str:
    """Every sweep with its number, name, points and range."""
    more = f"; and {len(sweeps) - _SHOWN} more" if len(sweeps) > _SHOWN else ""
    return "; ".join(sweep.described() for sweep in sweeps[:_SHOWN]) + more


def counted(sweeps: Sequence[RawSweep]) -> tuple[RawSweep, ...]:
    """The sweeps, each with its number and how many there are."""
    return tuple(dataclasses.replace(sweep, number=place, count=len(sweeps))
                 for place, sweep in enumerate(sweeps, start=1))
