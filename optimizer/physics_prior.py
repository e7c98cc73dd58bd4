"""Physics priors: what is known of pressing before there is data, over the unit cube of a space.

Exponents and energies are per natural unit, so that they mean the same in every space. They are a
hypothesis: the surrogate weighs it against a plain process by how well both predict, whatever the
numbers here. Sources: docs/decisions/0011-what-is-known-of-pressing.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.setpoint import input_sd
from pressloop.optimizer.space import NAMES, Space
from pressloop.surrogates.parts.prior import Prior, Term, ThresholdPrior
from pressloop.trials.outcome import FailureMode
from pressloop.trials.recipe import Recipe

GAS_CONSTANT = 8.314462618
"""J/(mol K)."""
MISFIT = 0.6
"""Scatter that comes with the laws of ln R below, relative to themselves: contacts that have just
closed differ from stack to stack, and the law of their closing is the roughest."""
HELPS = {"dwell_s": (0.15, 0.2), "temperature_c": (0.4, 0.4)}
"""Slope of dwell and temperature relative to pressure where both close contacts: mean, sd."""
SIDE = {"dwell_s": (0.05, 0.15), "temperature_c": (-0.1, 0.3)}
"""The same where pressure breaks things: heat softens the electrolyte and shields particles, or
weakens what is pressed."""


USUAL_SPREAD = 0.5
"""Standard deviation of ln R over the stacks of a campaign, which the sizes below are for."""
OTHER, OF_KINDS = 0.5, 0.4
"""Of a parameter that no law tells of: standard deviation of what its range, or one of its kinds,
does to ln R."""
OTHER_SIDE, SIDE_OF_KINDS = (0.0, 0.3), (0.0, 0.2)
"""The same of the threshold of a failure, relative to pressure: mean, sd."""
THRESHOLDS = {FailureMode.CRUSHED: (0.8, 0.4), FailureMode.DELAMINATED: (0.25, 0.35)}
"""Where on the range of pressure even odds of a failure are expected, cold and short: mean, sd. A
lab's range reaches to where stacks crush."""
OTHER_THRESHOLD = (1.2, 0.4)
"""The same of any other failure."""


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


def of_log_resistance(space: Space, limits: RiskLimits, *, laws: bool = True,
                      draws: int | None = None) -> Prior:
    """Prior of the logarithm of interfacial resistance."""
    known = any(name in space.free for name in NAMES)
    linear = tuple(0.0 if p.name in NAMES else OF_KINDS if p.kinds else OTHER
                   for p in space.varied)
    return Prior(terms=(_term(space, CONTACT), _term(space, REACTION)) if laws and known else (),
                 kinds=_kinds(space), linear=linear if any(linear) else (),
                 scatter=(limits.stack_scatter, 0.4), misfit=MISFIT,
                 input_sd=tuple(input_sd(space, limits).tolist()), draws=draws)


def of_quantity(space: Space, limits: RiskLimits, spread: float, draws: int | None = None) -> Prior:
    """Prior of any other measured quantity, of which no law is known.

    A plain process, sized by the standard deviation of its readings. Kinds have levels of their
    own; numbers have no slope beside the process, as it would promise most where no stack is."""
    linear = tuple(spread / USUAL_SPREAD * OF_KINDS if p.kinds else 0.0 for p in space.varied)
    return Prior(kinds=_kinds(space), linear=linear if any(linear) else (),
                 plain_residual=(0.8 * spread, 0.7), scatter=(0.3 * spread, 1.0),
                 offset=(0.3 * spread, 0.8), own=(0.1 * spread, 1.2), level_sd=2.0 * spread,
                 input_sd=tuple(input_sd(space, limits).tolist()), draws=draws)


def of_failure(space: Space, mode: FailureMode, draws: int | None = None) -> ThresholdPrior:
    """Prior of one way to fail.

    More pressure crushes and shorts; less pressure, dwell and heat delaminate."""
    rising = mode is not FailureMode.DELAMINATED
    slopes = SIDE if rising else HELPS
    others = [slopes.get(p.name, SIDE_OF_KINDS if p.kinds else OTHER_SIDE)
              for p in space.varied]
    monotone = space.free[0] in NAMES
    others = others[1:] if monotone else others
    return ThresholdPrior(
        kinds=_kinds(space), monotone=monotone, rising=rising,
        threshold=THRESHOLDS.get(mode, OTHER_THRESHOLD),
        slope_mean=tuple(-m if rising else m for m, _ in others),
        slope_sd=tuple(s for _, s in others), draws=draws)


def _kinds(space: Space) -> tuple[int, ...]:
    return space.kinds if any(space.kinds) else ()


def _term(space: Space, law: Law) -> Term:
    """The law in the unit cube. What a fixed variable does to it is its start."""
    rates = {"pressure_mpa": (-law.pressure[0], law.pressure[1]),
             "dwell_s": (-law.dwell[0], law.dwell[1]),
             "temperature_c": (law.energy[0] / GAS_CONSTANT, law.energy[1] / GAS_CONSTANT)}
    fixed = sum(rates[name][0] * space.distance(name, getattr(law.at, name))
                for name in NAMES if name not in space.free)
    known = [name in rates for name in space.free]
    return Term(
        slopes=tuple(rates[name][0] * space.span(name) if lawful else 0.0
                     for name, lawful in zip(space.free, known, strict=True)),
        slope_sd=tuple(rates[name][1] * space.span(name) if lawful else 0.0
                       for name, lawful in zip(space.free, known, strict=True)),
        origin=tuple(-space.distance(name, getattr(law.at, name)) / space.span(name)
                     if lawful else 0.0 for name, lawful in zip(space.free, known, strict=True)),
        amplitude=law.amplitude[0], amplitude_sd=law.amplitude[1], start=-fixed,
        straight=law.straight)
