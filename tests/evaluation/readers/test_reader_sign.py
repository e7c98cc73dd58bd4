"""A conjugated spectrum is refused; shorts, coils and inductive ends are let through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.evaluation.readers import read_text
from pressloop.evaluation.readers._sign import looks_conjugated
from pressloop.trials.errors import BadInput

F = np.geomspace(1e6, 0.1, 57)
S = 2j * np.pi * F
NOISE = np.random.default_rng(7).normal(size=(2, F.size))


def noisy(z: np.ndarray, part: float = 0.01) -> np.ndarray:
    return z + part * abs(z) * (NOISE[0] + 1j * NOISE[1])


def csv(z: np.ndarray, name: str = "Im(Z)/Ohm") -> str:
    return f"freq/Hz;Re(Z)/Ohm;{name}\n" + "".join(
        f"{f:.9E};{p.real:.9E};{p.imag:.9E}\n" for f, p in zip(F, z, strict=True))


CELLS = {
    "one arc": 5 + 20 / (1 + S * 1e-4),
    "small arc on a large ohmic part": 100 + 12 / (1 + (S * 1e-3) ** 0.8),
    "two arcs and a tail": 4 + 9 / (1 + S * 1e-6) + 30 / (1 + (S * 1e-2) ** 0.7) + 8 / S**0.5,
    "blocking": 30 + 1 / (S * 1e-6),
    "long cable": 5 + 20 / (1 + S * 1e-2) + S * 3e-6,
    "arc at the edge": 1 + 50 / (1 + S * 2.0),
}
HARMLESS = {
    "short with cable": 0.05 + S * 1e-6,
    "short that drifts": np.linspace(0.050, 0.058, F.size) + S * 1e-6 + 0.0002j,
    "coil": 1e-3 + S * 1e-4,
    "coil with skin effect": 0.02 * (1 + (F / 1e4) ** 0.5) + S * 1e-6 * (1 + (F / 1e4) ** -0.05),
    "resistor": 50 + 0.1j + 0 * S,
    "inductive loop": 5 + 20 / (1 + S * 1e-4) + 8 * S * 0.5 / (1 + S * 0.5),
}


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("part", [0.0, 0.005])
def test_only_the_conjugate_is_refused(name: str, part: float) -> None:
    z = noisy(CELLS[name], part)
    assert not looks_conjugated(F, z)
    assert looks_conjugated(F, np.conj(z))


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("part", [0.0, 0.005])
def test_harmless_spectra_pass(name: str, part: float) -> None:
    assert not looks_conjugated(F, noisy(HARMLESS[name], part))


def test_the_message_names_the_column() -> None:
    z = CELLS["one arc"]
    with pytest.raises(BadInput, match=r"Im\(Z\)/Ohm.*says Im\(Z\) but values look like -Im"):
        read_text(csv(np.conj(z)), area_cm2=1.0)
    with pytest.raises(BadInput, match=r"says -Im\(Z\) but values look like Im"):
        read_text(csv(z, "-Im(Z)/Ohm"), area_cm2=1.0)
    np.testing.assert_allclose(
        read_text(csv(np.conj(z), "-Im(Z)/Ohm"), area_cm2=1.0).impedance_ohm, z, rtol=1e-8)


@settings(max_examples=100, deadline=None)
@given(st.floats(1, 1e3), st.floats(0.3, 50), st.floats(-5, 0), st.floats(0.6, 1.0),
       st.floats(0, 1e-6))
def test_any_arc(ohmic: float, arc: float, tau: float, alpha: float, cable: float) -> None:
    cell = ohmic * (1 + arc / (1 + (S * 10**tau) ** alpha))
    assert not looks_conjugated(F, cell + S * cable)
    assert looks_conjugated(F, np.conj(cell + S * cable))


def test_the_message_knows_a_sign_that_is_said_in_words() -> None:
    z = CELLS["one arc"]
    with pytest.raises(BadInput, match=r"says -Im\(Z\)"):
        read_text(csv(z, "Z'' (neg.)/Ohm"), area_cm2=1.0)
