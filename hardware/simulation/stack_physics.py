"""Physics of one pressed stack: recipe in, layer resistances and damage out.

Notation (units): P pressure on the sample (MPa), t dwell (s), T platen temperature (degC), P*
effective pressure (MPa), phi contact fraction, eps porosity, D crushed fraction of the cathode,
F probability of a torn foil, Gamma interface toughness (J/m2). All functions are pure and work
elementwise on arrays. Tags: [M] measured, [D] derived from measured values, [A] assumed. Arrays
are of one shape throughout, or numbers: a value for each recipe or for each spot of one stack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pressloop.hardware.simulation.materials import Materials

Array = npt.NDArray[np.float64]

GAS_CONSTANT = 8.314462618
"""J/(mol K)."""
BOLTZMANN_EV = 8.617333262e-5
"""eV/K."""
ZERO_C = 273.15
"""K."""
SOFTENING_SCALE_C = 120.0
"""Heating that softens the powder by a factor e [A]; hardness against temperature was not found."""
CONTACT_SCALE_MPA = 150.0
"""Contact closes with exp(-P*/150 MPa) [D]: doubles the composite's conductivity from 100 to 400
MPa as in Bazzoun 2026."""
SEPARATOR_CONTACT_MPA = 41.0
"""Grain contact of argyrodite [D], Miss 2026, doi 10.1021/acsami.6c03789."""
SEPARATOR_SIGMA_MS_PER_CM = 4.1
"""Pore-free argyrodite at 25 degC [D], same source."""
CATHODE_SIGMA_MS_PER_CM = 0.17
"""Ionic, composite cathode of 15 % porosity [M], Minnmann 2021, doi 10.1149/1945-7111/abf8d7."""
TOUGHNESS_100MPA = 8.3
TOUGHNESS_POWER = 1.08
"""Gamma = 8.3 (P/100 MPa)^1.08 J/m2 [D], Liao 2025, doi 10.1002/adma.202502114."""
CHARGE_TRANSFER_OHM_CM2 = 15.0
ANODE_OHM_CM2 = 6.0
"""Fully closed contacts [A], middle of the published coated range (Kim 2025,
doi 10.1016/j.electacta.2025.147413)."""
CRACK_MPA, CRACK_WIDTH_MPA = 680.0, 45.0
"""Pellet cracks: 625 MPa holds, 750 MPa fractures [A, after Yan 2026]."""
STACK_PRESSURE_MEMORY = 0.10
"""Share of the pressing pressure that the collector contact remembers [A]."""
RAMP_C_PER_S = 4.0 / 60.0
"""Heating and cooling rate of a steel die, both ways [A]."""
INTERPHASE_J_PER_MOL = 50e3
"""Activation energy of the reaction layer [A]."""
CONDUCTION_EV = 0.42
"""Activation energy of the interface [D], Kim 2025."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Area-specific resistances (ohm cm2) and states of one spot of the stack."""

    charge_transfer: Array
    anode: Array
    cathode_ion: Array
    collector: Array
    interphase: Array
    parted: Array
    """Fraction of area that has lost contact."""
    damage: Array
    """Crushed fraction of the cathode, 0 to 1."""

    @property
    def interfacial(self) -> Array:
        """Resistance of the stack without its separator, ohm cm2."""
        layers = (self.charge_transfer + self.anode + self.cathode_ion + self.collector
                  + self.interphase)
        return np.asarray(layers / (1.0 - self.parted))


def softening(temperature_c: Array) -> Array:
    """Yield relative to 25 degC: exp(-(T - 25)/120) [A]."""
    return np.exp(-(temperature_c - 25.0) / SOFTENING_SCALE_C)


def completion(dwell_s: Array, temperature_c: Array) -> Array:
    """Share of creep done in the dwell.

    1 - exp(-(t/tau)^0.4), tau = 30 s at 25 degC with 40 kJ/mol [A], calibrated on Hayashi 2025, doi
    10.1021/acsomega.5c10291."""
    inverse = 1.0 / (temperature_c + ZERO_C) - 1.0 / 298.15
    tau = 30.0 * np.exp(40e3 / GAS_CONSTANT * inverse)
    return np.asarray(1.0 - np.exp(-((dwell_s / tau) ** 0.4)))


def effective_pressure(pressure_mpa: Array, dwell_s: Array, temperature_c: Array) -> Array:
    """P* = P (0.35 + 0.65 g)/s [A]: heat and time do what more pressure would."""
    done = 0.35 + 0.65 * completion(dwell_s, temperature_c)
    return pressure_mpa * done / softening(temperature_c)


def crushed_fraction(pressure_mpa: Array, temperature_c: Array, of: Materials,
                     strength_mpa: float) -> Array:
    """D = 1 - exp(-(k sqrt(s) P / sigma0)^m), Weibull [A for the shielding k]."""
    stress = of.shielding * np.sqrt(softening(temperature_c)) * pressure_mpa
    return np.asarray(-np.expm1(-((stress / strength_mpa) ** of.weibull_modulus)))


def parted_fraction(effective_mpa: Array, of: Materials) -> Array:
    """Delaminated area: logistic in toughness around the one that is needed, width 1.5 J/m2 [A]."""
    toughness = TOUGHNESS_100MPA * (effective_mpa / 100.0) ** TOUGHNESS_POWER
    return np.asarray(1.0 / (1.0 + np.exp((toughness - of.toughness_needed_j_m2) / 1.5)))


def foil_tears(pressure_mpa: Array, of: Materials) -> Array:
    """Probability that the collector foil is indented through [A]."""
    return np.asarray(
        1.0 / (1.0 + np.exp(-(pressure_mpa - of.foil_tear_mpa) / of.foil_tear_width_mpa)))


def pellet_cracks(pressure_mpa: Array) -> Array:
    """Probability that the pellet cracks through [A]."""
    return np.asarray(1.0 / (1.0 + np.exp(-(pressure_mpa - CRACK_MPA) / CRACK_WIDTH_MPA)))


def interphase_ohm_cm2(dwell_s: Array, temperature_c: Array, of: Materials) -> Array:
    """Resistance of the reaction layer.

    K sqrt(t_eq) exp(-E/R (1/T - 1/423)), 10 ohm cm2 for 600 s at 150 degC, coated [A]. t_eq adds
    heating and cooling as R T^2/(2E) (1/r_heat + 1/r_cool)."""
    kelvin = temperature_c + ZERO_C
    ramps = GAS_CONSTANT * kelvin**2 / (2.0 * INTERPHASE_J_PER_MOL) * (2.0 / RAMP_C_PER_S)
    heated = np.where(temperature_c > 25.0, ramps, 0.0)
    rate = of.reaction_factor * 10.0 / np.sqrt(600.0)
    arrhenius = np.exp(-INTERPHASE_J_PER_MOL / GAS_CONSTANT * (1.0 / kelvin - 1.0 / 423.0))
    return np.asarray(rate * np.sqrt(dwell_s + heated) * arrhenius)


def layers(pressure_mpa: Array, dwell_s: Array, temperature_c: Array, of: Materials, *,
           stack_pressure_mpa: float, strength_mpa: float, pre_press_mpa: float = 0.0) -> Layers:
    """Every layer of a spot that felt this recipe, measured at 30 degC under the stack pressure.

    Of an earlier press, cold and long, the composite keeps `Materials.cathode_memory`.

    R_ct = 15/phi (1 + 4 D), R_anode = 6/phi, R_ion = L/(3 sigma_c) with
    sigma_c = 0.17 mS/cm (phi/0.9) ((1 - eps_c)/0.85)^1.5,
    R_cc = c 198 P_cc^-0.59 (1 + 2 F), P_cc = P_stack + 0.1 (P* - P_stack), or
    P_stack^(1 - h) P*^h where a share h of the gain is kept.
    """
    effective = effective_pressure(pressure_mpa, dwell_s, temperature_c)
    before = of.cathode_memory * pre_press_mpa
    densest = np.maximum(effective, before)
    phi = 1.0 - np.exp(-effective / CONTACT_SCALE_MPA)
    inside = 1.0 - np.exp(-densest / CONTACT_SCALE_MPA)
    damage = np.maximum(crushed_fraction(pressure_mpa, temperature_c, of, strength_mpa),
                        crushed_fraction(np.asarray(before), np.asarray(25.0), of, strength_mpa))
    pores = np.maximum(0.03, 0.33 * np.exp(-densest / 450.0))
    sigma = CATHODE_SIGMA_MS_PER_CM * (inside / 0.9) * ((1.0 - pores) / 0.85) ** 1.5
    foil = of.contact_factor * of.contact_at_1mpa_ohm_cm2 * collector_contact_mpa(
        effective, stack_pressure_mpa, of)**-0.59
    return Layers(
        charge_transfer=CHARGE_TRANSFER_OHM_CM2 / inside * (1.0 + 4.0 * damage),
        anode=ANODE_OHM_CM2 / phi,
        cathode_ion=of.cathode_thickness_um * 1e-4 / (3.0 * sigma * 1e-3),
        collector=foil * (1.0 + 2.0 * foil_tears(pressure_mpa, of)),
        interphase=interphase_ohm_cm2(dwell_s, temperature_c, of),
        parted=parted_fraction(effective, of),
        damage=damage,
    )


def collector_contact_mpa(effective_mpa: Array, stack_pressure_mpa: float, of: Materials) -> Array:
    """The pressure by which the collector contact is as good as it is when it is measured."""
    if of.contact_kept is None:
        return np.asarray(stack_pressure_mpa
                          + STACK_PRESSURE_MEMORY * (effective_mpa - stack_pressure_mpa))
    return np.asarray(stack_pressure_mpa ** (1.0 - of.contact_kept)
                      * np.maximum(effective_mpa, stack_pressure_mpa) ** of.contact_kept)


def separator_ohm_cm2(effective_mpa: float, pre_press_mpa: float, thickness_um: float,
                      of: Materials, stack_pressure_mpa: float) -> float:
    """Resistance of the separator, R_SE = L/(4.1 mS/cm (1 - eps)^1.5 phi).

    With eps = max(0.01, 0.24 exp(-P/295)) and phi = 1 - exp(-P/41) [D, Miss 2026]; the larger of
    both presses counts, as pores do not reopen. Where contacts part again on release,
    phi = 1 - exp(-P_stack/(a + b P)) instead."""
    highest = max(effective_mpa, pre_press_mpa)
    pores = max(0.01, 0.24 * float(np.exp(-highest / 295.0)))
    pressing, scale_mpa = highest, SEPARATOR_CONTACT_MPA
    if of.separator_contact_mpa is not None:
        at_rest, share = of.separator_contact_mpa
        pressing, scale_mpa = stack_pressure_mpa, at_rest + share * highest
    phi = 1.0 - float(np.exp(-pressing / scale_mpa))
    return thickness_um * 1e-4 / (SEPARATOR_SIGMA_MS_PER_CM * 1e-3 * (1 - pores) ** 1.5 * phi)


def measured_at(temperature_c: float) -> float:
    """Factor on every resistance when measured away from 30 degC: exp(E/k (1/T - 1/303))."""
    return float(np.exp(CONDUCTION_EV / BOLTZMANN_EV * (1 / (temperature_c + ZERO_C) - 1 / 303.15)))


def disc(cells: int = 8) -> tuple[Array, Array]:
    """Radius (0 to 1) and angle of the grid cells on the disc, each array of shape (m,).

    Cells of a `cells` x `cells` square that lie on it."""
    axis = (np.arange(cells) + 0.5) / cells * 2.0 - 1.0
    x, y = np.meshgrid(axis, axis)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    inside = radius <= 1.0
    return radius[inside], angle[inside]


def local_pressure(pressure_mpa: float, of: Materials, tilt_towards: float) -> Array:
    """Pressure on each grid cell.

    P (1 + 2 a_tilt r cos(theta - theta0) + 2 a_edge (r^2 - 1/2)), shape (m,) [A]."""
    radius, angle = disc()
    return np.asarray(pressure_mpa * (
        1.0 + 2.0 * of.tilt * radius * np.cos(angle - tilt_towards)
        + 2.0 * of.edge * (radius**2 - 0.5)))


def average_resistance(local_ohm_cm2: Array) -> float:
    """Of parallel spots: the mean is over admittance. Shape (m,)."""
    return float(1.0 / np.mean(1.0 / local_ohm_cm2))
