"""Circuit elements: impedance and analytic derivatives of each kind.

Every kind is one function (jw, values) -> (impedance, derivatives): jw = 2j pi f in rad/s, shape
(n,); values in the order of its `parameters`; derivatives by the values, shape (parameters, n).
Parameters with the role "size" scale the impedance; time constants and exponents shape it.

Sources: CPE and arc (Cole-Cole), Orazem & Tribollet, Electrochemical Impedance Spectroscopy
(2008); finite-length diffusion Ws and Wo, Gerischer element, Boukamp, Solid State Ionics 169
(2004) 65, doi 10.1016/j.ssi.2003.07.002; two-rail transmission line, Bisquert, J. Phys. Chem. B
104 (2000) 2287, doi 10.1021/jp993148h, equation 9 with unit length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pressloop.trials.checks import ComplexArray, FloatArray

SIZE, INVERSE_SIZE, TIME, EXPONENT = "size", "inverse size", "time", "exponent"
"""What a parameter does: impedance grows with it, falls with it, or it shapes the element."""
_QUARTER_TURN = 0.5j * np.pi
"""ln(j w) - ln(w): real logarithms and exponentials take a third of the time of complex ones."""
Values = FloatArray
Impedance = tuple[ComplexArray, list[ComplexArray]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a kind: name, unit, role and the range that is searched."""

    name: str
    unit: str
    role: str
    low: float = 0.0
    high: float = np.inf


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of element: its symbol in circuit texts, parameters, and impedance."""

    symbol: str
    parameters: tuple[Parameter, ...]
    impedance: Callable[[ComplexArray, Values], Impedance]


def _resistor(jw: ComplexArray, values: Values) -> Impedance:
    one = np.ones_like(jw)
    return values[0] * one, [one]


def _capacitor(jw: ComplexArray, values: Values) -> Impedance:
    z = 1.0 / (jw * values[0])
    return z, [-z / values[0]]


def _inductor(jw: ComplexArray, values: Values) -> Impedance:
    return jw * values[0], [jw]


def _constant_phase(jw: ComplexArray, values: Values) -> Impedance:
    q, alpha = values
    log_w = np.log(jw.imag)
    z = np.exp(-alpha * log_w) * (np.exp(-alpha * _QUARTER_TURN) / q)
    return z, [z * (-1.0 / q), -z * (log_w + _QUARTER_TURN)]


def _arc(jw: ComplexArray, values: Values) -> Impedance:
    ohm, tau, alpha = values
    log_power = np.log(jw.imag * tau)
    power = np.exp(alpha * log_power) * np.exp(alpha * _QUARTER_TURN)
    unit = 1.0 / (1.0 + power)
    slope = (-ohm * unit) * (unit * power)
    return ohm * unit, [unit, slope * (alpha / tau), slope * (log_power + _QUARTER_TURN)]


def _warburg(jw: ComplexArray, values: Values) -> Impedance:
    unit = np.sqrt(2.0 / jw)
    return values[0] * unit, [unit]


def _coth(u: ComplexArray) -> ComplexArray:
    decay = np.exp(-2.0 * u)
    return np.asarray((1.0 + decay) / -np.expm1(-2.0 * u))


def _inverse_sinh_squared(u: ComplexArray) -> ComplexArray:
    """1/sinh^2, without overflow."""
    return np.asarray(4.0 * np.exp(-2.0 * u) / np.expm1(-2.0 * u) ** 2)


def _finite_short(jw: ComplexArray, values: Values) -> Impedance:
    ohm, tau = values
    u = np.sqrt(jw * tau)
    tanh = 1.0 / _coth(u)
    unit = tanh / u
    by_u = (1.0 - tanh**2) / u - tanh / u**2
    return ohm * unit, [unit, ohm * by_u * u / (2.0 * tau)]


def _finite_open(jw: ComplexArray, values: Values) -> Impedance:
    ohm, tau = values
    u = np.sqrt(jw * tau)
    coth = _coth(u)
    unit = coth / u
    by_u = -_inverse_sinh_squared(u) / u - coth / u**2
    return ohm * unit, [unit, ohm * by_u * u / (2.0 * tau)]


def _gerischer(jw: ComplexArray, values: Values) -> Impedance:
    ohm, tau = values
    unit = 1.0 / np.sqrt(1.0 + jw * tau)
    return ohm * unit, [unit, -0.5 * ohm * jw * unit**3]


def _blocking_line(jw: ComplexArray, values: Values) -> Impedance:
    """A pore of ionic resistance with a constant-phase element along its wall."""
    ohm, q, alpha = values
    log_jw = np.log(jw)
    u = np.sqrt(ohm * q) * np.exp(0.5 * alpha * log_jw)
    coth = _coth(u)
    z = ohm * coth / u
    by_u = ohm * (-_inverse_sinh_squared(u) / u - coth / u**2)
    return z, [coth / u + by_u * u / (2.0 * ohm), by_u * u / (2.0 * q), by_u * u * 0.5 * log_jw]


def _transmission_line(jw: ComplexArray, values: Values) -> Impedance:
    """Ionic and electronic rail joined by charge transfer (an arc) over the whole thickness."""
    ionic, electronic, *wall = values
    reaction, by_wall = _arc(jw, np.asarray(wall))
    both = ionic + electronic
    u = np.sqrt(both / reaction)
    a, b = ionic * electronic / both, (ionic**2 + electronic**2) / both
    coth, squared = _coth(u), _inverse_sinh_squared(u)
    inverse_sinh = -2.0 * np.exp(-u) / np.expm1(-2.0 * u)
    f, g = 1.0 + 2.0 * inverse_sinh / u, coth / u
    by_u = (-2.0 * a * inverse_sinh * (1.0 + u * coth) / u**2 - b * (squared / u + coth / u**2))
    by_both = by_u * u / (2.0 * both)
    slopes = [
        (electronic / both) ** 2 * f + (ionic**2 + 2 * ionic * electronic - electronic**2)
        / both**2 * g + by_both,
        (ionic / both) ** 2 * f + (electronic**2 + 2 * ionic * electronic - ionic**2)
        / both**2 * g + by_both,
        *(-by_u * u / (2.0 * reaction) * by for by in by_wall)]
    return np.asarray(a * f + b * g), slopes


_ALPHA = Parameter("alpha", "", EXPONENT, 0.4, 1.0)
"""Below an exponent of 0.4 an arc is so wide that no sweep shows both of its ends."""
_TAIL_ALPHA = Parameter("alpha", "", EXPONENT, 0.15, 1.0)
_R, _TAU = Parameter("R", "ohm", SIZE), Parameter("tau", "s", TIME)
_Q = Parameter("Q", "S s^alpha", INVERSE_SIZE)

KINDS: dict[str, Kind] = {kind.symbol: kind for kind in (
    Kind("R", (_R,), _resistor),
    Kind("C", (Parameter("C", "F", INVERSE_SIZE),), _capacitor),
    Kind("L", (Parameter("L", "H", SIZE),), _inductor),
    Kind("CPE", (_Q, _TAIL_ALPHA), _constant_phase),
    Kind("W", (Parameter("sigma", "ohm s^-1/2", SIZE),), _warburg),
    Kind("Ws", (_R, _TAU), _finite_short),
    Kind("Wo", (_R, _TAU), _finite_open),
    Kind("G", (_R, _TAU), _gerischer),
    Kind("Zarc", (_R, _TAU, _ALPHA), _arc),
    Kind("TLMQ", (Parameter("R_ion", "ohm", SIZE), _Q, _TAIL_ALPHA), _blocking_line),
    Kind("TLM", (Parameter("R_ion", "ohm", SIZE), Parameter("R_el", "ohm", SIZE),
                 Parameter("R_ct", "ohm", SIZE), _TAU, _ALPHA), _transmission_line),
)}
"""The kinds by symbol."""
