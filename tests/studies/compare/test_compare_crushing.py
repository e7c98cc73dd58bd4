"""Models of crushing are compared by the chances that they gave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.compare.compare import compare
from pressloop.studies.compare.comparison import SKILL
from pressloop.studies.compare.validation import crush_table
from pressloop.studies.paired import NO_EVIDENCE, REAL, TOO_FEW
from pressloop.trials.outcome import Damage, Failed, FailureMode
from pressloop.trials.trial import Trial
from pressloop.views.study.words.compare import sentences
from tests.studies.compare.compared_tables import CHEAP, CRUSHED, crushing_of, data_of, law
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow


def test_chances_that_the_count_contradicts_are_called_so() -> None:
    trials = [replace(t, outcome=CRUSHED, stack=replace(t.stack, lot="B")) if t.number > 30
              else replace(t, outcome=CRUSHED) if t.number < 4 else t for t in law(60, 0.0)]
    found = [s for s in sentences(compare(data_of(trials), CHEAP)) if "to be crushed" in s]
    assert any("more than chance explains: its chances are too low" in s for s in found)
    assert any(s.endswith("were.") or "were. It" in s for s in found)


def test_models_that_say_the_same_do_not_differ(mixed: tuple[Trial, ...]) -> None:
    """The last digits of two ways to one prediction are no evidence."""
    bare = [replace(t, outcome=replace(t.outcome, damage=None)) for t in mixed]
    options = replace(CHEAP, failure_models=("threshold",), failure_baseline="threshold",
                      own_failure_models=("pressloop.surrogates.failures.threshold",))
    one, = crushing_of(compare(data_of(bare), options)).against("recipe", SKILL)
    assert one.value == 0.0
    assert one.strength in (NO_EVIDENCE, TOO_FEW)


def test_who_was_crushed_is_known_from_outcome_or_index() -> None:
    intact, *others = law(4, 0.0)
    shorted = Failed(FailureMode.SHORTED, "no resistance")
    table = crush_table([intact, replace(others[0], outcome=CRUSHED),
                         replace(others[1], outcome=shorted)], SPACE, 0.05)
    assert {t.number: y for t, y in zip(table.trials, table.y, strict=True)} == {1: 0.0, 2: 1.0}
    broken = replace(shorted, damage=Damage(0.3, 0.01))
    assert crush_table([replace(intact, outcome=broken)], SPACE, 0.05).y.tolist() == [1.0]


def test_crushing_that_pressure_decides_is_foreseen() -> None:
    trials = [replace(t, outcome=CRUSHED) if t.recipe.pressure_mpa > 250.0 else t
              for t in law(48, 1.0)]
    found = compare(data_of(trials), CHEAP)
    own = crushing_of(found).score("recipe", "logistic", SKILL)
    rate, = crushing_of(found).against("recipe", SKILL)
    assert own is not None
    assert own.low > 20.0
    assert (rate.model, rate.strength) == ("base_rate", REAL)
    groups = [row for row in found.tables()["compare_reliability"]
              if (row["model"], row["scheme"]) == ("logistic", "recipe")]
    assert sum(int(str(row["stacks"])) for row in groups) == 48


def test_one_crushed_stack_shows_no_model_to_foresee_crushing() -> None:
    """However many stayed intact; a model that did not see the one has nothing to show."""
    trials = [replace(t, outcome=CRUSHED) if t.number == 7 else t for t in law(30, 1.0)]
    options = replace(CHEAP, failure_baseline="threshold", failure_models=(
        "threshold", "base_rate", "logistic", "nearest_neighbour"))
    found = compare(data_of(trials), options)
    assert {d.strength for d in crushing_of(found).differences} == {TOO_FEW}
    told = sentences(found)
    assert any("Too few different recipes with a crushed stack (1) to tell it from" in s
               for s in told)
    assert not any("nan" in s for s in told)


def test_the_model_of_crushing_is_that_of_a_campaign(mixed: tuple[Trial, ...]) -> None:
    options = replace(CHEAP, failure_models=(), failure_baseline="threshold", refit_up_to=0,
                      blocks=2)
    one = crushing_of(compare(data_of(mixed), options))
    fold, said = one.schemes["lot"][0], one.said("lot", "threshold")
    assert said is not None
    models = fit_models(Problem(SPACE), [one.table.trials[i] for i in fold.train],
                        origin=one.table.origins[fold.origin])
    expected = models.crushing([one.table.trials[i].recipe for i in fold.test])
    assert said.numbers[0][list(fold.test)] == pytest.approx(expected)


def test_the_limits_decide_what_counts_as_crushed() -> None:
    trials = pressed(spread(24, seed=3))
    strict = replace(data_of(trials), limits=RiskLimits(crushed_above=0.02))
    assert compare(strict, CHEAP).crushing is not None
