"""The table as it stands in the file, before anything is refused, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import pi

import numpy as np
import pandas as pd

from pressloop.optimizer.space import NAMES, Space
from pressloop.studies.lint.finding import Finding
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import Quantity
from pressloop.trials.trial import Trial

RESISTANCE, ERROR, MODE = "resistance_ohm_cm2", "resistance_se_ohm_cm2", "failure_mode"
HELD, DAMAGE = "stack_pressure_mpa", "damage_index"
NUMERIC = (*NAMES, RESISTANCE, ERROR, HELD, DAMAGE)
KNOWN = (*NUMERIC, MODE, "stack", "lot", "operator")
USUAL_DIES_MM = (10.0, 13.0)
USUAL = {"pressure_mpa": (40.0, 800.0), "dwell_s": (10.0, 3600.0), "temperature_c": (10.0, 180.0)}
"""Where set points of such presses lie, for a table without settings."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cells by row number as in the file ("" for an empty one), columns by header.

    The text of a file, or numbers where they are known as numbers.

    `space` is what the settings leave free, None without settings; `dies_mm` are the diameters
    that force may have been spread over. `ordered` is True where rows are known to stand in the
    order of pressing. `row_word` is what a row is called; `uneven` says how many cells rows have
    that do not have as many as the header, `repeated` which headers there are twice; `told` is
    what was found already when the file was read.
    """

    name: str
    cells: pd.DataFrame
    space: Space | None = None
    dies_mm: tuple[float, ...] = USUAL_DIES_MM
    ordered: bool = False
    row_word: str = "row"
    uneven: Mapping[int, int] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    told: tuple[Finding, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    """What the settings measure, () for the resistance alone."""
    parameters: tuple[str, ...] = ()
    """Named parameters that vary and have no default."""

    def __len__(self) -> int:
        return len(self.cells)

    def has(self, *names: str) -> bool:
        """True when all of these columns are there."""
        return all(name in self.cells.columns for name in names)

    def text(self, name: str) -> pd.Series:
        """A column as text; empty cells where it is not there."""
        return self._column(name).map(lambda cell: cell if isinstance(cell, str) else repr(cell))

    def _column(self, name: str) -> pd.Series:
        if name not in self.cells.columns:
            return pd.Series("", index=self.cells.index, dtype=object)
        return self.cells[name]

    def numbers(self, name: str) -> pd.Series:
        """A column as numbers, NaN for what is none, infinity included."""
        if name not in self._numbers:
            found = pd.to_numeric(
                self._column(name).replace("", None), errors="coerce").astype("float64")
            self._numbers[name] = found.where(np.isfinite(found))
        return self._numbers[name]

    @cached_property
    def _numbers(self) -> dict[str, pd.Series]:
        return {}

    @cached_property
    def numeric(self) -> tuple[str, ...]:
        """Columns in which most cells are numbers."""
        return tuple(name for name in self.cells.columns
                     if self.numbers(name).notna().sum() > 0.5 * len(self))

    @cached_property
    def lots(self) -> dict[str, pd.Index]:
        """Rows of each lot that has a name."""
        named = self.text("lot")
        groups = self.cells.index.to_series().groupby(named)
        return {str(lot): pd.Index(rows) for lot, rows in groups if lot}

    @property
    def dies_cm2(self) -> tuple[float, ...]:
        """Areas of the dies."""
        return tuple(pi * d**2 / 400.0 for d in self.dies_mm)

    def usual(self, name: str) -> tuple[float, float]:
        """Where a set point is to be expected.

        The space where that leaves it free, else the field's usual range, with the value that the
        settings fix."""
        if self.space is None:
            return USUAL[name]
        low, high = getattr(self.space, name)
        if not self.searched(name):
            low, high = min(low, USUAL[name][0]), max(high, USUAL[name][1])
        return (low - 1e-6 * abs(low), high + 1e-6 * abs(high))

    def searched(self, name: str) -> bool:
        """True of a set point that the settings leave free.

        Stacks of the past may lie anywhere else in one that they fix, and teach what it does."""
        return self.space is not None and name in self.space.free

    def without(self, rows: Sequence[int]) -> Sheet:
        """The same table without these rows."""
        return replace(self, cells=self.cells.drop(index=list(rows))) if len(rows) else self

    def set_points(self) -> pd.DataFrame:
        """The three set points as numbers; what the settings fix stands for an empty cell."""
        found = {name: self.numbers(name) for name in NAMES}
        if self.space is not None:
            for name in NAMES:
                low, high = getattr(self.space, name)
                if low == high:
                    found[name] = found[name].fillna(low)
        return pd.DataFrame(found)


def rows_where(mask: pd.Series) -> tuple[int, ...]:
    """Row numbers at which `mask` is true."""
    return tuple(int(row) for row in mask.index[np.asarray(mask, dtype=bool)])


def sheet_of(trials: Sequence[Trial], name: str, space: Space) -> Sheet:
    """Trials as such a table: one row a trial, by number."""
    rows = [_cells(t) for t in trials]
    frame = pd.DataFrame(rows, index=[t.number for t in trials], dtype=object).fillna("")
    # A column without a single value is a column that nobody has kept.
    kept = [c for c in frame.columns if c in (*NAMES, RESISTANCE) or (frame[c] != "").any()]
    return Sheet(name, frame[kept], space, ordered=True, row_word="trial")


def _cells(trial: Trial) -> dict[str, str | float]:
    cells: dict[str, str | float] = {
        "stack": trial.stack.stack_id, "lot": trial.stack.lot, "operator": trial.stack.operator,
        **{name: getattr(trial.recipe, name) for name in NAMES}}
    outcome = trial.outcome
    if isinstance(outcome, Intact):
        read = {RESISTANCE: outcome.resistance_ohm_cm2, ERROR: outcome.resistance_se_ohm_cm2,
                HELD: outcome.stack_pressure_mpa}
        cells |= {name: value for name, value in read.items() if value is not None}
        cells |= {m.name: m.value for m in outcome.measured}
    cells |= dict(trial.recipe.others)
    if isinstance(outcome, Failed):
        cells[MODE] = str(outcome.mode)
    if isinstance(outcome, (Intact, Failed)) and outcome.damage is not None:
        cells[DAMAGE] = outcome.damage.index
    return cells
