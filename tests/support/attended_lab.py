"""A lab whose press a person operates, and whose spectra come as files."""

from __future__ import annotations

from pathlib import Path

from lab_files import write_settings

from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.trials import Recipe, Stack


def attended_lab(folder: Path, name: str = "night") -> Path:
    """Settings of an attended press, and the export of its first stack."""
    exports = folder / "exports"
    exports.mkdir()
    place = Place(7, folder / "bench")
    stack = Stack(f"{name}-001", "L-1", "ana", 0.7853981633974483, 600.0, 375.0)
    press = connect_press("simulated", {}, place)
    run_cycle(press, press.limits, 1, stack, Recipe(140.0, 180.0, 25.0))
    spectrum, = connect_meter("simulated", {"glitch_fraction": 0.0}, place).sweep(stack)
    rows = [f"{f:.9g},{z.real:.9g},{-z.imag:.9g}" for f, z in zip(
        spectrum.frequency_hz, spectrum.impedance_ohm, strict=True)]
    (exports / f"{name}-001.csv").write_text("\n".join(
        ["freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", *rows]) + "\n")
    return write_settings(
        folder, campaign={"name": name, "trials": 1},
        space={"dwell_s": [10, 300], "temperature_c": 25}, envelope={"max_temperature_c": 40},
        press={"driver": "attended", "name": f"hand {folder.name}", "die_diameter_mm": 10,
               "max_force_kn": 60},
        meter={"driver": "folder", "folder": str(exports), "settle_s": 0.1, "poll_s": 0.05,
               "patience_s": 20, "not_older_than_s": 3600, "stack_pressure_mpa": 20,
               "glitch_fraction": None})
