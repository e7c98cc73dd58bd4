"""The comparison on tables whose truth is known."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pressloop.studies.compare.compare import compare
from pressloop.studies.compare.comparison import OFF, TYPICAL
from pressloop.studies.compare.scores import coverage
from pressloop.studies.paired import NO_EVIDENCE, REAL, TOO_FEW
from pressloop.surrogates.yardsticks import Prediction
from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial
from pressloop.views.study.compare import section
from pressloop.views.study.words.compare import sentences
from tests.studies.compare.compared_tables import CHEAP, data_of, law, resistance_of
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow

BAYESIAN = ("posterior", "prior ", "gaussian", "acquisition", "log predictive", "likelihood",
            "hyperparameter", "brier")


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


def test_who_learned_from_more_stacks_is_told() -> None:
    options = replace(CHEAP, models=("plain_gp", "linear"), baseline="plain_gp", refit_up_to=20,
                      blocks=2, most_rows=20)
    words = " ".join(sentences(compare(data_of(law(64, 1.0)), options)))
    assert "which learned from 20 stacks at most," in words
    assert "learned from all stacks" in words


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
