"""Fits models fold by fold and predicts what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pressloop.optimizer.problem import Problem
from pressloop.studies.compare.contenders import (
    RESISTANCE,
    Contender,
    chance_of_crushing,
    fit_resistance,
)
from pressloop.studies.compare.validation import Fold, Table, thinned
from pressloop.studies.executor import Each
from pressloop.trials.checks import FloatArray, IntArray
from pressloop.trials.errors import BadInput
from pressloop.trials.trial import Trial

CHUNK, DEAR_CHUNK, CHUNK_ROWS = 20, 4, 20_000
"""Folds of one job: of cheap models, in large tables so many that they have CHUNK_ROWS together;
and of models whose cost grows with the cube of the rows."""


@dataclass(frozen=True, slots=True, eq=False)
class FoldJob:
    """One model on some folds of one scheme.

    The table comes without trials, which are heavy to send to another process; `trials` holds, by
    row, those that the model asks for."""

    model: Contender
    scheme: str
    table: Table
    trials: Mapping[int, Trial]
    folds: tuple[Fold, ...]
    problem: Problem


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a model says of the rows of one fold: `numbers` (k, rows), or None and why."""

    numbers: FloatArray | None
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a model says of all rows `index` (n,), ascending, that it could predict.

    `numbers` (k, n), which are mean, scale and degrees of freedom of ln R, or the chance of
    crushing."""

    model: str
    scheme: str
    index: IntArray
    numbers: FloatArray


@dataclass(frozen=True, slots=True)
class NotFitted:
    """A model that could not learn in `folds` of the folds, so that `stacks` stacks are missing."""

    what: str
    scheme: str
    model: str
    folds: int
    stacks: int
    why: str


Work = Callable[[FoldJob], tuple[Answer, ...]]


def predict_resistance(job: FoldJob) -> tuple[Answer, ...]:
    """Mean, scale and degrees of freedom of ln R for each fold."""
    model = job.model

    def one(fold: Fold) -> FloatArray:
        test, rows = np.array(fold.test), job.table.rows(fold.train, fold.origin)
        x, variance = job.table.x[test], job.table.variance[test]
        found = model.module.fit(rows.x, rows.y)(x) if model.yardstick \
            else fit_resistance(model.name, rows, job.problem).predict(x, variance)
        freedom = np.broadcast_to(np.asarray(found.freedom, dtype=np.float64), test.shape)
        return _sound(np.stack([found.mean, found.sd, freedom]), bool(np.all(found.sd > 0.0)))

    return tuple(_answer(one, fold) for fold in job.folds)


def predict_crushing(job: FoldJob) -> tuple[Answer, ...]:
    """Probability of crushing for each fold."""
    model, table = job.model, job.table

    def one(fold: Fold) -> FloatArray:
        train, x = np.array(fold.train), table.x[np.array(fold.test)]
        if model.yardstick:
            chance = model.module.fit(table.x[train], table.y[train])(x)
        else:
            trials = tuple(job.trials[i] for i in fold.train)
            chance = chance_of_crushing(model.name, trials, x, job.problem,
                                        table.origins[fold.origin])
        return _sound(chance[None], bool(np.all((chance >= 0.0) & (chance <= 1.0))))

    return tuple(_answer(one, fold) for fold in job.folds)


def jobs(table: Table, schemes: Mapping[str, Sequence[Fold]], contenders: Sequence[Contender],
         problem: Problem, *, most_rows: int, seed: int) -> tuple[FoldJob, ...]:
    """Every model on every fold, in parts.

    Models that are dear learn from at most `most_rows` rows, and come first, so that no process
    waits for the last of them."""
    found, bare = [], replace(table, trials=())
    for model in sorted(contenders, key=lambda one: not one.dear):
        size = DEAR_CHUNK if model.dear else max(1, min(CHUNK, CHUNK_ROWS // len(table)))
        for scheme, folds in schemes.items():
            learned_from = tuple(thinned(f, table, most_rows, seed) for f in folds) if model.dear \
                else folds
            found += [FoldJob(model, scheme, bare, _asked(model, table, part), part, problem)
                      for part in _parts(learned_from, size)]
    return tuple(found)


def collected(what: str, done: Sequence[FoldJob], each: Each, work: Work, called: str = ""
              ) -> tuple[tuple[Answers, ...], tuple[NotFitted, ...]]:
    """Does the jobs, and puts together what each model says in each scheme.

    `called` is what is predicted, for those who wait."""
    pairs: dict[tuple[str, str], list[tuple[Fold, Answer]]] = {}
    for job, answers in zip(done, each(work, done, f"predicting {called or what}"), strict=True):
        pairs.setdefault((job.model.name, job.scheme), []).extend(
            zip(job.folds, answers, strict=True))
    found = [_joined(model, scheme, all_) for (model, scheme), all_ in pairs.items()]
    missing = [one for (model, scheme), all_ in pairs.items()
               for one in _missing(what, model, scheme, all_)]
    return tuple(one for one in found if one is not None), tuple(missing)


def _parts(folds: Sequence[Fold], size: int) -> list[tuple[Fold, ...]]:
    return [tuple(folds[i:i + size]) for i in range(0, len(folds), size)]


def _asked(model: Contender, table: Table, folds: Sequence[Fold]) -> dict[int, Trial]:
    """Trials that a model of crushing learns from, which yardsticks do not ask for."""
    if model.yardstick or model.what == RESISTANCE:
        return {}
    return {i: table.trials[i] for i in sorted({i for fold in folds for i in fold.train})}


def _joined(model: str, scheme: str, all_: Sequence[tuple[Fold, Answer]]) -> Answers | None:
    known = [(fold.test, answer.numbers) for fold, answer in all_ if answer.numbers is not None]
    if not known:
        return None
    index = np.concatenate([np.array(test, dtype=np.int64) for test, _ in known])
    order = np.argsort(index, kind="stable")
    return Answers(model, scheme, index[order],
                   np.concatenate([numbers for _, numbers in known], axis=1)[:, order])


def _missing(what: str, model: str, scheme: str, all_: Sequence[tuple[Fold, Answer]]
             ) -> list[NotFitted]:
    """One for each reason, the folds of it counted."""
    reasons: dict[str, list[Fold]] = {}
    for fold, answer in all_:
        if answer.numbers is None:
            reasons.setdefault(answer.why, []).append(fold)
    return [NotFitted(what, scheme, model, len(folds), sum(len(f.test) for f in folds), why)
            for why, folds in reasons.items()]


def _answer(one: Callable[[Fold], FloatArray], fold: Fold) -> Answer:
    try:
        return Answer(one(fold))
    # A fit that fails is a finding about the model, not the end of the study.
    except (BadInput, ValueError, RuntimeError, ArithmeticError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return Answer(None, lines[0][:160].rstrip("."))


def _sound(numbers: FloatArray, inside: bool) -> FloatArray:
    if not inside or np.isnan(numbers).any() or np.isinf(numbers[:2]).any():
        raise ValueError("its predictions are no usable numbers")
    return numbers
