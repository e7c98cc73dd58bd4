"""Exports as software of meters writes them, and the meter that reads their folder."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from pressloop.evaluation.readers import read_spectrum
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

QUICK = {"poll_s": 0.01, "settle_s": 0.0, "patience_s": 0.3}
"""What is there at the first look is taken, however slow that look is."""


def stack(name: str = "night-001") -> Stack:
    return Stack(name, "L-1", "ana", 1.327, 600.0)


def read(path: Path, area_cm2: float, **how: Any) -> Spectrum:
    return read_spectrum(path, area_cm2=area_cm2, **how)


def meter_at(at: Place, folder: Path, **options: Any) -> Any:
    return connect_meter("folder", {"folder": str(folder)} | QUICK | options, at)


def sweep_text(resistance: float = 50.0, points: int = 30, comment: str = "") -> str:
    rows = [comment] if comment else []
    rows.append("freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm")
    for f in np.geomspace(1e6, 1.0, points):
        z = 5.0 + resistance / (1.0 + 1j * f / 1e3)
        rows.append(f"{f:.6g},{z.real:.6g},{-z.imag:.6g}")
    return "\n".join(rows) + "\n"


def export(folder: Path, name: str, text: str | None = None, ahead_s: float = 5.0) -> Path:
    """A file that appears after the request for it, however coarse the clock of files is."""
    path = folder / name
    path.write_text(sweep_text() if text is None else text)
    now = time.time() + ahead_s
    os.utime(path, (now, now))
    return path
