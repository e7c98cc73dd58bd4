"""Writes the spectra of the tutorial: simulated stacks, as a potentiostat exports them."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

FOLDER = Path(__file__).parents[2] / "examples" / "tutorial"
DIE_MM = 13.0


def main() -> None:
    """Three sweeps.

    One of a stack in the campaign of the tutorial, two to be read by themselves, of which the
    second is cut short."""
    FOLDER.mkdir(exist_ok=True)
    _write("hand-009.csv", swept("hand-009", Recipe(240.0, 300.0, 25.0)), None)
    good = swept("cell-1", Recipe(140.0, 180.0, 25.0))
    _write("cell-1.csv", good, DIE_MM)
    _write("cell-2-cut-short.csv", good, DIE_MM, lowest_hz=2e4)


def swept(name: str, recipe: Recipe) -> Spectrum:
    """The spectrum of a simulated stack that was pressed by this recipe."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(8, Path(folder) / "bench")
        stack = Stack(name, "L-1", "ana", math.pi * DIE_MM**2 / 400.0, 600.0, 375.0)
        options = {"die_diameter_mm": DIE_MM}
        press = connect_press("simulated", options, place)
        run_cycle(press, press.limits, 1, stack, recipe)
        found, = connect_meter("simulated", {"glitch_fraction": 0.0}, place).sweep(stack)
        return found


def _write(name: str, found: Spectrum, die_mm: float | None, lowest_hz: float = 0.0) -> None:
    head = [] if die_mm is None else [f"area_cm2: {math.pi * die_mm**2 / 400.0:.4g}"]
    rows = [f"{f:.6g},{z.real:.6g},{-z.imag:.6g}" for f, z in zip(
        found.frequency_hz, found.impedance_ohm, strict=True) if f >= lowest_hz]
    (FOLDER / name).write_text(
        "\n".join([*head, "freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
