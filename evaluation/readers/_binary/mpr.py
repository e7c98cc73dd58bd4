"""EC-Lab's own binary files (.mpr), turned into a table by yadg.

yadg is under the GPL: it is started as a program of its own, on a copy of the file, and its netCDF
output is read with h5py.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.columns import columns, required
from pressloop.evaluation.readers._table.rows import Table
from pressloop.evaluation.readers._table.sweeps import sweeps_of
from pressloop.evaluation.readers.eclab import real_area
from pressloop.trials.errors import BadInput

MAGIC = b"BIO-LOGIC MODULAR FILE"
_PATIENCE_S = 120.0
_AS_TEXT = "Export it from EC-Lab as text (.mpt) instead."


def sweeps(data: bytes, source: str) -> tuple[RawSweep, ...]:
    """The sweeps of a .mpr file. Raises BadInput without yadg and h5py, and where yadg fails."""
    program = yadg()
    if not program or importlib.util.find_spec("h5py") is None:
        raise BadInput(source, "a binary EC-Lab file", "read with yadg and h5py, which are absent",
                       f"Install them: pip install yadg==6.2.2 h5py. {_AS_TEXT}")
    names, rows, about = _extracted(program, data, source)
    table = Table(source, required(columns(names), source), len(names), "\t", rows)
    area = real_area(_single(about.get("settings", {}).get("electrode_area")))
    amplitude = _single(about.get("params", {}).get("Va (mV)"))
    return tuple(dataclasses.replace(sweep, area_cm2=area, amplitude_mv=amplitude)
                 for sweep in sweeps_of(table))


def _single(value: object) -> float | None:
    """A positive number, or the first of several sequences' numbers, as single precision holds it.

    None where there is none."""
    first = value[0] if isinstance(value, list) and value else value
    known = isinstance(first, int | float) and math.isfinite(first) and first > 0
    return float(f"{first:.6g}") if known else None


def yadg() -> str:
    """The path of the program yadg, of this environment or of the person; empty without one."""
    here = Path(sysconfig.get_path("scripts")) / "yadg"
    return str(here) if here.exists() else shutil.which("yadg") or ""


def _extracted(program: str, data: bytes, source: str
               ) -> tuple[list[str], list[tuple[int, str]], dict[str, Any]]:
    """Column names with units, numbered rows as text, and what yadg says of the settings."""
    with tempfile.TemporaryDirectory(prefix="pressloop-mpr-") as folder:
        given, made = Path(folder) / "given.mpr", Path(folder) / "made.nc"
        given.write_bytes(data)
        try:
            ran = subprocess.run([program, "extract", "eclab.mpr", str(given), str(made)],
                                 capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BadInput(source, f"yadg: {error}", "read by yadg", _AS_TEXT) from None
        if ran.returncode or not made.exists():
            why = (ran.stderr.strip().splitlines() or ["no word"])[-1]
            raise BadInput(source, f"yadg: {why}", "a .mpr file that yadg reads", _AS_TEXT)
        return _columns_of(made)


def _columns_of(path: Path) -> tuple[list[str], list[tuple[int, str]], dict[str, Any]]:
    import h5py

    with h5py.File(path) as file:
        kept = {name: item for name, item in file.items()
                if getattr(item, "ndim", 0) == 1 and not name.endswith("_std_err")}
        length = max((item.shape[0] for item in kept.values()), default=0)
        kept = {name: item for name, item in kept.items() if item.shape[0] == length}
        names = [_name(name, item.attrs.get("units", "")) for name, item in kept.items()]
        arrays = [item[:].tolist() for item in kept.values()]
        about = json.loads(file.attrs.get("original_metadata", "{}"))
    rows = [(at, "\t".join(map(str, row)))
            for at, row in enumerate(zip(*arrays, strict=True), start=1)]
    return names, rows, about


def _name(name: str, unit: object) -> str:
    unit = unit.decode() if isinstance(unit, bytes) else str(unit)
    return f"{name}/{unit}" if unit else name
