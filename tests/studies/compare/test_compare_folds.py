"""What is predicted was not learned from: recipes, lots and the future are kept apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.studies.compare.compare import compare
from pressloop.studies.compare.comparison import OFF
from pressloop.studies.compare.validation import (
    Table,
    drawn,
    forward,
    intact_table,
    leave_lot_out,
    leave_out,
    thinned,
)
from pressloop.trials.outcome import Intact
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from pressloop.views.study.words.compare import sentences
from tests.studies.compare.compared_tables import CHEAP, data_of, law, resistance_of
from tests.studies.stacks import SPACE, spread

pytestmark = pytest.mark.slow

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
