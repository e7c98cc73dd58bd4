"""One comparison: what every model said, how good that was, and how the models differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pressloop.studies import paired
from pressloop.studies.compare import scores
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE
from pressloop.studies.compare.jobs import Answers, NotFitted
from pressloop.studies.compare.validation import SCHEMES, Fold, Table
from pressloop.studies.paired import (
    Difference,
    Losses,
    bootstrap,
    bootstrap_median,
    clusters_of,
    differences,
    interval,
)
from pressloop.surrogates.yardsticks import Prediction
from pressloop.trials.checks import FloatArray, IntArray

OFF, DENSITY, SKILL = "root_mean_square_off_percent", "surprise_nats", "skill_percent"
"""Scores that models are compared by: how far off, how much was measured against the stated odds,
and how much of the guesswork about crushing is taken away."""
TYPICAL = "typically_off_percent"
"""What half of the predictions are nearer than: unlike the root mean square, no single stack can
make it large."""
FEWEST = 4
"""Stacks with a known answer below which nothing is compared."""


@dataclass(frozen=True, slots=True)
class Score:
    """One number of one model in one scheme over so many stacks.

    With its 95 % interval where it has one (NaN where not)."""

    scheme: str
    model: str
    score: str
    value: float
    low: float
    high: float
    stacks: int


@dataclass(frozen=True, slots=True, eq=False)
class ModelComparison:
    """Everything about one question: RESISTANCE or CRUSHING.

    `schemes` are its folds, `groups` how many there were before some were drawn; `answers` and
    `table` share their row numbers."""

    what: str
    baseline: str
    titles: dict[str, str]
    usable: frozenset[str]
    """Models that campaigns can use."""
    table: Table
    schemes: dict[str, tuple[Fold, ...]]
    groups: dict[str, int]
    answers: tuple[Answers, ...]
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    not_fitted: tuple[NotFitted, ...]
    row_word: str = "trial"
    most_rows: int = 0
    """Rows that the models `thin` learned from at most; there are none where all learned from all.
    """
    thin: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What is predicted: the resistance, crushing, or another quantity by its name."""
        of = self.table.scale.quantity
        return self.what if self.what != RESISTANCE or of.is_resistance else of.name

    @property
    def asked(self) -> tuple[str, ...]:
        """Its schemes, the most telling first."""
        return tuple(s for s in SCHEMES if s in self.schemes)

    def score(self, scheme: str, model: str, name: str) -> Score | None:
        """One score; None where the model predicted nothing."""
        return next((s for s in self.scores
                     if (s.scheme, s.model, s.score) == (scheme, model, name)), None)

    def said(self, scheme: str, model: str) -> Answers | None:
        """What a model said; None where it predicted nothing."""
        return next((a for a in self.answers if (a.scheme, a.model) == (scheme, model)), None)

    def against(self, scheme: str, score: str) -> tuple[Difference, ...]:
        """Differences to the baseline by one score."""
        return tuple(d for d in self.differences if (d.scheme, d.score) == (scheme, score))


def losses_of(what: str, table: Table, answers: Answers) -> dict[str, FloatArray]:
    """Losses per predicted row, by the score whose mean they make.

    Shape (k,) each, k being the rows that were predicted."""
    y, numbers = table.y[answers.index], answers.numbers
    if what == CRUSHING:
        return {SKILL: scores.brier(y, numbers[0])}
    found = Prediction(*numbers)
    return {OFF: scores.squared(y, found), DENSITY: scores.surprise(y, found)}


def _told(score: str, y: FloatArray) -> paired.Told:
    """From the mean of a loss to the number that a person is told."""
    if score == OFF:
        return scores.off_percent
    return partial(scores.skill_percent, crushed=y) if score == SKILL else np.asarray


def scores_of(what: str, table: Table, answers: Answers, *, resamples: int, seed: int
              ) -> list[Score]:
    """All scores of one model in one scheme."""
    y, cluster = table.y[answers.index], _clusters(table)[answers.index]
    key = (answers.scheme, answers.model)
    found = []
    for name, loss in losses_of(what, table, answers).items():
        means = bootstrap(loss[:, None], cluster, resamples=resamples, seed=seed)[:, 0]
        told = _told(name, y)
        ends = interval(told(means), len(np.unique(cluster)))
        found.append(Score(*key, name, float(told(loss.mean())), *ends, len(y)))
    if what != CRUSHING:
        found.append(_typical(key, np.abs(y - answers.numbers[0]), cluster, resamples, seed))
    more = _crush_scores(y, answers.numbers[0]) if what == CRUSHING \
        else _interval_scores(y, Prediction(*answers.numbers))
    return found + [Score(*key, name, value, low, high, len(y))
                    for name, (value, low, high) in more.items()]


def _typical(key: tuple[str, str], gap: FloatArray, cluster: IntArray, resamples: int, seed: int
             ) -> Score:
    """The median of gaps (n,) of ln R."""
    medians = bootstrap_median(gap, cluster, resamples=resamples, seed=seed)
    ends = interval(scores.as_percent(medians), len(np.unique(cluster)))
    middle = scores.as_percent(np.median(gap, keepdims=True))
    return Score(*key, TYPICAL, float(middle[0]), *ends, gap.size)


def _interval_scores(y: FloatArray, found: Prediction) -> dict[str, tuple[float, float, float]]:
    inside = {level: scores.coverage(y, found, level) for level in scores.LEVELS}
    return {"rmse_ln_resistance": _bare(np.sqrt(scores.squared(y, found).mean())),
            "mean_log_density_nats": _bare(found.log_density(y).mean()),
            "width_95_factor": _bare(scores.width_factor(found)),
            **{f"coverage_{100 * level:.0f}": (s.value, s.low, s.high)
               for level, s in inside.items()}}


def _crush_scores(y: FloatArray, chance: FloatArray) -> dict[str, tuple[float, float, float]]:
    return {"brier": _bare(scores.brier(y, chance).mean()),
            "log_loss_nats": _bare(scores.log_loss(y, chance).mean())}


def _bare(value: float) -> tuple[float, float, float]:
    return float(value), float("nan"), float("nan")


def differences_of(what: str, table: Table, answers: Sequence[Answers], baseline: str, *,
                   resamples: int, seed: int) -> list[Difference]:
    """Of one scheme: every model against the baseline, by every score they are compared by."""
    losses: dict[str, dict[str, Losses]] = {}
    for one in answers:
        for score, loss in losses_of(what, table, one).items():
            losses.setdefault(score, {})[one.model] = Losses(one.index, loss)
    return [d for score, by_model in losses.items() for d in differences(
        by_model, baseline, _clusters(table), _told(score, _predicted_y(table, by_model, baseline)),
        scheme=answers[0].scheme, score=score, resamples=resamples, seed=seed,
        outcome=table.y if what == CRUSHING else None)]


def _predicted_y(table: Table, by_model: Mapping[str, Losses], baseline: str) -> FloatArray:
    return table.y[by_model[baseline].index] if baseline in by_model else table.y


def _clusters(table: Table) -> IntArray:
    return clusters_of(table.lot, table.recipe)
