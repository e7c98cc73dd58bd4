"""What the evaluation says of a spectrum, as one flat value with the CPU time it took."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.impedance.specimens import SET_ASIDE, VALID
from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum


@dataclass(frozen=True, slots=True)
class Said:
    """What the evaluation says of a spectrum.

    Values (ohm cm2) are NaN without a reading; those of a reading that is set aside are kept, to
    see what they would have been. `misfit` is that of the likeliest circuit: root mean square of
    the complex residual relative to |Z|."""

    verdict: str
    reason: str
    circuit: str
    interface: float
    interface_se: float
    total: float
    total_se: float
    misfit: float
    cpu_s: float


def evaluated(spectrum: Spectrum, rules: Rules) -> Said:
    """The spectrum as `evaluation/evaluate.py` treats it: a failure first, then the reading."""
    start = time.process_time()
    if (failure := hard_failure(spectrum, rules)) is not None:
        return _nothing(str(failure.mode), failure.evidence, start)
    try:
        found = read(spectrum, rules)
    except BadInput as unreadable:
        return _nothing(SET_ASIDE, str(unreadable), start)
    took = time.process_time() - start
    return Said(VALID if found.trouble is None else SET_ASIDE, found.trouble or "", found.circuit,
                found.interfacial_ohm_cm2, found.interfacial_se_ohm_cm2, found.total_ohm_cm2,
                found.total_se_ohm_cm2, _misfit(spectrum, found), took)


def _misfit(spectrum: Spectrum, found: Reading) -> float:
    z = spectrum.impedance_ohm
    model = found.solution.circuit.impedance(spectrum.frequency_hz, found.solution.values)
    return float(np.sqrt(np.mean(np.abs((model - z) / z) ** 2)))


def _nothing(verdict: str, reason: str, start: float) -> Said:
    nan = math.nan
    return Said(verdict, reason, "", nan, nan, nan, nan, nan, time.process_time() - start)
