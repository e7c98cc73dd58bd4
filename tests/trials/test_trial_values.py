"""Values refuse what cannot be, and say name, value and bound."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from math import inf, nan

import numpy as np
import pytest
from trial_stories import RECIPE, STACK, spectrum, trace

from pressloop.trials import BadInput, Damage, Failed, Intact, Recipe, SetAside, Spectrum


@pytest.mark.parametrize("bad, said", [(nan, "nan"), (inf, "inf"), (-1.0, "-1"), (0.0, "0"),
                                       ("350", "350"), (True, "True")])
@pytest.mark.parametrize("name", ["pressure_mpa", "dwell_s", "ramp_mpa_per_s"])
def test_recipe_refuses(name: str, bad: object, said: str) -> None:
    with pytest.raises(BadInput, match=rf"{name} = {said}: must be (finite|above 0|a number)"):
        replace(RECIPE, **{name: bad})


@pytest.mark.parametrize("make, message", [
    (lambda: Recipe(1.0, 1.0, nan), r"temperature_c = nan: must be finite"),
    (lambda: replace(STACK, stack_id=" "), r"stack_id =  : must be a non-empty text"),
    (lambda: replace(STACK, area_cm2=0), r"area_cm2 = 0: must be above 0"),
    (lambda: replace(STACK, pre_press_mpa=-2.0), r"pre_press_mpa = -2: must be 0 or more"),
    (lambda: Damage(1.5, 0.1), r"damage_index = 1.5: must be between 0 and 1"),
    (lambda: Intact(-3.0), r"resistance_ohm_cm2 = -3: must be above 0.*failure_mode"),
    (lambda: Intact(3.0, nan), r"resistance_se_ohm_cm2 = nan: must be finite"),
    (lambda: Failed("crushed", ""), r"evidence = : must be a non-empty text"),
    (lambda: SetAside(""), r"reason = : must be a non-empty text"),
])
def test_scalars_refuse(make, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        make()


@pytest.mark.parametrize("change, message", [
    ({"force_n": np.zeros(3)}, "force_n = 3 values: must be 50 values"),
    ({"force_n": np.zeros((50, 1))}, r"force_n = shape \(50, 1\): must be a list"),
    ({"force_n": np.full(50, nan)}, "force_n = NaN or inf: must be finite"),
    ({"time_s": np.zeros(50)}, "time_s = not in order: must be rising"),
    ({"die_area_mm2": -1.0}, "die_area_mm2 = -1: must be above 0"),
    ({"acoustic_hits": np.full(50, -1.0)}, "acoustic_hits = -1: must be 0 or more"),
])
def test_trace_refuses(change: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        replace(trace(), **change)


@pytest.mark.parametrize("frequency, impedance, message", [
    ([1.0, 2.0], [1.0], "impedance_ohm = 1 values: must be 2 values"),
    ([0.0, 2.0], [1.0, 1.0], "frequency_hz = 0: must be above 0"),
    ([2.0, 2.0], [1.0, 1.0], "frequency_hz = repeated: must be each frequency once"),
    ([1.0, 2.0], [1.0, complex(0, inf)], "impedance_ohm = NaN or inf: must be finite"),
    ([], [], r"frequency_hz = shape \(0,\): must be a list with one entry or more"),
])
def test_spectrum_refuses(frequency: list[float], impedance: list[complex], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Spectrum(frequency, impedance, 1.0)


def test_spectrum_is_kept_highest_frequency_first() -> None:
    got = Spectrum([1.0, 100.0, 10.0], [1.0, 3.0, 2.0], 1.0)
    assert got.frequency_hz.tolist() == [100.0, 10.0, 1.0]
    assert got.impedance_ohm.tolist() == [3.0, 2.0, 1.0]


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        RECIPE.dwell_s = 1.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        spectrum().impedance_ohm[0] = 0


def test_values_need_no_database() -> None:
    code = "import sys, trials; sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
