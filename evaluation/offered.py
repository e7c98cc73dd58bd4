"""Spectra in a script or a notebook: `read_spectrum`, `fit` and `judge`.

The same code as `pressloop evaluate` and a campaign run through; docs/how-to/spectra-in-python.md
shows it in use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.relaxation_peaks import Compared, of_reading
from pressloop.evaluation.rules import Rules
from pressloop.trials.checks import ComplexArray
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Arc
from pressloop.trials.spectrum import Spectrum

VALID, NOT_VALID = "valid", "not valid"


@dataclass(frozen=True, slots=True)
class Value:
    """One parameter of a circuit.

    `standard_error` is None where the data do not determine it, or where it was fixed."""

    value: float
    standard_error: float | None
    unit: str


@dataclass(frozen=True, eq=False)
class Fit:
    """A spectrum, and what was fitted to it.

    Resistances in ohm cm2 of geometric area with their standard errors, which count that other
    circuits may describe it too.

    A fit says nothing of whether it can be trusted: `judge` does.
    """

    spectrum: Spectrum
    reading: Reading

    @property
    def circuit(self) -> str:
        """The most likely circuit, in the notation of impedance.py."""
        return self.reading.circuit

    @cached_property
    def parameters(self) -> Mapping[str, Value]:
        """Parameters of that circuit by name, in ohm, s, F and H of the sample as measured."""
        of = self.reading.solution
        errors = (float(error) if np.isfinite(error) else None for error in of.standard_errors)
        return {name: Value(float(value), error, parameter.unit)
                for (name, parameter), value, error in zip(of.circuit.parameters, of.values, errors,
                                                           strict=True)}

    @property
    def interfacial_ohm_cm2(self) -> float:
        """Sum of the processes that count as interface; 0 where there is none."""
        return self.reading.interfacial_ohm_cm2

    @property
    def interfacial_se_ohm_cm2(self) -> float:
        """Its standard error."""
        return self.reading.interfacial_se_ohm_cm2

    @property
    def total_ohm_cm2(self) -> float:
        """All processes that close inside the sweep."""
        return self.reading.total_ohm_cm2

    @property
    def total_se_ohm_cm2(self) -> float:
        """Its standard error."""
        return self.reading.total_se_ohm_cm2

    @property
    def series_ohm_cm2(self) -> float:
        """What is left at high frequency."""
        return self.reading.series_ohm_cm2

    @property
    def processes(self) -> tuple[Arc, ...]:
        """The processes, fast to slow.

        Resistance, peak frequency, exponent, capacitance, what usually has that, and whether it
        counts as interface."""
        return self.reading.arcs

    @property
    def residual(self) -> float:
        """Root mean square of what is left, relative to |Z|."""
        return self.reading.solution.rms

    @cached_property
    def relaxation_times(self) -> Compared:
        """Distribution of relaxation times of the spectrum beside that of the circuit."""
        return of_reading(self.reading)

    def impedance(self, frequency_hz: npt.ArrayLike) -> ComplexArray:
        """Impedance of the circuit (ohm) at these frequencies, of their shape."""
        return self.reading.solution.circuit.impedance(
            np.asarray(frequency_hz, dtype=float), self.reading.solution.values)

    def conductivity_s_cm(self, thickness_um: float) -> float | None:
        """Ionic conductivity of a separator of this thickness; None without a resistance."""
        return self.reading.conductivity_s_cm(thickness_um)


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a spectrum is worth.

    `verdict` is "valid", "not valid" (the measurement says nothing of the stack), "shorted" or
    "delaminated" (the stack has failed). `evidence` says what was seen and where, `remedy` what to
    do, "" where nothing needs to be done. `fit` is None for a failed stack, which is not fitted.
    """

    verdict: str
    evidence: str
    remedy: str
    fit: Fit | None
    notes: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether the interfacial resistance may be used."""
        return self.verdict == VALID

    def __str__(self) -> str:
        if self.valid and self.fit is not None:
            return (f"valid: {self.fit.interfacial_ohm_cm2:.4g} ± "
                    f"{self.fit.interfacial_se_ohm_cm2:.2g} ohm cm2")
        return f"{self.verdict}: {self.evidence}" + (f". {self.remedy}" if self.remedy else "")


def fit(spectrum: Spectrum, circuit: str = "auto", **rules: Any) -> Fit:
    """Fits a circuit, in the notation of impedance.py or pyimpspec, or the best of many ("auto").

    `rules` are those of a settings file's [evaluation] table, such as `min_hz=1`,
    `fixed={"alpha1": 0.9}` or `expected_noise=0.002`.
    Raises BadInput on an unknown rule or circuit, and on fewer than ten points.
    """
    return Fit(spectrum, read(spectrum, _rules(circuit, rules)))


def judge(spectrum: Spectrum, circuit: str = "auto", **rules: Any) -> Judgement:
    """Whether a spectrum can be trusted, with what was seen and what to do; options as of `fit`.

    Raises BadInput as `fit` does.
    """
    by = _rules(circuit, rules)
    if (failed := hard_failure(spectrum, by)) is not None:
        return Judgement(str(failed.mode), failed.evidence, "", None, spectrum.notes)
    found = Fit(spectrum, read(spectrum, by))
    notes = spectrum.notes + found.reading.notes
    if found.reading.trouble is None:
        return Judgement(VALID, "", "", found, notes)
    evidence, remedy = _parted(found.reading.trouble)
    return Judgement(NOT_VALID, evidence, remedy, found, notes)


def _rules(circuit: str, rules: Mapping[str, Any]) -> Rules:
    known = {one.name for one in fields(Rules)}
    for name in rules:
        if name not in known:
            raise BadInput("rule", name, f"one of {', '.join(sorted(known))}",
                           "They are those of the settings file's [evaluation] table.")
    return Rules(circuit=circuit, **rules)


def _parted(trouble: str) -> tuple[str, str]:
    """What was seen, and the sentences after it on what to do."""
    seen, *remedy = re.split(r"\. (?=[A-Z])", trouble, maxsplit=1)
    return seen, "".join(remedy)
