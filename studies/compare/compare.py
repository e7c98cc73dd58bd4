"""Which model predicts these stacks best, how sure is that, and can its intervals be trusted?"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pressloop.studies.compare.advice import Advice, advice
from pressloop.studies.compare.comparison import FEWEST, ModelComparison, differences_of, scores_of
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE
from pressloop.studies.compare.jobs import (
    Work,
    collected,
    jobs,
    predict_crushing,
    predict_resistance,
)
from pressloop.studies.compare.options import Options
from pressloop.studies.compare.tables import chance_rows, prediction_rows, reliability_rows
from pressloop.studies.compare.validation import (
    FORWARD,
    LOT,
    Fold,
    Table,
    crush_table,
    drawn,
    forward,
    intact_table,
    leave_lot_out,
    leave_out,
)
from pressloop.studies.data import StudyData
from pressloop.studies.executor import Each, one_by_one

__all__ = ["Findings", "Options", "compare"]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was found.

    A comparison is None where there was too little to compare. `intact` counts the stacks with a
    resistance, `left_out` those of all that were pressed off a variable that the space fixes."""

    options: Options
    resistance: ModelComparison | None
    crushing: ModelComparison | None
    intact: int
    left_out: int = 0
    called: str = RESISTANCE
    """What the models of `resistance` predict."""

    @property
    def compared(self) -> tuple[ModelComparison, ...]:
        """The comparisons that there are."""
        return tuple(one for one in (self.resistance, self.crushing) if one is not None)

    @property
    def advice(self) -> tuple[tuple[ModelComparison, Advice], ...]:
        """Which models to learn with, and the comparison that says so.

        Empty where nothing was compared with one that campaigns can use."""
        return tuple((one, found) for one in self.compared if (found := advice(one)) is not None)

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Tidy rows: scores, differences, every prediction, and what could not be fitted."""
        both = self.compared
        return {
            "compare_scores": [{"what": c.what, **asdict(s)} for c in both for s in c.scores],
            "compare_differences": [{"what": c.what, "baseline": c.baseline, **asdict(d)}
                                    for c in both for d in c.differences],
            "compare_predictions": list(prediction_rows(self.resistance)),
            "compare_chances": list(chance_rows(self.crushing)),
            "compare_reliability": list(reliability_rows(self.crushing)),
            "compare_not_fitted": [asdict(n) for c in both for n in c.not_fitted],
        }


def compare(data: StudyData, options: Options | None = None, *, seed: int = 0,
            each: Each = one_by_one) -> Findings:
    """Compares all models on all schemes that the data allow.

    Deterministic in data (in any order), options and seed, and blind to how `each` spreads the
    work."""
    options = options or Options()
    resistance = _compared(RESISTANCE, intact_table(data.trials, data.space, data.quantity), data,
                           options, seed, each, predict_resistance)
    crushing = _compared(
        CRUSHING, crush_table(data.trials, data.space, data.limits.crushed_above), data, options,
        seed, each, predict_crushing)
    return Findings(options, resistance, crushing, len(data.intact), sum(
        not data.space.comparable(t.recipe) for t in (*data.intact, *data.failed)),
        "resistance" if data.quantity.is_resistance else data.quantity.name)


def _compared(what: str, table: Table, data: StudyData, options: Options, seed: int, each: Each,
              work: Work) -> ModelComparison | None:
    if len(table) < FEWEST or (what == CRUSHING and not table.y.any()):
        return None
    all_folds = _schemes(table, options, seed)
    most = options.most_fits(len(table))
    schemes = {name: drawn(folds, most, seed) for name, folds in all_folds.items()}
    named = options.contenders(what, data.surrogate)
    todo = jobs(table, schemes, tuple(named.values()), data.problem, most_rows=options.most_rows,
                seed=seed)
    of = table.scale.quantity
    answers, missing = collected(what, todo, each, work,
                                 "" if of.is_resistance or what == CRUSHING else of.name)
    thin = tuple(n for n, m in named.items() if m.dear) if len(table) > options.most_rows else ()
    baseline = next(iter(named))
    return ModelComparison(
        what=what, baseline=baseline, titles={n: m.title for n, m in named.items()},
        usable=frozenset(n for n, m in named.items() if not m.yardstick),
        table=table, schemes=schemes, groups={n: len(f) for n, f in all_folds.items()},
        answers=answers,
        scores=tuple(s for a in answers for s in scores_of(
            what, table, a, resamples=options.resamples, seed=seed)),
        differences=tuple(d for scheme in schemes for d in differences_of(
            what, table, [a for a in answers if a.scheme == scheme], baseline,
            resamples=options.resamples, seed=seed)),
        not_fitted=missing, row_word=data.row_word, thin=thin,
        most_rows=options.most_rows)


def _schemes(table: Table, options: Options, seed: int) -> dict[str, tuple[Fold, ...]]:
    found = {
        options.leave_out: leave_out(table, options.leave_out, refit_up_to=options.refit_up_to,
                                     blocks=options.groups(len(table.origins)), seed=seed),
        LOT: leave_lot_out(table), FORWARD: forward(table, blocks=options.blocks)}
    return {name: folds for name, folds in found.items() if folds}
