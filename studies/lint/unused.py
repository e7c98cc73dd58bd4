"""Columns that are not used although resistance differs with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from pressloop.studies.lint.finding import Finding, Severity, Sure, listed
from pressloop.studies.lint.readings import intact
from pressloop.studies.lint.sheet import KNOWN, Sheet

CHANCE, WORTH = 0.01, 0.05
"""How rarely chance may explain as much, and the least difference that is worth a word, in ln R."""
MOST_KINDS, FEWEST_ROWS, SPARE = 8, 3, 4
"""Different words of a column that sorts stacks into kinds, stacks of each kind, and stacks beyond
those that a straight line over the set points takes."""


def unused_columns(sheet: Sheet) -> Iterator[Finding]:
    """Columns of kinds, such as a collector, whose kinds differ in resistance at equal recipes."""
    rows = intact(sheet)
    kept = sheet.cells.index[np.asarray(rows, dtype=bool)]
    points = sheet.set_points().loc[kept].dropna(axis=1, how="all").dropna()
    log_r = np.log(sheet.numbers("resistance_ohm_cm2")[points.index])
    base = np.column_stack([np.ones(len(points)), *(_scaled(points[name]) for name in points)])
    for name in sheet.cells.columns:
        if name in KNOWN or sheet.cells.columns.tolist().count(name) > 1:
            continue
        kinds = sheet.text(name)[points.index]
        counts = kinds.value_counts()
        if "" in counts or not 2 <= len(counts) <= MOST_KINDS or counts.min() < FEWEST_ROWS:
            continue
        if (apart := _apart(base, log_r, kinds)) is not None:
            yield Finding(
                "unused column", Severity.WARNING, str(name), (),
                f"not used, and resistance differs by {100.0 * np.expm1(apart):.0f} % between "
                f"{listed([str(kind) for kind in counts.index])} at like recipes",
                "what differs with it is taken for scatter, and the recipe of one is mixed with "
                "that of the other", f'Name it in [space], such as {name} = ["...", "..."], where '
                "recipes may choose it; else keep rows of one kind, or put it into the column lot.",
                Sure.POSSIBLE)


def _scaled(values: pd.Series) -> pd.Series:
    logs = np.log(values) if (values > 0).all() else values
    return (logs - logs.mean()) / (logs.std() or 1.0)


def _apart(base: np.ndarray, log_r: pd.Series, kinds: pd.Series) -> float | None:
    """How far apart kinds lie in ln R, None where chance would do as much (F test)."""
    dummies = pd.get_dummies(kinds, dtype=float).to_numpy()[:, 1:]
    spare = len(log_r) - base.shape[1] - dummies.shape[1]
    if spare < SPARE:
        return None
    alone, _ = _left(base, log_r)
    both, slopes = _left(np.column_stack([base, dummies]), log_r)
    levels = np.append(0.0, slopes[base.shape[1]:])
    apart = float(levels.max() - levels.min())
    ratio = (alone - both) / dummies.shape[1] / max(both / spare, 1e-12)
    telling = f_distribution.sf(ratio, dummies.shape[1], spare) < CHANCE
    return apart if telling and apart > WORTH else None


def _left(x: np.ndarray, y: pd.Series) -> tuple[float, np.ndarray]:
    """Sum of squares that a straight line leaves, and its slopes."""
    slopes = np.linalg.lstsq(x, y.to_numpy(), rcond=None)[0]
    return float(((y.to_numpy() - x @ slopes)**2).sum()), slopes
