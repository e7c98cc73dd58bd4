"""The comparison on tables whose truth is known."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.compare.compare import Findings, Options, compare
from pressloop.studies.compare.comparison import OFF, SKILL, TYPICAL, ModelComparison
from pressloop.studies.compare.scores import coverage
from pressloop.studies.compare.validation import (
    Table,
    crush_table,
    drawn,
    forward,
    intact_table,
    leave_lot_out,
    leave_out,
    thinned,
)
from pressloop.studies.data import StudyData
from pressloop.studies.paired import NO_EVIDENCE, REAL, TOO_FEW
from pressloop.surrogates.yardsticks import Prediction
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from pressloop.views.study.compare import section
from pressloop.views.study.words.advice import settings_lines
from pressloop.views.study.words.compare import sentences
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow

CHEAP = Options(models=("linear", "mean"), baseline="linear",
                failure_models=("base_rate", "logistic"), failure_baseline="logistic",
                resamples=400)
CRUSHED = Failed(FailureMode.CRUSHED, "seen under the microscope")
BAYESIAN = ("posterior", "prior ", "gaussian", "acquisition", "log predictive", "likelihood",
            "hyperparameter", "brier")


def law(n: int, slope: float, seed: int = 1, scatter: float = 0.1) -> tuple[Trial, ...]:
    """Stacks whose ln R is linear in ln pressure and -1/T."""
    noise = np.random.default_rng(seed).standard_normal(n)
    recipes = spread(n, seed=seed)
    log_r = 3.0 - slope * SPACE.encode(recipes) @ np.array([1.0, 0.0, 0.5]) + scatter * noise
    return tuple(Trial(i, Stack(f"s{i}", "lot", "anna", 0.785, 600.0), recipe, State.EVALUATED,
                       outcome=Intact(float(np.exp(value))))
                 for i, (recipe, value) in enumerate(zip(recipes, log_r, strict=True), 1))


def data_of(trials: Sequence[Trial]) -> StudyData:
    return StudyData("a test", tuple(trials), SPACE)


def resistance_of(found: Findings) -> ModelComparison:
    assert found.resistance is not None
    return found.resistance


def crushing_of(found: Findings) -> ModelComparison:
    assert found.crushing is not None
    return found.crushing


def test_on_a_linear_law_the_mean_is_worse_and_the_verdict_says_so() -> None:
    found = compare(data_of(law(32, 2.0)), CHEAP)
    one, = resistance_of(found).against("recipe", OFF)
    assert (one.model, one.strength) == ("mean", REAL)
    assert one.low > 10.0
    assert any("Worse than the straight-line response surface, and the difference is real: mean of "
               "all stacks" in s for s in sentences(found))
    own = resistance_of(found).score("recipe", "linear", OFF)
    assert own is not None
    assert own.low < 10.5 < own.high, "a scatter of 0.1 is 10.5 %"


def test_on_noise_nothing_is_better_than_the_mean() -> None:
    options, strengths = replace(CHEAP, baseline="mean"), []
    for seed in range(6):
        found = compare(data_of(law(14, 0.0, seed=seed)), options)
        one, = resistance_of(found).against("recipe", OFF)
        strengths.append(one.strength)
        assert one.value > 0.0 or one.strength == NO_EVIDENCE
        assert (one.strength == NO_EVIDENCE) is any(
            s.startswith("No evidence of a difference: straight-line") for s in sentences(found))
    assert strengths.count(NO_EVIDENCE) >= 4


def test_a_handful_of_stacks_proves_nothing() -> None:
    found = compare(data_of(law(5, 3.0)), replace(CHEAP, models=("nearest_neighbour",),
                                                  baseline="mean"))
    assert {d.strength for d in resistance_of(found).against("recipe", OFF)} == {TOO_FEW}
    assert any("Too few different recipes (5)" in s for s in sentences(found))


def test_below_four_stacks_nothing_is_compared() -> None:
    found = compare(data_of(law(3, 1.0)), CHEAP)
    assert (found.resistance, found.crushing) == (None, None)
    assert "needs 4 intact stacks, there are 3" in sentences(found)[0]
    assert all(not rows for rows in found.tables().values())


@pytest.fixture(scope="module")
def mixed() -> tuple[Trial, ...]:
    """Two simulated lots, intact, crushed and delaminated."""
    return (*pressed(spread(12, seed=1), lot="A"),
            *pressed(spread(12, seed=2), lot="B", seed=5, first=13))


def test_order_and_processes_change_nothing(mixed: tuple[Trial, ...]) -> None:
    shuffled = tuple(mixed[i] for i in np.random.default_rng(0).permutation(len(mixed)))
    expected = compare(data_of(mixed), CHEAP).tables()
    _same(compare(data_of(shuffled), CHEAP).tables(), expected)
    _same(compare(data_of(mixed), CHEAP, each=_elsewhere).tables(), expected)


def _elsewhere(work: Callable, jobs: Sequence, what: str) -> Iterator:
    """The last job first, each job and each result sent as to another process."""
    done = [pickle.loads(pickle.dumps(work(pickle.loads(pickle.dumps(job)))))  # noqa: S301
            for job in reversed(jobs)]
    yield from reversed(done)


def _same(found: dict, expected: dict) -> None:
    assert repr(found) == repr(expected)


def test_stacks_of_equal_content_may_change_places() -> None:
    trials = law(16, 1.0)
    twins = [replace(trials[0], number=n) for n in (20, 21)]
    first, second = ([*trials[:3], *twins, *trials[3:]], [*trials[:3], *twins[::-1], *trials[3:]])
    _same(compare(data_of(first), CHEAP).tables(), compare(data_of(second), CHEAP).tables())


def test_a_failed_stack_never_gets_a_resistance(mixed: tuple[Trial, ...]) -> None:
    found = compare(data_of(mixed), CHEAP)
    intact = {t.number for t in mixed if isinstance(t.outcome, Intact)}
    measured = {row["trial"] for row in found.tables()["compare_predictions"]}
    assert measured == intact
    assert len(intact) < len(mixed)
    crushed = {row["trial"] for row in found.tables()["compare_chances"] if row["crushed"]}
    assert crushed
    assert not crushed & intact


def test_a_model_that_cannot_learn_is_named_with_its_reason() -> None:
    options = replace(CHEAP, models=("mean", "quadratic"))
    found = compare(data_of(law(12, 1.0)), options)
    missing = [row for row in found.tables()["compare_not_fitted"]
               if row["model"] == "quadratic" and row["scheme"] == "forward"]
    assert sum(int(str(row["stacks"])) for row in missing) == 6
    assert all("needs 11 stacks" in str(row["why"]) for row in missing)
    assert any("the quadratic response surface could not be fitted" in s for s in sentences(found))
    assert resistance_of(found).score("recipe", "quadratic", OFF) is not None


def test_a_stack_pressed_off_a_fixed_variable_is_told_of() -> None:
    space = replace(SPACE, dwell_s=(60.0, 60.0))
    trials = [replace(t, recipe=replace(t.recipe, dwell_s=60.0 if t.number > 2 else 300.0))
              for t in law(12, 1.0)]
    found = compare(replace(data_of(trials), space=space), CHEAP)
    assert {row["trial"] for row in found.tables()["compare_predictions"]} == set(range(3, 13))
    assert any(s.startswith("2 stacks are left out") for s in sentences(found))


def test_the_worst_stack_is_named() -> None:
    trials = list(law(16, 1.0))
    trials[4] = replace(trials[4], outcome=Intact(5000.0))
    found = compare(data_of(trials), CHEAP)
    typical, square = (resistance_of(found).score("recipe", "linear", s) for s in (TYPICAL, OFF))
    assert typical is not None and square is not None
    assert typical.value < 100.0 < 0.5 * square.value, "one wild stack is not typical"
    assert any(s.startswith("Most of the root mean square is one stack, trial 5 ")
               for s in sentences(found))


def test_an_interval_that_tells_nothing_is_named() -> None:
    options = replace(CHEAP, models=("nearest_neighbour", "mean"), baseline="nearest_neighbour")
    wild = [replace(t, outcome=Intact(float(10.0 ** (t.number % 7)))) for t in law(16, 1.0)]
    words = " ".join(sentences(compare(data_of(wild), options)))
    assert "The widest of these intervals, of trial " in words
    assert "knows next to nothing" in words
    assert "widest" not in " ".join(sentences(compare(data_of(law(32, 2.0)), CHEAP)))


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


def test_who_learned_from_more_stacks_is_told() -> None:
    options = replace(CHEAP, models=("plain_gp", "linear"), baseline="plain_gp", refit_up_to=20,
                      blocks=2, most_rows=20)
    words = " ".join(sentences(compare(data_of(law(64, 1.0)), options)))
    assert "which learned from 20 stacks at most," in words
    assert "learned from all stacks" in words


LAB = '''"""A lab's own models: one knows the law of these stacks, the other one nothing."""
import torch
from botorch.models.model import Model
from botorch.posteriors import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal


class Line(Model):
    num_outputs = 1
    batch_shape = torch.Size([])

    def posterior(self, X, observation_noise=False, **_):
        mean = 3.0 - SLOPE * X @ X.new_tensor([1.0, 0.0, 0.5])
        variance = torch.full_like(mean, 0.02 if observation_noise else 0.01)
        return GPyTorchPosterior(MultivariateNormal(mean, torch.diag_embed(variance)))


def fit(data, prior, *, seed=0):
    return Line()
'''


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lab_with_models"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name, slope in (("knowing", 2.0), ("blind", 0.0)):
        (folder / f"{name}.py").write_text(f"{LAB}\nSLOPE = {slope}\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("lab")
def test_the_best_model_that_can_be_set_ends_the_report() -> None:
    options = replace(CHEAP, models=("mean",), baseline="lab_with_models.blind",
                      own_models=("lab_with_models.knowing",))
    data = data_of(law(32, 2.0))
    found = compare(data, options)
    assert settings_lines(found) == '[surrogate]\nmodel = "lab_with_models.knowing"'
    assert sentences(found)[-1].endswith('[surrogate] model = "lab_with_models.knowing"')
    assert any("the model lab_with_models.knowing is the best of those" in s
               for s in sentences(found))
    lines = settings_lines(found).replace('"', "&quot;")
    assert lines in str(section(found, data)).replace("&#34;", "&quot;")


@pytest.mark.usefixtures("lab")
def test_a_model_that_nothing_beats_is_kept() -> None:
    options = replace(CHEAP, models=("mean",), baseline="lab_with_models.knowing",
                      own_models=("lab_with_models.blind",))
    found = compare(data_of(law(32, 2.0)), options)
    assert settings_lines(found) == '[surrogate]\nmodel = "lab_with_models.knowing"'
    assert any("than the model lab_with_models.knowing: keep it." in s for s in sentences(found))


@pytest.mark.usefixtures("lab")
def test_a_yardstick_that_wins_is_told_but_never_set() -> None:
    options = replace(CHEAP, models=("linear",), baseline="lab_with_models.blind",
                      own_models=("pressloop.surrogates.models.plain_gp",))
    found = compare(data_of(law(12, 2.0)), options)
    assert "linear" not in settings_lines(found)
    assert any(s.startswith("The straight-line response surface predicts really better")
               for s in sentences(found))


def test_nothing_is_to_be_set_where_only_yardsticks_were_compared() -> None:
    assert not settings_lines(compare(data_of(law(12, 2.0)), CHEAP))


FEW = st.integers(0, 3)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Stacks of a few recipes, lots and operators, in any order of time."""
    recipes = spread(4)
    what = draw(st.lists(st.tuples(FEW, FEW, st.integers(0, 1)), min_size=2, max_size=14))
    numbers = draw(st.permutations(range(len(what))))
    return intact_table([
        Trial(number, Stack(f"s{number}", f"lot {lot}", f"operator {who}", 1.0, 600.0),
              recipes[recipe], State.EVALUATED, outcome=Intact(10.0 + number))
        for number, (recipe, lot, who) in zip(numbers, what, strict=True)], SPACE)


@given(tables(), st.sampled_from(["recipe", "stack"]), st.sampled_from([0, 80]))
@settings(max_examples=60, deadline=None)
def test_what_is_predicted_was_not_learned_from(table: Table, what: str, refit_up_to: int) -> None:
    folds = leave_out(table, what, refit_up_to=refit_up_to, blocks=2, seed=0)
    unit = table.recipe if what == "recipe" else np.arange(len(table))
    for fold in folds:
        assert not set(unit[list(fold.train)]) & set(unit[list(fold.test)])
        assert set(table.origin[list(fold.test)]) == {fold.origin}
    tested = sorted(row for fold in folds for row in fold.test)
    assert tested == (list(range(len(table))) if len(np.unique(unit)) > 1 else [])


@given(tables())
@settings(max_examples=60, deadline=None)
def test_a_lot_is_never_learned_from_and_predicted_at_once(table: Table) -> None:
    folds = leave_lot_out(table)
    assert len(folds) == (len(table.lots) if len(table.lots) > 1 else 0)
    for fold in folds:
        assert not set(table.lot[list(fold.train)]) & set(table.lot[list(fold.test)])
        assert fold.origin not in table.origin[list(fold.train)]


@given(tables(), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_nothing_is_learned_from_the_future(table: Table, blocks: int) -> None:
    folds = forward(table, blocks=blocks)
    for fold in folds:
        assert table.number[list(fold.train)].max() < table.number[list(fold.test)].min()
    tested = [row for fold in folds for row in fold.test]
    assert len(tested) == len(set(tested)) == max(len(table) - 5, 0)


def test_dear_models_learn_from_few_rows_half_of_them_their_own() -> None:
    table = intact_table([replace(t, stack=replace(t.stack, lot="B" if t.number > 20 else "A"))
                          for t in law(100, 1.0)], SPACE)
    fold = forward(table, blocks=4)[-1]
    few = thinned(fold, table, 30, seed=0)
    assert len(few.train) == 30
    assert set(few.train) <= set(fold.train)
    assert few.test == fold.test
    assert np.sum(table.origin[list(few.train)] == fold.origin) >= 15
    assert thinned(fold, table, 30, seed=0) == few
    assert len(drawn(forward(table, blocks=9), 3, seed=0)) == 3


def test_large_tables_are_left_out_in_groups_and_say_so() -> None:
    options = replace(CHEAP, refit_up_to=20, blocks=4, most_rows=20)
    found = compare(data_of(law(64, 1.0)), options)
    assert len(resistance_of(found).schemes["recipe"]) == 4
    assert any("the 64 stacks were left out in 4 random groups" in s for s in sentences(found))


def test_replicates_are_left_out_together_unless_asked_otherwise() -> None:
    trials = [replace(t, recipe=law(8, 0.0)[t.number % 8].recipe) for t in law(32, 0.0)]
    by_recipe = compare(data_of(trials), CHEAP)
    by_stack = compare(data_of(trials), replace(CHEAP, leave_out="stack"))
    assert len(resistance_of(by_recipe).schemes["recipe"]) == 8
    assert len(resistance_of(by_stack).schemes["stack"]) == 32
    assert {d.clusters for d in resistance_of(by_stack).against("stack", OFF)} == {8}


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


def test_the_stated_intervals_of_the_default_model_hold_on_simulated_stacks() -> None:
    """Over four tables with other lots; 95 % within what 100 stacks can tell."""
    options = replace(CHEAP, models=(), baseline="", refit_up_to=0)
    inside = of = 0
    for seed in range(4):
        found = compare(data_of(pressed(spread(40, seed=seed), seed=seed)), options)
        said = resistance_of(found).said("recipe", "physics_gp")
        assert said is not None
        share = coverage(resistance_of(found).table.y[said.index], Prediction(*said.numbers), 0.95)
        inside, of = inside + share.count, of + share.of
    assert of > 80
    assert 0.90 <= inside / of <= 1.0


def test_the_section_is_in_plain_words(mixed: tuple[Trial, ...]) -> None:
    found = compare(data_of(mixed), CHEAP)
    html = section(found, data_of(mixed))
    words = html.split('type="application/json"', maxsplit=1)[0].lower()
    assert "predicted against measured, each stack predicted without itself" in words
    assert "of the stacks given a chance of crushing, how many were crushed?" in html.lower()
    assert not [word for word in BAYESIAN if word in words or word in str(sentences(found)).lower()]
    assert "nan" not in words.replace("pennant", "").split()


def test_the_section_says_what_is_missing() -> None:
    found = compare(data_of(law(8, 1.0)), CHEAP)
    assert "no stack was crushed" in section(found, data_of(law(8, 1.0)))
    nothing = compare(data_of(law(2, 1.0)), CHEAP)
    assert "needs 4 intact stacks, there are 2" in section(nothing, data_of(law(2, 1.0)))


def test_the_limits_decide_what_counts_as_crushed() -> None:
    trials = pressed(spread(24, seed=3))
    strict = replace(data_of(trials), limits=RiskLimits(crushed_above=0.02))
    assert compare(strict, CHEAP).crushing is not None
