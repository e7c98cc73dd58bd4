"""What can go wrong with an emulated press, by name; each happens once where it is injected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pressloop.trials.errors import BadInput

LINK = ("lost request", "lost answer", "drop link", "slow answer", "busy", "device failure",
        "write disabled", "frozen program", "wrong words", "wrong version", "wrong device",
        "other press", "clamps", "garbled snapshot")
"""Of the link and its program. `count` requests or `seconds` (wall) long."""
ALARMS = {
    "e-stop": "e-stop pressed", "guard opened": "guard opened",
    "remote off": "remote switched off", "force leaks": "force lost in dwell",
    "over-shoot": "over-force", "force not reached": "force not reached",
    "stuck at release": "stuck at release", "heater dead": "temperature not reached",
    "sensor open": "temperature sensor open", "platens differ": "temperature not reached",
    "hydraulics": "hydraulics failed", "atmosphere": "atmosphere lost",
}
"""Of the machine: the alarm that each ends a cycle with."""
POWER = ("reboot", "reboot forgetful")
PERSON = frozenset({"e-stop", "guard opened", "remote off"})
"""What a person must clear at the press."""
BIT = {"e-stop": "e-stop released", "guard opened": "guard closed", "remote off": "remote enabled"}
KINDS = (*LINK, *ALARMS, *POWER)
HEALING = ("lost request", "lost answer", "drop link", "slow answer", "busy", "frozen program",
           "force leaks", "force not reached", "heater dead", "hydraulics", "reboot")
"""Those after which an unattended campaign can go on."""
PHASES = ("heating", "ramping", "dwelling", "cooling", "releasing")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault.

    `at` is "now", "start" (when the next order comes) or a phase of the next cycle. Raises
    BadInput for one that is not known."""

    kind: str
    at: str = "now"
    seconds: float = 1.0
    count: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput("fault", self.kind, f"one of {', '.join(KINDS)}", "Choose one.")
        if self.at not in ("now", "start", *PHASES):
            raise BadInput("fault.at", self.at, f"now, start or one of {', '.join(PHASES)}",
                           "Choose one.")


def drawn(rate: float, draw: np.random.Generator) -> Trouble | None:
    """The trouble of the next cycle, with probability `rate`."""
    if draw.uniform() >= rate:
        return None
    kind = str(draw.choice(HEALING))
    if kind in LINK:
        at = "start" if kind.startswith("lost") else str(draw.choice(["start", "ramping",
                                                                      "dwelling"]))
    elif kind in ("force leaks", "force not reached"):
        at = "dwelling" if kind == "force leaks" else "ramping"
    else:
        at = str(draw.choice(["ramping", "dwelling"]))
    return Trouble(kind, at, seconds=float(draw.uniform(0.5, 3.0)), count=3)
