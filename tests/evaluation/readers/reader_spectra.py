"""One spectrum, and tables of it, for tests of readers."""

from __future__ import annotations

import numpy as np

from pressloop.trials.checks import ComplexArray, FloatArray
from pressloop.trials.spectrum import Spectrum


def example(n: int = 31, top: float = 1e6) -> tuple[FloatArray, ComplexArray]:
    """Two arcs, a tail and a cable, in hertz and ohms, shapes (n,)."""
    f = np.geomspace(top, 0.5, n)
    w = 2j * np.pi * f
    z = (9.0 + 31.0 / (1 + (w * 8e-6) ** 0.9) + 74.0 / (1 + (w * 2e-3) ** 0.86)
         + 3.0 / np.sqrt(w) + w * 2e-7)
    return f, z


def lines(*columns: object, delimiter: str = ",", mark: str = ".") -> str:
    """Rows of numbers (or text) with a line end each."""
    arrays = [np.asarray(column) for column in columns]
    length = max(array.size for array in arrays if array.ndim)
    whole = [np.broadcast_to(array, length) for array in arrays]
    return "".join(delimiter.join(_cell(cell, mark) for cell in row) + "\n"
                   for row in zip(*whole, strict=True))


def _cell(cell: object, mark: str) -> str:
    return str(cell) if isinstance(cell, str) else f"{cell:.9E}".replace(".", mark)


def same(got: Spectrum, f: FloatArray, z: ComplexArray, within: float = 1e-6) -> None:
    """Proves that a spectrum is the one that was written."""
    np.testing.assert_allclose(got.frequency_hz, f, rtol=1e-6)
    assert np.all(abs(got.impedance_ohm - z) <= within * abs(z))
