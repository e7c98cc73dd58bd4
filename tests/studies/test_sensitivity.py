"""Sensitivity: known truths are recovered, and what cannot be told is said."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.beliefs import believe
from optimizer.caution import Caution
from optimizer.space import Space
from studies.data import StudyData
from studies.drawn import drawn, grid
from studies.few_rows import few_rows
from studies.sensitivity import Findings, Options, sensitivity
from studies.shares import indices, shares
from studies.spread_of_groups import held_pressure, residuals, spread_of
from tests.studies.sensitivity_tables import SPACE, study, table
from tests.studies.stacks import pressed, spread
from trials.checks import FloatArray
from trials.errors import BadInput
from trials.outcome import Intact
from views.study.sensitivity import section


def _known(x: FloatArray) -> FloatArray:
    """a x1 + b x2^2 and an interaction."""
    return 3.5 - 1.2 * x[:, 0] + 0.5 * x[:, 1] ** 2 - 0.8 * x[:, 0] * x[:, 2]


def test_indices_of_known_functions_are_exact() -> None:
    """Ishigami-like by hand: f = x1 + 2 x2 has variances 1/12 and 4/12; g = (x1-1/2)(x2-1/2) is
    nothing but interaction."""
    cube = grid([(0.0, 1.0)] * 3)
    x = cube.points
    alone, total = indices(np.stack([x[:, 0] + 2.0 * x[:, 1],
                                     (x[:, 0] - 0.5) * (x[:, 1] - 0.5)]), cube)
    assert np.allclose(alone, [[0.2, 0.8, 0.0], [0.0, 0.0, 0.0]], atol=1e-9)
    assert np.allclose(total, [[0.2, 0.8, 0.0], [1.0, 1.0, 0.0]], atol=1e-9)


def test_an_interaction_of_a_part_of_the_space_is_counted_within_it() -> None:
    """Where x1 is fixed to less than a half, a step at the half makes no difference."""
    cube = grid([(0.0, 1.0)] * 2)
    step = (cube.points[:, 0] > 0.5) * 5.0 + cube.points[:, 1]
    alone, total = indices(step[None], cube, cube.points[:, 0] < 0.5)
    assert np.allclose(alone, [[0.0, 1.0]], atol=1e-9)
    assert np.allclose(total, [[0.0, 1.0]], atol=1e-9)


@given(st.lists(st.floats(-2.0, 2.0), min_size=4, max_size=4))
@settings(max_examples=30, deadline=None)
def test_indices_lie_between_none_and_all(c: Sequence[float]) -> None:
    """By itself a variable makes no more than together with the others."""
    cube = grid([(0.0, 1.0)] * 2)
    x, y = cube.points.T
    alone, total = indices((c[0] * x + c[1] * y + c[2] * x * y + c[3] * np.sin(3.0 * x))[None],
                           cube)
    assert np.all(alone >= -1e-9) and np.all(total <= 1.0 + 1e-9)
    assert np.all(alone <= total + 1e-9)


def _found(f: Callable[[FloatArray], FloatArray], rows: int, seed: int) -> Sequence[object]:
    beliefs = believe(table(f, rows, seed, 0.1), SPACE, Caution())
    assert beliefs.log_resistance is not None
    cube = grid([(0.0, 1.0)] * 3)
    return shares(drawn(beliefs.log_resistance, cube.points, 200, 0), cube, SPACE.free)


def test_intervals_hold_the_truth_and_the_ranking_is_recovered() -> None:
    """In most of eight tables of 32 stacks."""
    cube = grid([(0.0, 1.0)] * 3)
    alone, total = (v[0] for v in indices(_known(cube.points)[None], cube))
    held, ranked = 0, 0
    for seed in range(8):
        found = _found(_known, 32, seed)
        held += sum(s.alone_low <= a <= s.alone_high and s.total_low <= t <= s.total_high
                    for s, a, t in zip(found, alone, total, strict=True))
        ranked += int(np.argmax([s.total for s in found])) == int(total.argmax())
    assert held >= 21, "of 24 pairs of intervals 95 % should hold the truth"
    assert ranked >= 7


def test_more_rows_make_narrower_intervals() -> None:
    """Fourfold the rows."""
    wide, narrow = (_found(_known, rows, 0) for rows in (15, 60))
    assert (sum(s.total_high - s.total_low for s in narrow)
            < 0.8 * sum(s.total_high - s.total_low for s in wide))


def _with_lots(rows: int, lots: int, sd: float, seed: int) -> StudyData:
    """Lots dealt at random to the recipes, with offsets of their own."""
    draw = np.random.default_rng(seed)
    lot, offset = draw.permutation(np.arange(rows) % lots), sd * draw.standard_normal(lots)
    return study([replace(t, stack=replace(t.stack, lot=f"L{lot[i]}"), outcome=Intact(
        t.outcome.resistance_ohm_cm2 * float(np.exp(offset[lot[i]]))))
        for i, t in enumerate(table(_known, rows, seed, 0.12)) if isinstance(t.outcome, Intact)])


def test_the_scatter_between_lots_is_recovered() -> None:
    """15 % between eight lots and 12 % within."""
    held, within = 0, []
    for seed in range(6):
        data = _with_lots(64, 8, 0.15, seed)
        found = residuals(data, data.trials)
        spread_found = spread_of("lot", found, [r.trial.stack.lot for r in found], data)
        assert spread_found is not None and spread_found.together == ()
        held += spread_found.between_low <= 0.15 <= spread_found.between_high
        within.append(spread_found.within)
    assert held >= 5
    assert np.median(within) == pytest.approx(0.12, abs=0.03)


def test_lots_that_were_pressed_elsewhere_are_said_to_be_confounded() -> None:
    """Each lot at pressures of its own."""
    rows = table(_known, 24, 0, 0.1)
    order = sorted(rows, key=lambda t: t.recipe.pressure_mpa)
    data = study([replace(t, stack=replace(t.stack, lot="ab"[i // 12]))
                  for i, t in enumerate(order)])
    assert "pressure vary together" in " ".join(sensitivity(data, Options()).sentences)


def test_the_slope_with_the_held_stack_pressure_is_found() -> None:
    """10 % less per doubling; a constant one says nothing."""
    rows, draw = table(_known, 60, 1, 0.08), np.random.default_rng(0)
    held = 10.0 * 2.0 ** draw.integers(0, 3, 60)
    data = study([replace(t, outcome=Intact(
        t.outcome.resistance_ohm_cm2 * 0.9 ** float(np.log2(p / 10.0)),
        stack_pressure_mpa=float(p)))
        for t, p in zip(rows, held, strict=True) if isinstance(t.outcome, Intact)])
    found = held_pressure(residuals(data, data.trials), data)
    assert found is not None and found.low < -0.10 < found.high < 0.0
    one = study([replace(t, outcome=replace(t.outcome, stack_pressure_mpa=30.0))
                 for t in rows if isinstance(t.outcome, Intact)])
    assert held_pressure(residuals(one, one.trials), one) is None


@pytest.mark.parametrize("space", [
    Space((50.0, 500.0), (60.0, 60.0), (60.0, 60.0)),
    Space((50.0, 500.0), (60.0, 60.0), (25.0, 140.0)), SPACE])
def test_one_two_and_three_free_variables_make_a_section(space: Space) -> None:
    """And tables of plain scalars, the same for the same seed, that can go to another process."""
    data = StudyData("simulated", pressed(spread(20, 0, space)), space, simulated=True)
    found = sensitivity(data, Options())
    assert {s.variable for s in found.shares} == set(space.free)
    assert len(found.sentences) > 3
    html = section(found, data)
    assert "What matters" in html and "Resistance over pressure" in html
    assert not any(word in html.lower() for word in ("posterior", "gaussian process", "sobol"))
    for rows in found.tables().values():
        assert all(v is None or isinstance(v, (str, int, float, bool))
                   for row in rows for v in row.values())
    again: Findings = pickle.loads(pickle.dumps(  # noqa: S301
        sensitivity(data, Options())))
    assert again.tables() == found.tables()


@pytest.mark.parametrize("rows", [0, 2, 5])
def test_few_rows_say_what_cannot_be_told(rows: int) -> None:
    """Nothing below three intact stacks; with five that knowledge speaks, not they."""
    data = study(table(_known, rows, 0, 0.1) if rows else ())
    found = sensitivity(data, Options())
    told = " ".join(found.sentences)
    assert ("cannot be told from" in told) is (rows < 3)
    assert rows < 3 or "much of this rests on what is known of pressing in general" in told
    assert section(found, data)


def test_where_the_laws_do_not_hold_they_are_not_used() -> None:
    """A steady fall from 10 MPa on, where the laws expect a cliff."""
    space = Space((10.0, 450.0), (60.0, 60.0), (25.0, 25.0))
    x = np.linspace(0.0, 1.0, 10)[:, None]
    rows = [replace(t, recipe=r, outcome=Intact(float(np.exp(5.0 - 2.2 * u))))
            for t, r, u in zip(table(_known, 10, 0, 0.1), space.decode_all(x), x[:, 0],
                               strict=True)]
    found = sensitivity(StudyData("a table", tuple(rows), space), Options())
    assert found.lawless and "knows none" in " ".join(found.sentences)
    whole = next(c for c in found.changes if c.part == "whole")
    truth = float(np.exp(-2.2 / np.log2(45.0))) - 1.0
    assert whole.low < truth < whole.high < 0.0


def test_thousands_of_rows_are_thinned_evenly() -> None:
    """Small lots stay in, both ends of the space too."""
    rows = table(_known, 2000, 0, 0.1)
    lots = [replace(t, stack=replace(t.stack, lot="rare" if i % 100 == 0 else "usual"))
            for i, t in enumerate(rows)]
    few = few_rows(lots, SPACE, 60, 0)
    assert len(few) == 60 and few == few_rows(list(reversed(lots)), SPACE, 60, 0)
    assert sum(t.stack.lot == "rare" for t in few) >= 15
    x = SPACE.encode([t.recipe for t in few])
    assert np.all(x.min(0) < 0.05) and np.all(x.max(0) > 0.95)


def test_options_out_of_range_are_refused() -> None:
    """With name, value, bound."""
    with pytest.raises(BadInput, match=r"sensitivity\.most_rows"):
        Options(most_rows=3)
