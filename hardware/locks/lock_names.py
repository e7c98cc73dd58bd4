"""How files of locks are called and told, on every system."""

from __future__ import annotations

import hashlib

VARIABLE = "PRESSLOOP_LOCKS"


def digest(serial: str) -> str:
    """A press's serial number as part of a file's name."""
    return hashlib.sha256(serial.encode()).hexdigest()[:16]


def held(what: str, who: str) -> str:
    """What whoever comes second is told."""
    return (f"press {what} is held by another run ({who}). Wait for it to end, or stop it; two "
            "runs never share a press.")
