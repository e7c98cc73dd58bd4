"""The rules by which readings become an outcome: all thresholds in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields

from evaluation.circuit import AUTO, parse_circuit
from trials.checks import positive


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of evaluation; the settings file's `[evaluation]` table has the same keys.

    circuit: the circuit to fit, or "auto".
    interface_below_hz: arcs that peak below this belong to interfaces, those above to the
        separator (grain boundaries of sulfides lie at kHz to MHz; Eckhardt 2022,
        doi 10.1002/admi.202202354).
    short_below_ohm_cm2, open_above_ohm_cm2: |Z| at the lowest frequency, before any fit.
    expected_noise: relative noise of the meter in mid band.
    max_relative_se: a resistance known worse than this is no reading.
    crushed_above: damage index above which a stack counts as crushed.
    hits_per_cm2: acoustic hits of a wholly crushed cathode; calibrate by crushing one stack.
    drops_per_stack: load drops of a wholly crushed cathode, for a press without the sensor.
    held_within: relative band around the set point that counts as held.
    held_share: share of the dwell that must be held.
    """

    circuit: str = AUTO
    interface_below_hz: float = 3e5
    short_below_ohm_cm2: float = 3.0
    open_above_ohm_cm2: float = 2e4
    expected_noise: float = 0.005
    max_relative_se: float = 0.2
    crushed_above: float = 0.05
    hits_per_cm2: float = 2500.0
    drops_per_stack: float = 100.0
    held_within: float = 0.05
    held_share: float = 0.95

    def __post_init__(self) -> None:
        if self.circuit != AUTO:
            parse_circuit(self.circuit)
        for field in fields(self):
            if field.name != "circuit":
                positive(f"evaluation.{field.name}", getattr(self, field.name))
