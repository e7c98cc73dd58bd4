"""Sanity flags: planted contradictions are found with their rows, and sound data raise none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pressloop.flows.study.simulated_stacks import SPACE as SIMULATED
from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.physics_checks import CheckedRule, odd_rows, sanity
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.trial import Trial
from pressloop.views.study.sensitivity import check_row
from pressloop.views.study.words.rules import flag_words
from tests.studies.sensitivity.sensitivity_tables import SPACE, study, table
from tests.studies.stacks import pressed, spread

pytestmark = pytest.mark.slow


def _sound(x: FloatArray) -> FloatArray:
    return 4.0 - 0.9 * x[:, 0] - 0.4 * x[:, 2] - 0.1 * x[:, 1]


PLANTED: dict[str, Callable[[FloatArray], FloatArray]] = {
    "dwell when cold": lambda x: _sound(x) + 0.9 * x[:, 1] * (x[:, 2] < 0.45),
    "pressure before crushing": lambda x: 3.5 + 0.6 * x[:, 0] - 0.4 * x[:, 2],
    "temperature when cold": lambda x: _sound(x) + 1.6 * x[:, 2] * (x[:, 2] < 0.45),
    "reaction when hot": lambda x: _sound(x) - 2.5 * np.maximum(x[:, 1] - 0.6, 0.0) * (
        x[:, 2] > 0.6),
    "creep without end": lambda x: _sound(x) - 2.0 * np.maximum(x[:, 1] - 0.6, 0.0),
}


def _checked(data: StudyData) -> tuple[CheckedRule, ...]:
    models = fit_models(Problem(data.space, limits=data.limits), data.trials)
    return sanity(data, data.trials, models, least=0.01, false_alarms=0.05)


def _flagged(data: StudyData) -> dict[str, CheckedRule]:
    return {c.look.name: c for c in _checked(data) if c.flagged}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_contradiction_is_found(name: str) -> None:
    """In a table of 80 stacks that scatter by 10 %."""
    flags = _flagged(study(table(PLANTED[name], 80, 1, 0.1)))
    assert name in flags
    assert flags[name].rows and "here it does" in flag_words(flags[name], "row")


def test_simulated_stacks_raise_no_flag() -> None:
    """At most one in twenty tables may: of eight none or one."""
    presets = ("reference", "fragile", "single-crystal", "bare-foil")
    alarms = sum(bool(_flagged(StudyData("simulated", pressed(
        spread(32, seed), presets[seed % 4], seed), SPACE))) for seed in range(8))
    assert alarms <= 1


def test_the_rows_that_cause_a_flag_are_named() -> None:
    """Two long dwells at low temperature whose unit was mistaken; without them it is gone."""
    rows = list(table(_sound, 24, 3, 0.03))
    x = SPACE.encode([t.recipe for t in rows])
    wrong = [i for i in np.argsort(-x[:, 1]) if x[i, 2] < 0.4][:2]
    for i in wrong:
        outcome = rows[i].outcome
        assert isinstance(outcome, Intact)
        rows[i] = replace(rows[i], outcome=Intact(1.9 * outcome.resistance_ohm_cm2))
    flag = _flagged(study(rows))["dwell when cold"]
    assert flag.cured and set(flag.rows) <= {rows[i].number for i in wrong}
    assert "Look at row" in flag_words(flag, "row")


def test_a_row_that_all_others_contradict_stands_alone() -> None:
    """Ten times what its neighbours have."""
    rows = list(table(_sound, 40, 0, 0.08))
    assert isinstance(rows[16].outcome, Intact)
    rows[16] = replace(rows[16], outcome=Intact(10.0 * rows[16].outcome.resistance_ohm_cm2))
    odd, = odd_rows(study(rows), rows)
    assert odd.number == rows[16].number and odd.measured_ohm_cm2 > odd.high_ohm_cm2
    assert odd_rows(study(()), ()) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_reading_that_is_four_times_too_high_stands_alone(seed: int) -> None:
    """Among two lots, of which it makes the scatter look wide enough for itself."""
    rows = list(simulated_stacks("reference", 24, 2, seed))
    data = StudyData("simulated", tuple(rows), SIMULATED)
    intact = [i for i, t in enumerate(rows) if isinstance(t.outcome, Intact)]
    assert odd_rows(data, rows) == ()
    at = intact[len(intact) // 2]
    outcome = rows[at].outcome
    assert isinstance(outcome, Intact)
    rows[at] = replace(rows[at], outcome=replace(
        outcome, resistance_ohm_cm2=4.0 * outcome.resistance_ohm_cm2))
    assert [odd.number for odd in odd_rows(data, rows)] == [rows[at].number]


def _with_damage(rising: bool) -> Sequence[Trial]:
    rows = []
    for trial in table(_sound, 40, 2, 0.1):
        unit = float(SPACE.encode([trial.recipe])[0, 0])
        index = 0.04 * (unit if rising else 1.0 - unit) ** 2
        assert isinstance(trial.outcome, Intact)
        rows.append(replace(trial, outcome=replace(
            trial.outcome, damage=Damage(index, 0.002))))
    return rows


def test_crushing_that_falls_with_pressure_is_found() -> None:
    """By the damage index, and by labels where there is none."""
    assert "damage by pressure" in _flagged(study(_with_damage(rising=False)))
    assert "damage by pressure" not in _flagged(study(_with_damage(rising=True)))
    for falls in (True, False):
        rows = [replace(t, outcome=Failed(FailureMode.CRUSHED, "seen"))
                if bool(SPACE.encode([t.recipe])[0, 0] < 0.35) is falls else t
                for t in table(_sound, 40, 4, 0.1)]
        assert ("crushing by pressure" in _flagged(study(rows))) is falls


def test_what_cannot_be_looked_at_is_left_out_or_said() -> None:
    """Without cold recipes no rule of the cold; with too few stacks there, why."""
    hot = Space((50.0, 500.0), (10.0, 1800.0), (90.0, 140.0))
    checks = _checked(StudyData("hot", pressed(spread(8, 0, hot)), hot))
    assert not {"dwell when cold", "temperature when cold"} & {c.look.name for c in checks}
    assert any(c.why_not for c in checks) and not any(c.flagged for c in checks)
    assert any("cannot be told" in check_row(c).verdict for c in checks)
