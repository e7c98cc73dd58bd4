"""The log of a press that records but cannot be commanded: one CSV file per stack."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from pressloop.hardware.attended.gauge import Gauge
from pressloop.hardware.units import UNITS, to_newton
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

FORCE = {f"{word}_{unit}": unit for unit in UNITS for word in ("force", "pressure")}
"""Columns of force and the unit they are in: force_kN, force_t, pressure_MPa, pressure_bar_oil."""
MOST_BYTES = 50_000_000
"""An hour at a thousand samples a second."""
SKEW_S = 300.0
"""How far the clocks of a logger and of this computer may be apart."""


def log_of(folder: str, stack: Stack) -> Path | None:
    """The stack's log, None where there is none."""
    if not folder or Path(stack.stack_id).name != stack.stack_id:
        return None
    path = Path(folder) / f"{stack.stack_id}.csv"
    return path if path.is_file() else None


def read_log(path: Path, gauge: Gauge, not_before_utc_s: float) -> Trace:
    """Force over time as logged.

    Raises BadInput for a file that is older than the cycle, is no such table, or shows what the
    press cannot do."""
    if path.stat().st_mtime < not_before_utc_s - SKEW_S:
        raise BadInput(path.name, "older than this cycle", "written during it",
                       "Another stack of this name was pressed before.")
    columns = _columns(path)
    unit_of = next((name for name in columns if name in FORCE), None)
    if "time_s" not in columns or unit_of is None:
        raise BadInput(path.name, f"columns {', '.join(columns)}", "time_s and force_kN, "
                       "pressure_MPa or the like", "Export the log again.")
    per_unit = to_newton(1.0, FORCE[unit_of], gauge.machine)
    force = columns[unit_of] * per_unit
    highest = float(force.max()) if force.size else math.nan
    if not 0 < highest <= gauge.machine.max_force_n:
        raise BadInput(f"{path.name} {unit_of}", highest / per_unit,
                       f"a peak above 0 and at most {gauge.machine.max_force_n / per_unit:.4g}",
                       "Is the unit in the column's name right?")
    upper = columns.get("temperature_upper_c", columns.get("temperature_c"))
    return Trace(columns["time_s"], force, columns.get("position_mm"), upper,
                 columns.get("temperature_lower_c"), gauge.machine.die_area_mm2)


def _columns(path: Path) -> dict[str, FloatArray]:
    if path.stat().st_size > MOST_BYTES:
        raise BadInput(path.name, f"{path.stat().st_size / 1e6:.0f} MB",
                       f"at most {MOST_BYTES / 1e6:.0f} MB", "Log the cycle alone.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, strict=True))
        return {name.strip(): np.array([float(row[name]) for row in rows])
                for name in (rows[0] if rows else {})}
    except (OSError, ValueError, TypeError, AttributeError, csv.Error) as error:
        raise BadInput(path.name, f"unreadable ({error})", "a table of numbers under one header",
                       "Export the log again.") from None
