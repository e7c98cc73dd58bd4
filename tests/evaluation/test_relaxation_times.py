"""Distribution of relaxation times: right peaks, no peaks of tails, an honest resolution."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pressloop.evaluation.circuits.chosen import fit
from pressloop.evaluation.circuits.least_squares import Data
from pressloop.evaluation.circuits.notation import parse_circuit
from pressloop.evaluation.relaxation_peaks import Compared, apart, compared, hertz, peaks
from pressloop.evaluation.relaxation_times import relaxation_times
from pressloop.evaluation.weights import weights
from pressloop.trials.checks import ComplexArray

HZ = np.geomspace(2e6, 0.05, 84)
JW: ComplexArray = 2j * np.pi * HZ


def arc(ohm: float, tau: float, exponent: float = 0.9) -> ComplexArray:
    return np.asarray(ohm / (1.0 + (JW * tau) ** exponent))


def measured(z: ComplexArray, noise: float = 0.003, seed: int = 0) -> Data:
    draw = np.random.default_rng(seed)
    z = z * (1.0 + noise * (draw.standard_normal(z.size) + 1j * draw.standard_normal(z.size)))
    return Data(HZ, z, weights(HZ, z))


def top(tau: float) -> float:
    return float(1.0 / (2 * np.pi * tau))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tail", [0.0, 1.0 / (0.07 * JW**0.5), 1.0 / (2e-3 * JW**0.85)],
                         ids=["closed", "diffusion", "blocking"])
def test_arcs_give_their_peaks_and_tails_give_none(tail: ComplexArray, seed: int) -> None:
    data = measured(15.0 + 1e-7 * JW + arc(25.0, 8e-6) + arc(55.0, 1.5e-3) + tail, seed=seed)
    found = peaks(relaxation_times(data))
    assert [one.hz for one in found] == pytest.approx([top(8e-6), top(1.5e-3)], rel=0.15)
    assert [one.resistance_ohm for one in found] == pytest.approx([25.0, 55.0], rel=0.15)


def test_series_resistance_and_inductance_are_no_part_of_it() -> None:
    found = relaxation_times(measured(15.0 + 3e-7 * JW + arc(40.0, 1e-3)))
    assert found.series_ohm == pytest.approx(15.0, rel=0.03)
    assert found.inductance_h == pytest.approx(3e-7, rel=0.1)


def test_a_plain_resistance_has_no_peak() -> None:
    assert peaks(relaxation_times(measured(20.0 + 0.0 * JW))) == ()


def test_it_is_never_negative_and_always_the_same() -> None:
    data = measured(15.0 + arc(25.0, 8e-6, 1.0) + arc(55.0, 1.5e-3, 0.7))
    one, two = relaxation_times(data), relaxation_times(data)
    assert (one.density_ohm >= 0.0).all()
    assert np.array_equal(one.density_ohm, two.density_ohm)
    area = np.trapezoid(one.density_ohm, np.log(one.tau_s))
    assert area == pytest.approx(80.0, rel=0.03)


@pytest.mark.parametrize("noise", [1e-9, 0.0005, 0.003, 0.01])
def test_noise_is_what_is_left(noise: float) -> None:
    found = relaxation_times(measured(15.0 + arc(25.0, 8e-6) + arc(55.0, 1.5e-3), noise, 1))
    # The middle of the band; the ends count less. A grid cannot follow what has no noise at all.
    assert found.noise == pytest.approx(noise, rel=0.3, abs=3e-4)


def test_the_scale_of_the_sample_does_not_matter() -> None:
    z = 15.0 + arc(25.0, 8e-6) + arc(55.0, 1.5e-3)
    small, large = (relaxation_times(measured(z * scale)) for scale in (1e-3, 1e4))
    assert small.density_ohm * 1e7 == pytest.approx(large.density_ohm, rel=1e-4, abs=1e2)


def pair(factor: float, noise: float, seed: int) -> Data:
    centre = float(np.sqrt(1.0 / (2 * np.pi * HZ.max()) / (2 * np.pi * HZ.min())))
    return measured(20.0 + arc(20.0, centre / factor**0.5) + arc(20.0, centre * factor**0.5),
                    noise, seed)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.0005, 0.003, 0.01])
def test_the_resolution_is_true(noise: float) -> None:
    """Well above the stated factor two processes show as two, well below as one."""
    first = pair(10.0, noise, 99)
    factor = apart(first, relaxation_times(first))
    assert factor is not None
    for seed in range(6):
        assert len(peaks(relaxation_times(pair(factor**1.4, noise, seed)))) == 2
        assert len(peaks(relaxation_times(pair(factor**0.6, noise, seed)))) == 1


def test_a_better_meter_tells_nearer_processes_apart() -> None:
    fine, coarse = (apart(data, relaxation_times(data))
                    for data in (pair(10.0, 0.0003, 0), pair(10.0, 0.02, 0)))
    assert fine is not None and coarse is not None and fine < coarse


def against(z: ComplexArray, circuit: str, seed: int = 0) -> Compared:
    data = measured(z, seed=seed)
    solution = fit(data, parse_circuit(circuit))
    names = solution.circuit.names
    hz = [top(solution.values[i]) for i, name in enumerate(names) if name.startswith("tau")]
    return compared(data, solution, hz)


THREE = 15.0 + arc(25.0, 8e-6) + arc(40.0, 6e-4) + arc(35.0, 5e-2)


def test_a_circuit_with_every_process_agrees() -> None:
    found = against(THREE, "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)")
    assert len(found.peaks) == len(found.expected) == 3
    assert (found.left_out, found.unseen) == ((), ())
    assert str(found).startswith("3 peaks in the relaxation times (20 kHz, 2")
    assert str(found).endswith("for 3 processes of the circuit")


def test_a_process_that_the_circuit_leaves_out_is_named() -> None:
    found = against(THREE, "R0-p(R1,CPE1)-p(R2,CPE2)")
    assert found.left_out
    assert "; the circuit has none near" in str(found)


def test_a_wide_arc_is_one_process() -> None:
    found = against(15.0 + arc(60.0, 1e-3, 0.55), "R0-p(R1,CPE1)")
    assert (len(found.peaks), found.left_out, found.unseen) == (1, (), ())


def test_finite_diffusion_is_no_contradiction() -> None:
    """Its distribution has several peaks, and so has that of its circuit."""
    diffusion = 50.0 * np.tanh(np.sqrt(JW * 0.8)) / np.sqrt(JW * 0.8)
    found = against(15.0 + arc(30.0, 2e-5) + diffusion, "R0-p(R1,CPE1)-Ws2")
    assert (found.left_out, found.unseen) == ((), ())


@pytest.mark.parametrize(("hz", "words"), [(0.0614, "0.061 Hz"), (734.0, "730 Hz"),
                                           (12345.0, "12 kHz"), (1.13e6, "1.1 MHz")])
def test_frequencies_in_words(hz: float, words: str) -> None:
    assert hertz(hz) == words


@pytest.mark.slow
def test_it_is_fast() -> None:
    """Less than 0.1 s of one core on a machine of its own; three times that under load."""
    code = ("import time\n"
            "from tests.evaluation.test_relaxation_times import JW, THREE, measured\n"
            "from pressloop.evaluation.relaxation_times import relaxation_times\n"
            "data, seconds = measured(THREE + 1.0 / (0.07 * JW**0.5)), []\n"
            "for _ in range(4):\n"
            "    start = time.process_time()\n"
            "    relaxation_times(data)\n"
            "    seconds.append(time.process_time() - start)\n"
            "print(min(seconds))\n")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[2], env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert float(ran.stdout) < 0.3
