"""A quick look at whether a reading may have a slipped point, before it is looked at with care."""

from __future__ import annotations

import numpy as np

from pressloop.studies.lint.readings import intact
from pressloop.studies.lint.sheet import RESISTANCE, Sheet

FAR = 4.0
"""Factor off a straight line over the logarithms of the set points within which no point has
slipped; one that has is off by 10, less what it bends the line by itself."""


def may_have_slipped(sheet: Sheet) -> bool:
    """True where a reading lies far off a straight line, fitted with each row left out."""
    points = sheet.set_points().dropna(axis=1, how="all")
    points = points[intact(sheet)].dropna()
    y = np.log(sheet.numbers(RESISTANCE)[points.index].to_numpy())
    if not len(y):
        return False
    columns = [np.log(v) if (v > 0).all() else v for v in points.to_numpy().T]
    x = np.column_stack([np.ones(len(y)), *(v - v.mean() for v in columns if np.ptp(v) > 0)])
    if len(y) <= x.shape[1] + 1:
        return False
    hat = x @ np.linalg.pinv(x)
    left_out = (y - hat @ y) / np.clip(1.0 - np.diag(hat), 1e-3, None)
    return bool(np.abs(left_out - np.median(left_out)).max() > np.log(FAR))
