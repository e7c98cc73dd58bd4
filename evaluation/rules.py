"""The rules by which readings become an outcome: all thresholds in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from pressloop.evaluation.circuits.notation import AUTO, parse_circuit
from pressloop.evaluation.circuits.search_space import Ranges
from pressloop.evaluation.weights import MODULUS, WEIGHTINGS
from pressloop.trials.checks import not_negative, number, positive
from pressloop.trials.errors import BadInput

_THRESHOLDS = ("interface_below_hz", "short_below_ohm_cm2", "open_above_ohm_cm2", "expected_noise",
               "max_relative_se", "crushed_above", "hits_per_cm2", "drops_per_stack", "held_within",
               "held_share", "max_hz")
_RANGES = ("fixed", "lower", "upper", "initial")
MOST_POINTS_LEFT_OUT = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of evaluation; the settings file's `[evaluation]` table has the same keys.

    circuit: the circuit to fit, in the notation of impedance.py or pyimpspec, or "auto".
    interface_below_hz: arcs that peak below this belong to interfaces, those above to the
        separator (grain boundaries of sulfides lie at kHz to MHz; Eckhardt 2022,
        doi 10.1002/admi.202202354), for the first stack; later ones follow the earlier.
    short_below_ohm_cm2: a resistance without an arc below this is a short.
    open_above_ohm_cm2: |Z| at the lowest frequency above this may be an open stack.
    expected_noise: relative noise and accuracy of the meter in mid band.
    max_relative_se: a resistance known worse than this is no reading.
    weighting: "modulus", "proportional" or "unit".
    min_hz, max_hz: frequencies that are read; 0 and 1e12 take all.
    masked_hz: frequencies to leave out (the nearest point of each).
    leave_out_points: how many isolated points that contradict all others may be left out.
    fixed, lower, upper, initial: values of the circuit's parameters by name, such as
        {"alpha1" = 0.9}; only with a circuit of one's own.
    crushed_above: damage index above which a stack counts as crushed.
    hits_per_cm2: acoustic hits of a wholly crushed cathode; calibrate by crushing one stack.
    drops_per_stack: load drops of a wholly crushed cathode, for a press without the sensor.
    held_within: relative band around the set point that counts as held.
    held_share: share of the dwell that must be held.

    Raises BadInput on a rule that cannot be.
    """

    circuit: str = AUTO
    interface_below_hz: float = 3e5
    short_below_ohm_cm2: float = 3.0
    open_above_ohm_cm2: float = 2e4
    expected_noise: float = 0.005
    max_relative_se: float = 0.2
    weighting: str = MODULUS
    min_hz: float = 0.0
    max_hz: float = 1e12
    masked_hz: tuple[float, ...] = ()
    leave_out_points: int = 2
    fixed: Mapping[str, float] = field(default_factory=dict)
    lower: Mapping[str, float] = field(default_factory=dict)
    upper: Mapping[str, float] = field(default_factory=dict)
    initial: Mapping[str, float] = field(default_factory=dict)
    crushed_above: float = 0.05
    hits_per_cm2: float = 2500.0
    drops_per_stack: float = 100.0
    held_within: float = 0.05
    held_share: float = 0.95

    def __post_init__(self) -> None:
        for name in _THRESHOLDS:
            positive(f"evaluation.{name}", getattr(self, name))
        not_negative("evaluation.min_hz", self.min_hz)
        object.__setattr__(self, "masked_hz", tuple(
            positive("evaluation.masked_hz", hz) for hz in self.masked_hz))
        if self.weighting not in WEIGHTINGS:
            raise BadInput("evaluation.weighting", self.weighting,
                           f"one of {', '.join(WEIGHTINGS)}", "modulus suits most analysers.")
        left_out = self.leave_out_points
        if isinstance(left_out, bool) or left_out not in range(MOST_POINTS_LEFT_OUT + 1):
            raise BadInput("evaluation.leave_out_points", left_out,
                           f"a whole number from 0 to {MOST_POINTS_LEFT_OUT}", "2 is usual.")
        self._check_circuit()

    def _check_circuit(self) -> None:
        """Names of parameters exist, and their values are numbers."""
        circuit = None if self.circuit == AUTO else parse_circuit(self.circuit)
        for group in _RANGES:
            values = getattr(self, group)
            for name, value in values.items():
                number(f"evaluation.{group}.{name}", value)
                if circuit is None or name not in circuit.names:
                    known = "none with circuit \"auto\"" if circuit is None else (
                        f"one of {', '.join(circuit.names)}")
                    raise BadInput(f"evaluation.{group}", name, known,
                                   "Name the circuit, and its parameters as it has them.")

    @property
    def ranges(self) -> Ranges:
        """What is asked of the circuit's parameters."""
        return Ranges(self.lower, self.upper, self.fixed, self.initial)

    def plain(self) -> dict[str, Any]:
        """Plain values for the ledger."""
        return asdict(self) | {"masked_hz": list(self.masked_hz)}


def rules_from(plain: Mapping[str, Any]) -> Rules:
    """Rules from the ledger's plain values; what an older ledger does not name is as usual."""
    known = {one.name for one in fields(Rules)}
    return Rules(**{name: value for name, value in plain.items() if name in known})
