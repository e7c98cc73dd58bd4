"""Sensitivity: known truths are recovered, and what cannot be told is said."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.history.training import training
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.held_pressure import held_pressure
from pressloop.studies.sensitivity.physics_checks import plain_process
from pressloop.studies.sensitivity.physics_rules import RESISTANCE
from pressloop.studies.sensitivity.posterior_samples import drawn, grid
from pressloop.studies.sensitivity.residuals import what_is_left
from pressloop.studies.sensitivity.sensitivity import Findings, Options, sensitivity
from pressloop.studies.sensitivity.sobol_indices import indices, shares
from pressloop.studies.sensitivity.variance_components import VarianceComponents, scatter_of
from pressloop.studies.subsample import few_rows
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.views.study.sensitivity import section
from pressloop.views.study.words.laws import law_words
from pressloop.views.study.words.sensitivity import sentences
from tests.studies.sensitivity.sensitivity_tables import (
    SPACE,
    Groups,
    a_sum,
    in_groups,
    simulated_lots,
    study,
    table,
)
from tests.studies.stacks import pressed, spread

pytestmark = pytest.mark.slow


def _known(x: FloatArray) -> FloatArray:
    """a x1 + b x2^2 and an interaction."""
    return 3.5 - 1.2 * x[:, 0] + 0.5 * x[:, 1] ** 2 - 0.8 * x[:, 0] * x[:, 2]


def _found(f: Callable[[FloatArray], FloatArray], rows: int, seed: int) -> Sequence[object]:
    models = fit_models(Problem(SPACE), table(f, rows, seed, 0.1))
    cube = grid([(0.0, 1.0)] * 3)
    return shares(drawn(models.resistance_model, cube.points, 200, 0), cube, SPACE.free)


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


def _small(x: FloatArray) -> FloatArray:
    """x2 makes 3 % of the differences and surely acts; x3 does nothing."""
    return 3.0 - 1.2 * x[:, 0] - 0.22 * x[:, 1]


def test_a_small_but_sure_effect_has_a_share_above_none_and_no_effect_has_not() -> None:
    """Intervals of 57 rows hold both truths, in most of sixteen tables."""
    cube = grid([(0.0, 1.0)] * 3)
    truth = indices(_small(cube.points)[None], cube)[1][0]
    held, sure, none = 0, 0, 0
    for seed in range(16):
        data = study(table(_small, 57, seed, 0.1))
        rows = training(data.trials, SPACE, 0.05).log_resistance
        values = drawn(plain_process(data, rows, RESISTANCE), cube.points, 200, seed)
        _, small, nothing = shares(values, cube, SPACE.free)
        held += small.total_low <= truth[1] <= small.total_high
        sure += small.total_low > 0.0
        none += nothing.total_low == 0.0 and nothing.total_high < 0.15
    assert held >= 14 and sure >= 12 and none >= 14


def test_more_rows_make_narrower_intervals() -> None:
    """Fourfold the rows."""
    wide, narrow = (_found(_known, rows, 0) for rows in (15, 60))
    assert (sum(s.total_high - s.total_low for s in narrow)
            < 0.8 * sum(s.total_high - s.total_low for s in wide))


def _scatter(data: StudyData, lawless: bool = True) -> VarianceComponents:
    left = what_is_left(data, data.trials[:200], lawless=lawless)
    stacks = [r.trial.stack for r in left.residuals]
    return scatter_of(left, {"lot": [one.lot for one in stacks],
                             "operator": [one.operator for one in stacks]}, data)


def test_where_laws_are_doubted_no_bend_is_taken_for_scatter() -> None:
    """Stacks of the simulated press scatter by 0.107 to 0.121.

    What the laws miss at low pressure is more than that."""
    held, middle = 0, []
    for seed in range(4):
        data = study(simulated_stacks("reference", 60, 3, seed))
        within, low, high = _scatter(data, lawless=False).within
        held += low <= 0.121 and high >= 0.107
        middle.append(within)
    assert held >= 3
    assert 0.08 < np.median(middle) < 0.14


def test_the_scatter_between_and_within_lots_is_recovered() -> None:
    """15 % between eight lots and 12 % within, of which these tables show 11 %."""
    held, inside, within = 0, 0, []
    for seed in range(6):
        found = _scatter(in_groups(table(_known, 64, seed, 0.12), Groups(8, 1, 0.15, 0.0), seed)[0])
        lot, = found.groups
        assert lot.kind == "lot" and lot.together == () and not found.differences
        held += lot.between_low <= 0.15 <= lot.between_high
        inside += lot.within_low <= 0.12 <= lot.within_high
        within.append(lot.within)
    assert held >= 5 and inside >= 5
    assert np.median(within) == pytest.approx(0.11, abs=0.02)


@pytest.mark.nightly
def test_many_stacks_tell_the_scatter_within_lots_although_the_laws_are_wrong() -> None:
    """10 %: how far the laws are off in this table is no scatter. One number for the whole page."""
    data, _ = in_groups(table(a_sum, 1500, 3, 0.10), Groups(10, 2, 0.08, 0.0), 3)
    found = sensitivity(data, Options())
    assert found.scatter == pytest.approx(0.10, rel=0.05)
    assert found.scatter_low <= 0.10 <= found.scatter_high < 1.1 * found.scatter_low
    assert {one.within for one in found.groups} == {found.scatter}
    rows = found.tables()["groups"]
    assert all(row["within_low"] == found.scatter_low for row in rows)
    told = " ".join(sentences(found))
    assert "of one recipe, lot and operator by 10 %" in told or "by 11 %" in told
    assert "one recipe, lot and operator" in section(found, data)


@pytest.mark.parametrize(("rows", "groups", "seeds"), [
    (57, Groups(3, 2, 0.08, 0.03), range(24)), (24, Groups(2, 2, 0.08, 0.0), range(16)),
    (40, Groups(4, 2, 0.08, 0.03, nested=True), range(12))])
def test_differences_between_few_groups_hold_the_truth(rows: int, groups: Groups, seeds: range
                                                       ) -> None:
    """All pairs of a kind together, in 95 of 100 tables; narrow enough to be of use."""
    held, whole = 0, 0
    for seed in seeds:
        data, truth = in_groups(table(a_sum, rows, seed, 0.10), groups, seed)
        found = _scatter(data)
        for kind in ("operator",) if groups.nested else ("lot", "operator"):
            pairs = [d for d in found.differences if d.kind == kind]
            held += all(d.low <= truth[d.upper] - truth[d.lower] <= d.high for d in pairs)
            whole += 1
            assert groups.nested or max(d.high - d.low for d in pairs) < 0.8
    assert held >= 0.88 * whole


def test_differences_between_simulated_lots_hold_the_truth() -> None:
    """Of the simulated press, with what its lots really have of their own."""
    held = 0
    for seed in range(12):
        data, truth = simulated_lots(60, 3, seed)
        found = _scatter(data)
        assert len(found.differences) == 3
        held += all(d.low <= truth[d.upper] - truth[d.lower] <= d.high for d in found.differences)
    assert held >= 10


def test_lots_that_were_pressed_elsewhere_are_said_to_be_confounded() -> None:
    """Each lot at pressures of its own."""
    rows = table(_known, 24, 0, 0.1)
    order = sorted(rows, key=lambda t: t.recipe.pressure_mpa)
    data = study([replace(t, stack=replace(t.stack, lot="ab"[i // 12]))
                  for i, t in enumerate(order)])
    assert "pressure vary together" in " ".join(sentences(sensitivity(data, Options())))


def test_the_slope_with_the_held_stack_pressure_is_found() -> None:
    """10 % less per doubling; a constant one says nothing."""
    rows, draw = table(_known, 60, 1, 0.08), np.random.default_rng(0)
    held = 10.0 * 2.0 ** draw.integers(0, 3, 60)
    data = study([replace(t, outcome=Intact(
        t.outcome.resistance_ohm_cm2 * 0.9 ** float(np.log2(p / 10.0)),
        stack_pressure_mpa=float(p)))
        for t, p in zip(rows, held, strict=True) if isinstance(t.outcome, Intact)])
    found = held_pressure(what_is_left(data, data.trials).residuals, data)
    assert found is not None and found.low < -0.10 < found.high < 0.0
    one = study([replace(t, outcome=replace(t.outcome, stack_pressure_mpa=30.0))
                 for t in rows if isinstance(t.outcome, Intact)])
    assert held_pressure(what_is_left(one, one.trials).residuals, one) is None


@pytest.mark.parametrize("space", [
    Space((50.0, 500.0), (60.0, 60.0), (60.0, 60.0)),
    Space((50.0, 500.0), (60.0, 60.0), (25.0, 140.0)), SPACE])
def test_one_two_and_three_free_variables_make_a_section(space: Space) -> None:
    """And tables of plain scalars, the same for the same seed, that can go to another process."""
    data = StudyData("simulated", pressed(spread(20, 0, space)), space, simulated=True)
    found = sensitivity(data, Options())
    assert {s.variable for s in found.shares} == set(space.free)
    assert len(sentences(found)) > 3
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
    told = " ".join(sentences(found))
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
    assert found.lawless and "knows none" in " ".join(sentences(found))
    whole = next(c for c in found.changes if c.part == "whole")
    truth = float(np.exp(-2.2 / np.log2(45.0))) - 1.0
    assert whole.low < truth < whole.high < 0.0
    lengths = found.tables()["laws"]
    assert [row["variable"] for row in lengths] == ["pressure_mpa"]
    assert all("length scale" in str(row["quantity"]) for row in lengths)
    words = " ".join(law_words(found.laws, found.left_over, space))
    assert "No law of pressing is used" in words and "Over pressure, resistance" in words


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
