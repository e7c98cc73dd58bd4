"""The space: what may be searched, and its unit cube."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

FULL = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
UNIT = st.floats(0, 1)


@st.composite
def spaces(draw):
    """Spaces of one to three free variables, wide enough for the rounding of a panel."""
    bounds = []
    for low, high, width in ((20.0, 400.0, 100.0), (5.0, 1000.0, 500.0), (20.0, 100.0, 40.0)):
        bottom = round(draw(st.floats(low, high)), 1)
        bounds.append((bottom, bottom + draw(st.sampled_from([0.0, width]))))
    if all(low == high for low, high in bounds):
        bounds[0] = (bounds[0][0], bounds[0][0] + 50.0)
    return Space(*bounds)


@given(spaces(), st.tuples(UNIT, UNIT, UNIT))
def test_every_point_of_the_cube_is_a_recipe_of_the_space(space, point):
    recipe = space.decode(np.array(point[:len(space.free)]))
    assert space.contains(recipe)
    assert recipe.pressure_mpa == round(recipe.pressure_mpa, 1)
    for name in {"pressure_mpa", "dwell_s", "temperature_c"} - set(space.free):
        assert getattr(recipe, name) == getattr(space, name)[0]


@given(spaces(), st.tuples(UNIT, UNIT, UNIT))
def test_decoded_recipe_encodes_back_to_the_point(space, point):
    x = np.array(point[:len(space.free)])
    recipe = space.decode(x)
    back = space.encode([recipe])[0]
    steps = {"pressure_mpa": 0.1, "dwell_s": 1.0, "temperature_c": 0.1}
    for i, name in enumerate(space.free):
        # Half a step of the panel, at the low end where steps are long, and where it was cut.
        low = space.decode(np.zeros(len(space.free)))
        assert abs(back[i] - x[i]) <= 0.51 * space.per_unit(name, low, steps[name]) + 1e-9


@given(spaces(), st.tuples(UNIT, UNIT, UNIT))
def test_decoding_twice_changes_nothing(space, point):
    recipe = space.decode(np.array(point[:len(space.free)]))
    assert space.decode(space.encode([recipe])[0]) == recipe


def test_corners():
    assert FULL.decode(np.zeros(3)) == Recipe(50.0, 10.0, 25.0)
    assert FULL.decode(np.ones(3)) == Recipe(500.0, 1800.0, 140.0)
    assert FULL.encode([Recipe(50, 10, 25), Recipe(500, 1800, 140)]) == pytest.approx(
        np.array([[0, 0, 0], [1, 1, 1]]))


def test_pressure_and_dwell_are_logarithmic_and_heat_runs_with_its_inverse():
    middle = FULL.decode(np.full(3, 0.5))
    assert middle.pressure_mpa == pytest.approx(math.sqrt(50 * 500), abs=0.05)
    assert middle.dwell_s == pytest.approx(math.sqrt(10 * 1800), abs=0.5)
    kelvin = 2.0 / (1.0 / 298.15 + 1.0 / 413.15)
    assert middle.temperature_c == pytest.approx(kelvin - 273.15, abs=0.05)


def test_recipes_outside_leave_the_cube():
    x = FULL.encode([Recipe(600, 5, 160)])[0]
    assert x[0] > 1.0 and x[1] < 0.0 and x[2] > 1.0
    assert not FULL.contains(Recipe(600, 60, 100))
    assert FULL.contains(Recipe(500, 1800, 140))


def test_fixed_variables():
    cold = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0))
    assert cold.free == ("pressure_mpa", "dwell_s")
    assert cold.encode([Recipe(50, 10, 25)]).shape == (1, 2)
    assert cold.encode([]).shape == (0, 2)
    assert cold.comparable(Recipe(700, 5, 25.0)) and not cold.comparable(Recipe(100, 60, 90))
    assert cold.per_unit("temperature_c", Recipe(100, 60, 25), 1.0) == 0.0


def test_odd_bounds_are_kept_and_never_rounded_over():
    odd = Space((50.04, 50.37), (10.4, 12.6), (25.0, 25.0))
    for x in np.linspace(0, 1, 23):
        assert odd.contains(odd.decode(np.array([x, x])))


@pytest.mark.parametrize("bounds", [
    ((500, 50), (10, 1800), (25, 140)), ((0, 500), (10, 1800), (25, 140)),
    ((50, 500), (-1, 1800), (25, 140)), ((50, math.nan), (10, 1800), (25, 140)),
    ((50, 500), (10, math.inf), (25, 140)), ((100, 100), (60, 60), (25, 25))])
def test_no_space_at_all_is_refused(bounds):
    with pytest.raises(BadInput, match="space"):
        Space(*bounds)


@pytest.mark.parametrize("name", [
    "max_crush_probability", "max_failure_probability", "tolerance", "crushed_above",
    "stack_scatter", "survival_exponent", "losses", "max_crush_probability_exploring",
    "pressure_error", "temperature_error_c"])
@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf])
def test_risk_limits_refuse_what_is_no_fraction_or_error(name, value):
    with pytest.raises(BadInput, match=name):
        RiskLimits(**{name: value})


def test_what_stacks_vary_and_the_settings_fix_is_fixed_as_asked() -> None:
    asked = Space((50.0, 500.0), (10.0, 900.0), (25.0, 25.0))
    freed = asked.over([Recipe(100.0, 60.0, 25.0), Recipe(100.0, 60.0, 90.0)])
    assert freed.free != asked.free and freed.as_asked == asked
    assert asked.as_asked is asked
