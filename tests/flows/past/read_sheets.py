"""A lab's sheet as it is read, and the names of the columns that are found in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab_files import write_settings

from pressloop.flows.past.reading import Reading, reading_of
from pressloop.flows.settings.campaign import read_settings

P, T, WARM, R, SE, MODE = ("pressure_mpa", "dwell_s", "temperature_c", "resistance_ohm_cm2",
                           "resistance_se_ohm_cm2", "failure_mode")
CLEAN = "P (MPa),t (s),T (°C),R (Ω cm²)"


def read(folder: Path, text: str, **settings: Mapping[str, Any]) -> Reading:
    (folder / "sheet.csv").write_text(text, encoding="utf-8")
    known = read_settings(write_settings(folder, **settings))
    return reading_of(folder / "sheet.csv", known)


def numbers(reading: Reading, name: str) -> list[float]:
    return [float(cell) for cell in reading.column(name)]
