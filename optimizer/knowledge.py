"""What is known of pressing before there is data, as priors over the unit cube of a space.

Exponents and energies are per natural unit, so that they mean the same in every space; each comes
with a standard deviation wide enough to be wrong. Where they are wrong all the same, the residual
process of the surrogate takes over. Sources: docs/decisions/0011-what-is-known-of-pressing.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.caution import Caution
from optimizer.space import NAMES, Space
from surrogates.monotone_labels import ThresholdPrior
from surrogates.pressing_gp import Prior, Term
from trials.outcome import FailureMode
from trials.recipe import Recipe

GAS_CONSTANT = 8.314462618
"""J/(mol K)."""
MISFIT = 0.6
"""Scatter that comes with the laws of ln R below, relative to themselves: contacts that have just
closed differ from stack to stack, and the law of their closing is the roughest."""
HELPS = {"dwell_s": (0.15, 0.15), "temperature_c": (0.4, 0.3)}
"""Slope of dwell and temperature relative to pressure where both close contacts: mean, sd."""
SIDE = {"dwell_s": (0.05, 0.05), "temperature_c": (-0.2, 0.2)}
"""The same where pressure breaks things: heat softens the electrolyte and shields particles."""


@dataclass(frozen=True, slots=True)
class Law:
    """A quantity that goes as P^a t^b exp(E/(R T)), worth `amplitude` at the recipe `at`.

    Exponents as (mean, standard deviation), energies in J/mol. A `straight` one goes on as the
    logarithm of that where it is more than at `at`.
    """

    at: Recipe
    pressure: tuple[float, float]
    dwell: tuple[float, float]
    energy: tuple[float, float]
    amplitude: tuple[float, float]
    straight: bool = False


CONTACT = Law(at=Recipe(50.0, 10.0, 25.0), pressure=(-1.7, 0.4), dwell=(-0.15, 0.12),
              energy=(14e3, 7e3), amplitude=(2.0, 3.0), straight=True)
"""Of ln R: contacts close, and what heat and time do is what more pressure would do. Below 50 MPa
they are most of R, and ln R is a straight line over ln P."""
REACTION = Law(at=Recipe(500.0, 1800.0, 140.0), pressure=(0.0, 1e-3), dwell=(0.25, 0.1),
               energy=(-40e3, 9e3), amplitude=(0.3, 0.2))
"""Of ln R: the reaction layer grows with heat and time."""
CRUSHING = Law(at=Recipe(500.0, 10.0, 25.0), pressure=(2.4, 0.5), dwell=(0.02, 0.05),
               energy=(10e3, 6e3), amplitude=(0.6, 0.6))
"""Of the root of the crushing hazard: half the Weibull modulus of particle strength, softened
electrolyte shielding the particles."""


def of_log_resistance(space: Space, caution: Caution) -> Prior:
    """Prior of the logarithm of interfacial resistance."""
    return Prior(terms=(_term(space, CONTACT), _term(space, REACTION)), residual=(0.05, 1.0),
                 length=(1.0, 0.5), scatter=(caution.stack_scatter, 0.25), offset=(0.15, 0.8),
                 own=(0.05, 1.2), misfit=MISFIT)


def of_root_hazard(space: Space) -> Prior:
    """Prior of sqrt(-ln(1 - D)), D the damage index."""
    return Prior(terms=(_term(space, CRUSHING),), residual=(0.02, 1.0), length=(1.0, 0.5),
                 scatter=(0.015, 0.4), offset=(0.01, 1.0), own=(0.01, 1.0), level_sd=0.03,
                 level=0.0)


def of_label(space: Space, mode: FailureMode, indexed: bool) -> ThresholdPrior:
    """More pressure crushes and shorts; less pressure, dwell and heat delaminate. `indexed` is True
    where readings give a damage index: labels of crushing only repeat it then."""
    rising = mode is not FailureMode.DELAMINATED
    slopes = SIDE if rising else HELPS
    others = [slopes[name] for name in space.free[1:]]
    far = mode is FailureMode.CRUSHED and indexed
    return ThresholdPrior(
        rising=rising, threshold_mean=3.0 if far else 1.3 if rising else -0.25, threshold_sd=0.35,
        slope_mean=tuple(m for m, _ in others), slope_sd=tuple(s for _, s in others))


def _term(space: Space, law: Law) -> Term:
    """The law in the unit cube. What a fixed variable does to it is its start."""
    rates = {"pressure_mpa": (-law.pressure[0], law.pressure[1]),
             "dwell_s": (-law.dwell[0], law.dwell[1]),
             "temperature_c": (law.energy[0] / GAS_CONSTANT, law.energy[1] / GAS_CONSTANT)}
    fixed = sum(rates[name][0] * space.distance(name, getattr(law.at, name))
                for name in NAMES if name not in space.free)
    return Term(
        slopes=tuple(rates[name][0] * space.span(name) for name in space.free),
        slope_sd=tuple(rates[name][1] * space.span(name) for name in space.free),
        origin=tuple(-space.distance(name, getattr(law.at, name)) / space.span(name)
                     for name in space.free),
        amplitude=law.amplitude[0], amplitude_sd=law.amplitude[1], start=-fixed,
        straight=law.straight)
