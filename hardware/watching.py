"""What is seen of a cycle while it runs, from the records beside a press: asks no machine.

Whoever looks on, such as the operator console, has no link to the press, and cannot disturb one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pressloop.trials.trace import CHANNELS, Trace


@dataclass(frozen=True, slots=True)
class Seen:
    """A cycle so far: seconds since it began, and the trace up to now, None where there is none.

    `asked` is True while a person has been asked for it and has not said that it began."""

    elapsed_s: float
    trace: Trace | None = None
    asked: bool = False


def up_to(trace: Trace, elapsed_s: float) -> Trace | None:
    """The trace as far as it has come; None before its second sample."""
    count = int(np.searchsorted(trace.time_s, elapsed_s, side="right"))
    if count < 2:
        return None
    part = {name: values[:count] for name in ("time_s", "force_n", *CHANNELS)
            if (values := getattr(trace, name)) is not None}
    return replace(trace, **part, peak_force_n=None, held_s=None)
