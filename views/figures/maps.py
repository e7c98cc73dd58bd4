"""Two variables at a time: believed resistance and chance of crushing, with what was tried."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.beliefs import Beliefs
from trials.checks import FloatArray
from trials.recipe import Recipe
from views.analysis import Analysis
from views.figures.look import INK, Panel, blank, variable_axis
from views.figures.overlay import overlay
from views.words import OHM_CM2, VARIABLES, plain, set_point

CELLS = 45
RESISTANCE_COLOURS = [[0.0, "#0b5c6b"], [0.25, "#3f93a0"], [0.5, "#8cc3c6"], [0.75, "#cbe4e2"],
                      [1.0, "#f7fbfa"]]
CHANCE_COLOURS = [[0.0, "#fffdf9"], [0.25, "#fbe0bd"], [0.5, "#f4b678"], [0.75, "#e08345"],
                  [1.0, "#b4521d"]]
STEPS = (1.05, 1.1, 1.2, 1.35, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
CHANCES = (0.05, 0.25, 0.5, 0.75, 0.95)


def pair_of(free: tuple[str, ...]) -> tuple[str, str]:
    """The variables across and up: pressure and temperature where both are free."""
    if "pressure_mpa" in free and "temperature_c" in free:
        return "pressure_mpa", "temperature_c"
    return free[0], free[1]


def maps(found: Analysis, beliefs: Beliefs, at: Recipe) -> list[Panel]:
    """Maps through the recipe `at` for a space with two or three free variables."""
    across, up = pair_of(found.space.free)
    held = next(name for name in VARIABLES if name not in (across, up))
    where = f" at {set_point(held, getattr(at, held))} {VARIABLES[held].label.lower()}"
    x, y, recipes = _grid(found, across, up, at)
    limit = found.caution.max_crush_probability
    crushing = beliefs.crushing(recipes).reshape(CELLS, CELLS)
    panels = [_resistance(found, beliefs, recipes, where, (x, y), crushing)]
    figure = _canvas(found, across, up)
    _fill(figure, x, y, crushing, CHANCE_COLOURS, (0.0, 1.0))
    for level in CHANCES:
        _line(figure, x, y, crushing, level, f"{level:.0%}")
    _limit(figure, x, y, crushing, limit)
    overlay(figure, found, across, up, at)
    read = ("The darker, the likelier is the next stack to be crushed; beyond the thick dashed "
            f"line the chance is above the limit of {limit:.0%}.")
    return [*panels, Panel(f"Chance of crushing{where}", read, figure)]


def _resistance(found: Analysis, beliefs: Beliefs, recipes: list[Recipe], where: str,
                axes: tuple[FloatArray, FloatArray], crushing: FloatArray) -> Panel:
    title = f"Believed resistance{where}"
    read = (f"The darker, the lower the resistance; the lines are marked in {OHM_CM2}. Right of "
            "or above the thick dashed line stacks are crushed too often. Faint marks were pressed "
            "far from this slice.")
    if beliefs.log_resistance is None:
        return Panel(title, read, missing="No stack has stayed intact yet, so nothing is believed "
                     "about resistance.")
    across, up = pair_of(found.space.free)
    median = beliefs.resistance(recipes).median.reshape(CELLS, CELLS)
    figure = _canvas(found, across, up)
    best = float(median.min())
    _fill(figure, *axes, np.log10(median), RESISTANCE_COLOURS,
          (np.log10(best), np.log10(best) + max(0.15, float(np.log10(median.max() / best)))))
    for level in _levels(best, float(median.max())):
        _line(figure, *axes, median, level, f"{level:g}")
    _limit(figure, *axes, crushing, found.caution.max_crush_probability)
    overlay(figure, found, across, up, found.recommendation.recipe if found.recommendation
            else recipes[0])
    return Panel(title, read, figure)


def _grid(found: Analysis, across: str, up: str, at: Recipe
          ) -> tuple[FloatArray, FloatArray, list[Recipe]]:
    x, y = (_values(found, name) for name in (across, up))
    return x, y, [replace(at, **{across: float(a), up: float(b)}) for b in y for a in x]


def _values(found: Analysis, name: str, cells: int = CELLS) -> FloatArray:
    low, high = getattr(found.space, name)
    spread = np.linspace if name == "temperature_c" else np.geomspace
    return np.asarray(spread(low, high, cells))


def _levels(best: float, worst: float) -> list[float]:
    """Round resistances (ohm cm2) between best and worst, ever wider apart."""
    levels = {float(f"{best * step:.2g}") for step in STEPS if best * step < worst}
    return sorted(level for level in levels if level > best)


def _canvas(found: Analysis, across: str, up: str) -> Any:
    figure = blank(440)
    figure.update_xaxes(variable_axis(across, getattr(found.space, across)), showgrid=False)
    figure.update_yaxes(variable_axis(up, getattr(found.space, up)), showgrid=False)
    return figure


def _fill(figure: Any, x: FloatArray, y: FloatArray, z: FloatArray, colours: list[list[Any]],
          ends: tuple[float, float]) -> None:
    step = (ends[1] - ends[0]) / 20.0
    figure.add_contour(x=x, y=y, z=z, colorscale=colours, zmin=ends[0], zmax=ends[1],
                       contours={"start": ends[0], "end": ends[1], "size": step,
                                 "coloring": "fill"},
                       line={"width": 0}, showscale=False, hoverinfo="skip")


def _line(figure: Any, x: FloatArray, y: FloatArray, z: FloatArray, level: float, label: str
          ) -> None:
    """One contour line with its label at the point nearest to the upper left of its run."""
    if not z.min() < level < z.max():
        return
    figure.add_contour(x=x, y=y, z=z, showscale=False, hoverinfo="skip", name=label,
                       contours={"start": level, "end": level, "size": 1.0, "coloring": "none",
                                 "showlabels": True, "labelfont": {"size": 11, "color": INK},
                                 "labelformat": ".0%" if "%" in label else "~r"},
                       line={"width": 0.8, "color": "rgba(31, 41, 51, 0.55)"})


def _limit(figure: Any, x: FloatArray, y: FloatArray, chance: FloatArray, limit: float) -> None:
    if chance.min() < limit < chance.max():
        figure.add_contour(x=x, y=y, z=chance, showscale=False, hoverinfo="skip",
                           contours={"start": limit, "end": limit, "size": 1.0,
                                     "coloring": "none"},
                           line={"width": 2.6, "color": "#8a2b06", "dash": "dash"})
