"""What may go wrong with the emulated analyser, on purpose: by a script or at a stated rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pressloop.trials.checks import within
from pressloop.trials.errors import BadInput

STALE, TRUNCATED, STATUS_FIRST = "stale line", "truncated line", "status first"
HANG, CLOSES, OVERLOAD, WRONG_IDN = "hang", "peer closes", "overload", "wrong idn"
KINDS = (STALE, TRUNCATED, STATUS_FIRST, HANG, CLOSES, OVERLOAD, WRONG_IDN)
AT_ANSWER = 5
"""A scripted fault strikes at this measuring answer of its sweep."""
STRETCH = 5
"""Points that an overload lasts."""


class Faults:
    """Each sweep (told by *CLS) gets the next scripted fault, or one drawn at `rate`.

    Raises BadInput for a fault that is not known."""

    def __init__(self, scripted: Sequence[str] = (), rate: float = 0.0, seed: int = 0) -> None:
        for kind in scripted:
            if kind not in KINDS:
                raise BadInput("faults", kind, f"one of {', '.join(KINDS)}", "Correct it.")
        within("fault_rate", rate, 0.0, 1.0, "A share of sweeps.")
        self.waiting, self.rate = list(scripted), rate
        self._draw = np.random.default_rng(seed)
        self._armed, self._countdown, self._over = "", 0, 0

    def sweep_begins(self) -> None:
        """Arms what this sweep suffers."""
        self._armed, self._countdown, self._over = "", AT_ANSWER, 0
        if self.waiting and self.waiting[0] != WRONG_IDN:
            self._armed = self.waiting.pop(0)
        elif self._draw.uniform() < self.rate:
            self._armed = str(self._draw.choice([k for k in KINDS if k != WRONG_IDN]))
            self._countdown = int(self._draw.integers(1, 20))

    def wrong_identity(self) -> bool:
        """True once if the script says so."""
        if self.waiting and self.waiting[0] == WRONG_IDN:
            self.waiting.pop(0)
            return True
        return False

    def at_answer(self) -> str:
        """The fault that strikes at this measuring answer, "" for none."""
        if not self._armed or self._armed == OVERLOAD:
            return ""
        self._countdown -= 1
        if self._countdown > 0:
            return ""
        kind, self._armed = self._armed, ""
        return kind

    def overloaded(self) -> bool:
        """True for each point of an overloaded stretch."""
        if self._armed != OVERLOAD:
            return False
        self._over += 1
        return self._countdown <= self._over < self._countdown + STRETCH
