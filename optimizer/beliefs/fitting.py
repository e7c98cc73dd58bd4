"""From trials to models: every model that a history can feed is fitted here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from pressloop.optimizer import physics_prior
from pressloop.optimizer.beliefs.belief import Belief
from pressloop.optimizer.history.earlier import useful_rows
from pressloop.optimizer.history.learned import learned_of
from pressloop.optimizer.history.reading_conditions import with_conditions
from pressloop.optimizer.history.subset import learned_from
from pressloop.optimizer.history.training import (
    Origin,
    Rows,
    Training,
    content_of,
    latest_origin,
    origin_for,
    training,
    untold,
)
from pressloop.optimizer.model_files import fit_failure, fit_model, fit_unknown, prior_of
from pressloop.optimizer.models import Models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.space import NAMES
from pressloop.surrogates.parts.rows import draws_kept
from pressloop.trials.outcome import KNOWN_MODES, Failed, FailureMode, Intact
from pressloop.trials.trial import Trial


def fit_models(problem: Problem, history: Sequence[Trial], earlier: Sequence[Trial] = (), *,
               origin: Origin | None = None) -> Models:
    """Fits every model that the history can feed. Deterministic, and blind to its order.

    `earlier` are trials of other campaigns. `origin` (lot, operator) is where the next stacks come
    from, by default where the newest stack of the history came from; what all stacks of another
    origin have in common is learned as theirs. Raises BadInput where a model cannot be fitted.
    """
    problem, conditions = _over(problem, history, earlier)
    space, choice = problem.space, problem.surrogate
    origin, stands_for = (origin_for(origin, [*history, *earlier]) if origin is not None else
                          (latest_origin(history) or latest_origin(earlier), ""))
    # More threads than these small matrices can use make everything slower; and whether an earlier
    # lot helps is then told by the same sums at the first call as at every other.
    torch.set_num_threads(1)
    learned, told = learned_from(history, earlier, space, origin, problem.objective.quantity)
    data = training(learned, space, problem.limits.crushed_above, origin,
                    problem.objective.quantities)
    data, notes = useful_rows(data, problem)
    kept = draws_kept(data.largest)
    found = {mode: fit_failure(choice, _readings(data, mode), data.labels[mode],
                               physics_prior.of_failure(space, mode, draws=kept))
             for mode in _feared(problem, data)}
    unknown = FailureMode.UNKNOWN
    found[unknown] = fit_unknown(choice, data.log_hazard.none, data.labels[unknown],
                                 physics_prior.of_failure(space, unknown, draws=kept))
    return Models(problem=problem, history=tuple(history), earlier=tuple(earlier), data=data,
                  log_resistance=fit_model(choice, data.log_resistance,
                                           prior_of(problem, data.scale, kept)),
                  failures={mode: model for mode, model in found.items() if model is not None},
                  notes=tuple(note for note in (stands_for, *conditions, told, *notes, untold(
                      [*history, *earlier], space)) if note), origin=origin,
                  learned=learned_of(learned, earlier, space, data.log_resistance.y.size),
                  others=tuple(Belief(scale, rows, fit_model(
                      choice, rows, prior_of(problem, scale, kept)))
                      for scale, rows in data.others))


def with_under_way(models: Models, history: Sequence[Trial]) -> Models | None:
    """The same models with other recipes under way; None where a stack was done with since.

    What `fit_models` gives for this history, without fitting anything. The trials of the history
    are told apart as objects, as a ledger keeps them."""
    if [t for t in models.history if not t.is_open] != [t for t in history if not t.is_open]:
        return None
    under_way = sorted((t for t in history if t.is_open and models.space.comparable(t.pressed)),
                       key=content_of)
    pending = models.space.encode([t.recipe for t in under_way])
    return replace(models, history=tuple(history), data=replace(models.data, pending=pending))


def _feared(problem: Problem, data: Training) -> tuple[FailureMode, ...]:
    """The known ways to fail that may happen.

    Of a process that no pressing varies, those that a stack has shown."""
    if problem.objective.pressing or any(name in NAMES for name in problem.space.free):
        return KNOWN_MODES
    return tuple(mode for mode in KNOWN_MODES
                 if (data.labels[mode].y > 0.0).any() or (
                     mode is FailureMode.CRUSHED and data.log_hazard.y.size))


def _over(problem: Problem, history: Sequence[Trial], earlier: Sequence[Trial]
          ) -> tuple[Problem, tuple[str, ...]]:
    """The problem over a space that holds every stack and every reading, and what is to be told.

    A stack that was pressed off a fixed variable teaches what that variable does, while recipes
    keep to it."""
    telling = [t.pressed for t in (*history, *earlier) if isinstance(t.outcome, (Intact, Failed))]
    space, notes = problem.space.over(telling), tuple[str, ...]()
    if problem.learn_conditions:
        space, notes = with_conditions(space, history, earlier, problem.compared_at)
    return (problem if space == problem.space else replace(problem, space=space)), notes


def _readings(data: Training, mode: FailureMode) -> Rows:
    return data.log_hazard if mode is FailureMode.CRUSHED else data.log_hazard.none
