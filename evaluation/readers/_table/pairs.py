"""Two measured quantities to a complex impedance: what LCR meters and potentiostats write.

w is the angular frequency. In series Z = R + jX = R + jwL = R - j/(wC); in parallel
1/Z = G + jB = 1/R + jwC = 1/R + 1/(jwL). The loss factor D = 1/Q is |real / imaginary| part.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable

from pressloop.evaluation.readers._table import names as n

Pair = tuple[str, str]
Formula = Callable[[float, float, float], complex]


def _parallel(conductance: float, susceptance: float) -> complex:
    return 1.0 / complex(conductance, susceptance)


def _inverse(formula: Formula) -> Formula:
    return lambda a, b, w: formula(a, 1.0 / b, w)


_OF_LOSS: dict[str, Formula] = {
    n.SERIES_C: lambda c, d, w: complex(abs(d / (w * c)), -1.0 / (w * c)),
    n.PARALLEL_C: lambda c, d, w: _parallel(abs(w * c * d), w * c),
    n.SERIES_L: lambda h, d, w: complex(abs(d * w * h), w * h),
    n.PARALLEL_L: lambda h, d, w: _parallel(abs(d / (w * h)), -1.0 / (w * h)),
}
PAIRS: dict[Pair, Formula] = {
    (n.REAL, n.IMAGINARY): lambda a, b, w: complex(a, b),
    (n.MODULUS, n.PHASE): lambda a, b, w: cmath.rect(a, b),
    (n.RESISTANCE, n.REACTANCE): lambda a, b, w: complex(a, b),
    (n.REAL, n.REACTANCE): lambda a, b, w: complex(a, b),
    (n.CONDUCTANCE, n.SUSCEPTANCE): lambda a, b, w: _parallel(a, b),
    (n.ADMITTANCE, n.Y_PHASE): lambda a, b, w: 1.0 / cmath.rect(a, b),
    (n.ADMITTANCE, n.PHASE): lambda a, b, w: 1.0 / cmath.rect(a, b),
    (n.SERIES_C, n.RESISTANCE): lambda c, r, w: complex(r, -1.0 / (w * c)),
    (n.SERIES_L, n.RESISTANCE): lambda h, r, w: complex(r, w * h),
    (n.PARALLEL_C, n.PARALLEL_R): lambda c, r, w: _parallel(1.0 / r, w * c),
    (n.PARALLEL_L, n.PARALLEL_R): lambda h, r, w: _parallel(1.0 / r, -1.0 / (w * h)),
    (n.PARALLEL_C, n.CONDUCTANCE): lambda c, g, w: _parallel(g, w * c),
    (n.PARALLEL_L, n.CONDUCTANCE): lambda h, g, w: _parallel(g, -1.0 / (w * h)),
    **{(role, n.LOSS): formula for role, formula in _OF_LOSS.items()},
    **{(role, n.QUALITY): _inverse(formula) for role, formula in _OF_LOSS.items()},
}
"""The formula of each pair of quantities, the pair that says most first."""
LCR_ROLES = frozenset({role for pair in PAIRS for role in pair}
                      - {n.REAL, n.IMAGINARY, n.MODULUS, n.PHASE}) | {n.CYCLE}
"""Single letters that mean something else in other tables."""
