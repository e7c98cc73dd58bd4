"""Figures of the table from rows: accuracy, coverage, verdicts. Pure, on a pandas table of rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.impedance.specimens import DELAMINATED, SET_ASIDE, SHORTED, VALID

Flags, Real = NDArray[np.bool_], NDArray[np.float64]

WRONG_BY, WRONG_ERRORS = 0.10, 3.0
"""A number is wrong that is off by more than this share and by more than so many errors."""
FAR_ERRORS = 5.0
INTERVAL_95 = 1.959964
RESISTANCES = ("total", "interface")


@dataclass(frozen=True, slots=True)
class Share:
    """Some of many."""

    some: int
    many: int

    @property
    def share(self) -> float:
        """NaN of none."""
        return self.some / self.many if self.many else float("nan")

    def __str__(self) -> str:
        return f"{self.share:.1%} ({self.some} of {self.many})" if self.many else "none drawn"


def of(flags: Flags | pd.Series) -> Share:
    """How many are true."""
    return Share(int(np.sum(flags)), len(flags))


def off_ohm_cm2(rows: pd.DataFrame, name: str) -> Real:
    """How far a resistance lies outside of what was true during the sweep; NaN without one."""
    value = rows[name].to_numpy(float)
    low, high = (rows[f"true_{name}_{end}"].to_numpy(float) for end in ("low", "high"))
    return np.asarray(np.maximum(np.maximum(low - value, value - high), 0.0) + 0.0 * value)


def off_relative(rows: pd.DataFrame, name: str) -> Real:
    """The same, relative to the truth; infinite where nothing is true and something is said."""
    off, truth = off_ohm_cm2(rows, name), rows[f"true_{name}_high"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(off == 0.0, 0.0, off / truth))


def off_errors(rows: pd.DataFrame, name: str) -> Real:
    """The same, in standard errors of the reading."""
    off, error = off_ohm_cm2(rows, name), rows[f"{name}_se"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(off == 0.0, 0.0, off / error))


def valid(rows: pd.DataFrame) -> pd.DataFrame:
    """The readings that a campaign would learn from."""
    return rows[rows["verdict"] == VALID]


def wrong(rows: pd.DataFrame) -> Flags:
    """Valid with a wrong number: total or interface."""
    flags = np.zeros(len(rows), bool)
    for name in RESISTANCES:
        flags |= (off_relative(rows, name) > WRONG_BY) & (off_errors(rows, name) > WRONG_ERRORS)
    return np.asarray(flags & (rows["verdict"] == VALID).to_numpy())


def failed(rows: pd.DataFrame) -> Flags:
    """Called shorted or delaminated."""
    return np.asarray(rows["verdict"].isin([SHORTED, DELAMINATED]))


def within(rows: pd.DataFrame, name: str, share: float) -> Share:
    """Read within this share of the truth; a reading without a number is not."""
    return of(off_relative(rows, name) <= share)


def covered(rows: pd.DataFrame, name: str) -> Share:
    """Truths inside the 95 % interval."""
    return of(off_errors(rows, name) <= INTERVAL_95)


def far(rows: pd.DataFrame) -> Flags:
    """Total or interface off by more than five errors."""
    return np.asarray((off_errors(rows, "total") > FAR_ERRORS)
                      | (off_errors(rows, "interface") > FAR_ERRORS))


def ceiling(rows: pd.DataFrame, share: float, column: str = "bound") -> float:
    """Share of draws that the best unbiased method told circuit and noise reads within this."""
    return float(np.mean([erf(share / (bound * sqrt(2.0))) for bound in rows[column]]))


def judged_right(rows: pd.DataFrame) -> Flags:
    """The verdict is one of those that are right, and no number is wrong."""
    fits = [verdict in right.split(" or ")
            for verdict, right in zip(rows["verdict"], rows["right"], strict=True)]
    return np.asarray(np.array(fits, bool) & ~wrong(rows))


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """Counts per kind and verdict, and how many are right."""
    table = pd.crosstab(rows["kind"], rows["verdict"]).reindex(
        columns=[SHORTED, DELAMINATED, SET_ASIDE, VALID], fill_value=0)
    frame = rows.assign(wrong=wrong(rows), is_right=judged_right(rows)).groupby("kind")
    return table.assign(wrong=frame["wrong"].sum(), right=frame["is_right"].sum(),
                        drawn=frame.size())
