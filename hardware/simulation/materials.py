"""What a simulated stack is made of, as named presets.

Tags: [M] measured, [D] derived from measured values, [A] assumed. An assumed value is never to be
quoted as a measurement; docs/explanation/simulator.md says how far the simulator can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pressloop.trials.errors import BadInput


@dataclass(frozen=True, slots=True)
class Materials:
    """Constants of one kind of stack. Areas and thicknesses belong to the stack itself."""

    particle_strength_mpa: float = 226.0
    """Weibull scale of NMC811 secondary particles, flat punch, uncycled [D] from Wheatcroft 2023,
    doi 10.1002/batt.202300032."""
    weibull_modulus: float = 4.8
    """Weibull modulus from the same mean and scatter [D]."""
    shielding: float = 0.45
    """Share of the pressure that a cathode particle feels; the soft electrolyte takes the rest
    [A]."""
    reaction_factor: float = 1.0
    """Interphase growth relative to a coated cathode; an uncoated one is 10 [A]."""
    contact_at_1mpa_ohm_cm2: float = 198.0
    """Bare foil contact at 1 MPa [D] from Park 2025, doi 10.1002/aenm.202504272."""
    contact_factor: float = 0.42
    """Contact relative to bare foil; 0.42 for a carbon-primed or MoS2-coated one [D for carbon
    priming, A for MoS2]."""
    foil_tear_mpa: float = 585.0
    """Pressure at which half of the foils are indented through [A]: upper end of the aluminium
    band, as coated steel is harder."""
    foil_tear_width_mpa: float = 30.0
    """Width of that logistic [A]."""
    cathode_thickness_um: float = 50.0
    """Composite cathode, after pressing [A]."""
    tilt: float = 0.05
    """Lateral pressure gradient from a tilted punch: 0.01 automatic to 0.10 hand-spread [A]."""
    edge: float = 0.04
    """Extra pressure towards the rim [A]."""
    cell_scatter: float = 0.12
    """Log-normal scatter of resistance from stack to stack, skilled operator [A], anchored in
    Ohno 2020, doi 10.1021/acsenergylett.9b02764."""
    strength_scatter: float = 0.03
    """Log-normal scatter of particle strength from stack to stack [A]."""
    lot_scatter: float = 0.08
    """Log-normal offset that all stacks of one lot share [A]."""
    operator_scatter: float = 0.0
    """Log-normal offset that all stacks of one operator share; 0.30 for a new one [A]."""
    spoilt_fraction: float = 0.03
    """Stacks lost in preparation whatever the recipe: 3-8 % [A]."""
    toughness_needed_j_m2: float = 10.0
    """Below it layers part [A], borrowed from a lithium plating criterion."""
    cathode_memory: float = 0.0
    """Share of the earlier press (`pre_press_mpa`) that the composite cathode keeps, as pores and
    broken particles do not heal; 0 for powder that the recipe presses first [A]."""
    contact_kept: float | None = None
    """Share of the collector contact's gain, in logarithms, that outlasts the release; None for a
    contact that remembers a tenth of the pressure."""
    separator_contact_mpa: tuple[float, float] | None = None
    """Stack pressure at which 1 - 1/e of the separator's grains touch while it is measured: this
    much, and this share of the highest pressure on top; None for grains that stay in touch."""


REFERENCE = Materials()

PRACTICE = replace(
    REFERENCE, shielding=0.27, toughness_needed_j_m2=2.0, cathode_memory=1.0, contact_kept=0.77,
    separator_contact_mpa=(16.0, 0.09))
"""What laboratories report of stacks pressed at 360 to 400 MPa, which work.

Shielding [A]: 3 % of the particles break at 400 MPa, where published cells are made, as soft
electrolyte caps the contact stress (So 2021, doi 10.1016/j.jpowsour.2021.230344). Toughness [A]:
that of hard-carbon layers at 150 MPa, which hold (Liao 2025, doi 10.1002/adma.202502114). Contact
kept [D]: 77 % of the gain after release, Doux 2020, doi 10.1002/aenm.201903253. Separator [D]:
fitted to Cronau 2021, doi 10.1021/acsenergylett.1c01299, where higher fabrication pressure reads
lower at a low stack pressure."""

PRESETS: dict[str, Materials] = {
    "reference": REFERENCE,
    "fragile": replace(REFERENCE, particle_strength_mpa=120.0),
    "single-crystal": replace(REFERENCE, particle_strength_mpa=600.0),
    "practice": PRACTICE,
    "bare-foil": replace(REFERENCE, contact_factor=1.0, foil_tear_mpa=480.0),
}


def materials(preset: str) -> Materials:
    """The preset of that name. Raises BadInput naming those there are."""
    if preset not in PRESETS:
        raise BadInput("preset", preset, f"one of {', '.join(PRESETS)}", "Choose one of these.")
    return PRESETS[preset]
