"""Every objective of the folder keeps the same promises; and each does what it says."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import torch
from asked import fitted, proposed, recommended

from pressloop.optimizer import RiskLimits, Search, Space, objectives
from pressloop.optimizer.cost import Cost
from pressloop.optimizer.objectives import Objective, named_objective
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.plugins import file_names
from pressloop.trials.quantity import RESISTANCE
from pressloop.trials.recipe import Recipe

pytestmark = pytest.mark.slow

NAMES = file_names(objectives)
OPTIONS = {"threshold": {"resistance_ohm_cm2": 60.0},
           "measured": {"measured": (replace(RESISTANCE, goal="target", target=60.0),)}}
"""Keys without a default."""
SAFE, HARM = Damage(0.005, 0.003), Damage(0.3, 0.01)


def made(name: str, **options) -> Objective:
    return named_objective(name, OPTIONS.get(name, {}) | options)


@pytest.fixture(scope="module")
def models(learned, space):
    return fitted(learned, space, RiskLimits())


def test_all_are_there():
    assert {"conductivity", "stability", "threshold", "pareto"} <= set(NAMES)
    assert named_objective() == made("conductivity")


@pytest.mark.parametrize("name", NAMES)
class TestEvery:
    def test_offset_is_finite_and_of_one_point_alone(self, name, models, space):
        objective = made(name)
        points = torch.from_numpy(np.random.default_rng(1).uniform(size=(40, 3)))
        offset = objective.offset(models, points)
        assert offset.shape == (40,) and bool(torch.isfinite(offset).all())
        alone = torch.cat([objective.offset(models, x.unsqueeze(0)) for x in points])
        assert torch.allclose(offset, alone, atol=1e-6)

    def test_gain_is_never_negative(self, name, models):
        points = torch.from_numpy(np.random.default_rng(2).uniform(size=(60, 3)))
        for pending in (points[:0], points[:2]):
            gain = made(name).gain(models, points, pending)
            assert gain is None or (gain.shape == (60,) and float(gain.min()) >= 0.0)
            assert gain is None or float(gain.max()) > 0.0

    def test_recommends_what_keeps_the_limits(self, name, models, space):
        x, cautious = made(name).recommend(models)
        recipe = space.decode(x.numpy())
        assert cautious and space.contains(recipe)
        assert models.crushing([recipe])[0] <= models.limits.max_crush_probability + 0.01

    def test_same_history_in_any_order_same_proposals(self, name, learned, space):
        shuffled = learned.copy()
        random.Random(3).shuffle(shuffled)
        one, other = (proposed(h, space, objective=made(name), count=2, seed=4)
                      for h in (learned, shuffled))
        assert one == other
        assert len({p.recipe for p in one}) == 2

    def test_proposes_before_the_first_intact_stack(self, name, space, trial):
        history = [trial(Recipe(p, 60.0, 60.0), Failed(FailureMode.CRUSHED, "broke", HARM))
                   for p in (300.0, 400.0, 450.0)]
        for search in (Search(), Search(start_with=0)):
            proposal, = proposed(history, space, objective=made(name), search=search)
            assert space.contains(proposal.recipe)

    @pytest.mark.parametrize("bounds", [
        ((50.0, 500.0), (60.0, 60.0), (90.0, 90.0)),
        ((250.0, 250.0), (10.0, 1800.0), (25.0, 140.0))])
    def test_fixed_variables(self, name, bounds, simulated):
        small = Space(*bounds)
        proposal, = proposed(simulated(10, of=small), small, objective=made(name))
        assert small.contains(proposal.recipe)

    def test_unknown_option_is_refused(self, name):
        for key in ("resistence", "cost", "focus"):
            with pytest.raises(BadInput, match=rf"objective\.{key}"):
                made(name, **{key: 1.0})


@pytest.mark.parametrize("name", ["conductivty", "", ".stability", "no.such.module", "os.path"])
def test_unknown_focus_is_refused(name):
    with pytest.raises(BadInput, match=r"objective\.focus.*stability"):
        named_objective(name)


@pytest.mark.parametrize(("name", "options"), [
    ("threshold", {}), ("threshold", {"resistance_ohm_cm2": 0.0}),
    ("threshold", {"resistance_ohm_cm2": "low"}),
    ("threshold", {"resistance_ohm_cm2": float("nan")}),
    ("stability", {"min_dwell_s": -1.0}), ("stability", {"margin": 1.5})])
def test_useless_options_are_refused(name, options):
    with pytest.raises(BadInput, match=r"objective\.\w+ = "):
        named_objective(name, options)


def test_objective_outside_the_project(monkeypatch, learned, space):
    """Longer dwells are preferred: one offset, in a module of the lab's own."""
    class Focus(Objective):
        def offset(self, models, points):
            return -5.0 * points[:, 1]

    module = ModuleType("our.goals")
    module.Focus = Focus
    monkeypatch.setitem(sys.modules, "our", ModuleType("our"))
    monkeypatch.setitem(sys.modules, "our.goals", module)
    ours = named_objective("our.goals")
    found = [space.decode(o.recommend(fitted(learned, space, RiskLimits()))[0].numpy())
               for o in (Objective(), ours)]
    assert found[1].dwell_s > found[0].dwell_s


def sloped(trial, space, effect, seed=5, stacks=24):
    """Intact stacks whose resistance is 40 exp(effect . x), x in the unit cube."""
    draw = np.random.default_rng(seed)
    history = []
    for x in draw.uniform(size=(stacks, 3)):
        recipe = space.decode(x)
        read = 40.0 * float(np.exp(x @ effect + 0.02 * draw.standard_normal()))
        history.append(trial(recipe, Intact(read, 0.01 * read, damage=SAFE)))
    return history


class TestStability:
    def test_a_short_dwell_loses_although_it_conducts_better(self, trial, space):
        history = sloped(trial, space, np.array([0.0, 0.6, 0.0]))
        models = fitted(history, space, RiskLimits())
        plain, _ = made("conductivity").recommend(models)
        stable, _ = made("stability", min_dwell_s=300.0).recommend(models)
        assert space.decode(plain.numpy()).dwell_s < 60.0
        assert 299.0 <= space.decode(stable.numpy()).dwell_s < 600.0

    def test_recommends_with_a_margin_in_pressure(self, trial):
        """Stacks part below 130 MPa; resistance is lowest just above."""
        line = Space((50.0, 500.0), (60.0, 60.0), (25.0, 25.0))
        history = [trial(Recipe(p, 60.0, 25.0), Failed(FailureMode.DELAMINATED, "open"))
                   for p in (60.0, 90.0, 110.0, 120.0, 125.0)]
        history += [trial(Recipe(p, 60.0, 25.0), Intact(0.3 * p, 0.4, damage=SAFE))
                    for p in (132.0, 135.0, 140.0, 150.0, 180.0, 200.0, 250.0, 300.0, 400.0)]
        models = fitted(history, line, RiskLimits())
        pressures, chances = [], []
        for margin in (0.0, 0.2, 0.35):
            x, _ = made("stability", margin=margin).recommend(models)
            pressures.append(line.decode(x.numpy()).pressure_mpa)
            less = Recipe(pressures[-1] * (1.0 - margin), 60.0, 25.0)
            chances.append(float(models.failing([less])[0]))
        assert pressures == sorted(set(pressures))
        assert max(chances) <= models.limits.max_failure_probability + 0.01

    def test_resistance_decides_among_recipes_that_have_the_margin(self, models, space):
        sound = models.unit([Recipe(250.0, 120.0, 90.0), Recipe(300.0, 600.0, 100.0)])
        assert made("stability").offset(models, sound).tolist() == [0.0, 0.0]

    def test_missing_more_is_worse(self, models):
        short = models.unit([Recipe(250.0, d, 90.0) for d in (15.0, 30.0, 59.0, 60.0)])
        offset = made("stability").offset(models, short).tolist()
        assert offset == sorted(offset, reverse=True)
        assert offset[2] >= 10.0 > offset[3] == 0.0

    def test_a_dwell_beyond_the_space_is_refused(self, space):
        with pytest.raises(BadInput, match=r"min_dwell_s.*1800"):
            proposed([], space, objective=made("stability", min_dwell_s=3600.0))


class TestThreshold:
    def test_recommends_the_cheapest_that_reaches_it(self, trial, space):
        """Resistance falls with pressure, which is cheap, and with heat, which is dear."""
        history = sloped(trial, space, np.array([-0.6, 0.0, -0.6]), stacks=40)
        models = fitted(history, space, RiskLimits())
        best, _ = made("conductivity").recommend(models)
        minutes, reached = [], []
        for threshold in (16.0, 24.0, 60.0):
            goal = made("threshold", resistance_ohm_cm2=threshold)
            x, _ = goal.recommend(models)
            minutes.append(float(Cost().cycle(space, x.numpy()[None])[0]))
            reached.append(bool(goal.reached(models, x.unsqueeze(0))[0]))
        assert reached[1:] == [True, True]
        assert minutes[0] > minutes[1] > minutes[2]
        assert minutes[2] < 42.0 < float(Cost().cycle(space, best.numpy()[None])[0])

    def test_out_of_reach_it_recommends_what_comes_nearest(self, models, space):
        goal = made("threshold", resistance_ohm_cm2=0.01)
        x, _ = goal.recommend(models)
        plain, _ = made("conductivity").recommend(models)
        there = models.resistance([space.decode(v.numpy()) for v in (x, plain)])
        assert not bool(goal.reached(models, x.unsqueeze(0))[0])
        assert there.median[0] < 1.25 * there.median[1]

    def test_out_of_reach_the_search_still_goes_for_low_resistance(self, learned, space):
        goals = (made("threshold", resistance_ohm_cm2=0.01), made("conductivity"))
        far, plain = (proposed(learned, space, objective=goal)[0] for goal in goals)
        assert far.predicted["expected_gain"] > 0.1 * plain.predicted["expected_gain"] > 0.0


class TestPareto:
    def test_no_recipe_of_the_front_beats_another(self, models, space):
        front = made("pareto").front(models)
        assert 3 <= len(front) <= 12
        resistance, minutes = [[getattr(t, name) for t in front]
                               for name in ("resistance_ohm_cm2", "minutes")]
        assert resistance == sorted(resistance)
        assert minutes == sorted(minutes, reverse=True)
        assert all(t.nonuniformity is None and space.contains(t.recipe) for t in front)
        assert all(models.crushing([t.recipe])[0] <= models.limits.max_crush_probability
                   for t in front)

    def test_evenness_takes_part_where_it_is_read(self, trial, space):
        draw = np.random.default_rng(6)
        history = []
        for x in draw.uniform(size=(24, 3)):
            read = 40.0 * float(np.exp(-0.8 * x[0] + 0.02 * draw.standard_normal()))
            uneven = 0.05 * float(np.exp(1.5 * x[0] + 0.1 * draw.standard_normal()))
            history.append(trial(space.decode(x), Intact(read, 0.01 * read, damage=SAFE,
                                                         nonuniformity=uneven)))
        front = made("pareto").front(fitted(history, space, RiskLimits()))
        by_resistance = [t.nonuniformity for t in front]
        assert by_resistance[0] > by_resistance[-1] > 0.0
        proposal, = proposed(history, space, objective=made("pareto"))
        assert space.contains(proposal.recipe)

    def test_recommends_a_compromise(self, models, space):
        cost = Cost()
        x, _ = made("pareto").recommend(models)
        plain, _ = made("conductivity").recommend(models)
        assert cost.cycle(space, x.numpy()[None])[0] < cost.cycle(space, plain.numpy()[None])[0]


@pytest.mark.parametrize("name", NAMES)
def test_recommends_what_the_objective_does(name, learned, space, models):
    objective = made(name)
    found = recommended(learned, space, objective=objective)
    # What measured quantities are wanted for is known to the models that were fitted for them.
    own = models if objective.pressing else fitted(learned, space, RiskLimits(),
                                                   objective=objective)
    assert found.recipe == space.decode(objective.recommend(own)[0].numpy())
    for free in space.free:
        low, high = getattr(found.region, free)
        assert low <= getattr(found.recipe, free) <= high
