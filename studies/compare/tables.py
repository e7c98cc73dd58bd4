"""Every prediction of the comparison as tidy rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pressloop.studies.compare.comparison import ModelComparison
from pressloop.studies.compare.scores import reliability
from pressloop.surrogates.yardsticks import Prediction

Row = dict[str, object]


def prediction_rows(one: ModelComparison | None) -> Iterator[Row]:
    """Predicted and measured resistance of each stack, by model and scheme."""
    for answers in one.answers if one is not None else ():
        assert one is not None
        found, y = Prediction(*answers.numbers), one.table.y[answers.index]
        half = found.half_width(0.95)
        columns = zip(answers.index, np.exp(y), np.exp(found.mean), np.exp(found.mean - half),
                      np.exp(found.mean + half), found.mean, found.sd,
                      np.asarray(found.freedom), found.log_density(y), strict=True)
        for row, *numbers in columns:
            yield {**_stack(one, int(row)), "scheme": answers.scheme, "model": answers.model,
                   **dict(zip(("measured_ohm_cm2", "predicted_ohm_cm2", "low_95_ohm_cm2",
                               "high_95_ohm_cm2", "mean_ln_resistance", "scale_ln_resistance",
                               "degrees_of_freedom", "log_density_nats"),
                              map(float, numbers), strict=True))}


def chance_rows(one: ModelComparison | None) -> Iterator[Row]:
    """Stated chance of crushing of each stack, and whether it was, by model and scheme."""
    for answers in one.answers if one is not None else ():
        assert one is not None
        for row, chance in zip(answers.index, answers.numbers[0], strict=True):
            yield {**_stack(one, int(row)), "scheme": answers.scheme, "model": answers.model,
                   "stated_probability": float(chance), "crushed": bool(one.table.y[row])}


def reliability_rows(one: ModelComparison | None) -> Iterator[Row]:
    """Stated against observed share of crushed stacks, by model and scheme."""
    for answers in one.answers if one is not None else ():
        assert one is not None
        for group in reliability(one.table.y[answers.index], answers.numbers[0]):
            yield {"scheme": answers.scheme, "model": answers.model,
                   "stated_from": group.low, "stated_to": group.high,
                   "stated_mean": group.stated, "crushed": group.crushed.count,
                   "stacks": group.crushed.of, "share": group.crushed.value,
                   "share_low": group.crushed.low, "share_high": group.crushed.high}


def _stack(one: ModelComparison, row: int) -> Row:
    trial = one.table.trials[row]
    return {"trial": trial.number, "stack": trial.stack.stack_id, "lot": trial.stack.lot,
            "operator": trial.stack.operator, "pressure_mpa": trial.recipe.pressure_mpa,
            "dwell_s": trial.recipe.dwell_s, "temperature_c": trial.recipe.temperature_c}
