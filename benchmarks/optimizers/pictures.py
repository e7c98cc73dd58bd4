"""The two pictures of the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

from benchmarks.optimizers import methods, problems

matplotlib.use("Agg")
import matplotlib.pyplot as plt

STYLES = {
    "pressloop": ("#d1242f", "-", "o"), "ax": ("#0969da", "-", "s"),
    "baybe": ("#1a7f37", "-", "^"), "bofire": ("#8250df", "-", "D"),
    "optuna_gp": ("#bc4c00", "-", "v"), "optuna_tpe": ("#d4a72c", "-", "P"),
    "central_composite": ("#24292f", "--", "*"), "full_factorial": ("#57606a", ":", "X"),
    "sobol": ("#8c959f", "--", "<"), "random": ("#afb8c1", ":", ">")}
"""Colour, line and marker of each method: peers in colour, designs in grey."""
COLUMNS = 4


def curves(rows: pd.DataFrame, path: Path) -> None:
    """Median ln regret over stacks, one panel per problem."""
    figure, panels = _panels()
    for name, panel in panels.items():
        for method in methods.NAMES:
            found = rows[(rows["problem"] == name) & (rows["method"] == method)]
            if len(found):
                line = found.groupby("stacks")["ln_regret"].median()
                colour, dash, _ = STYLES[method]
                panel.plot(line.index, line, dash, color=colour, label=method,
                           lw=2.6 if method == "pressloop" else 1.3,
                           zorder=3 if method == "pressloop" else 2)
        panel.set_ylim(bottom=0.0)
        panel.set_xlabel("stacks")
    _finish(figure, panels, "median ln regret of the recommended recipe", path)


def losses(found: pd.DataFrame, path: Path) -> None:
    """Crushed stacks and final regret, one panel per problem; down and left is better."""
    figure, panels = _panels()
    for name, panel in panels.items():
        known = found.index.get_level_values(0)
        panel.margins(0.1)
        for method, row in (found.loc[name].iterrows() if name in known else ()):
            colour, _, marker = STYLES[str(method)]
            panel.scatter(row["crushed"], row["regret"], color=colour, marker=marker, label=method,
                          s=110 if method == "pressloop" else 50, zorder=3)
        panel.set_ylim(bottom=0.0)
        panel.set_xlim(-1, 31)
        panel.set_xlabel("crushed of 30, median")
    _finish(figure, panels, "final ln regret, median", path)


def _panels() -> tuple[Any, dict[str, Any]]:
    rows = -(-len(problems.NAMES) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(15, 3.6 * rows))
    return figure, dict(zip(problems.NAMES, axes.flat, strict=False))


def _finish(figure: Any, panels: dict[str, Any], label: str, path: Path) -> None:
    handles: dict[str, Any] = {}
    for name, panel in panels.items():
        panel.set_title(name, fontsize=11)
        panel.grid(alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
        handles |= dict(zip(*reversed(panel.get_legend_handles_labels()), strict=True))
    for panel in list(panels.values())[::COLUMNS]:
        panel.set_ylabel(label)
    shown = [m for m in methods.NAMES if m in handles]
    figure.legend([handles[m] for m in shown], shown, loc="lower center", ncol=len(shown) or 1,
                  frameon=False)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    figure.savefig(path, dpi=110)
    plt.close(figure)
