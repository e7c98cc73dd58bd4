"""Two variables at a time: predicted resistance and chance of crushing, with what was tried."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pressloop.trials.checks import FloatArray
from pressloop.trials.quantity import MAXIMISE
from pressloop.trials.recipe import Recipe
from pressloop.views.analysis import Analysis
from pressloop.views.figures.look import INK, Panel, blank, variable_axis
from pressloop.views.figures.overlay import overlay
from pressloop.views.words import VARIABLES, parameter_words, percent, set_point, unit_of

CELLS = 45
RESISTANCE_COLOURS = [[0.0, "#0b5c6b"], [0.25, "#3f93a0"], [0.5, "#8cc3c6"], [0.75, "#cbe4e2"],
                      [1.0, "#f7fbfa"]]
CHANCE_COLOURS = [[0.0, "#fffdf9"], [0.25, "#fdebd3"], [0.5, "#f9d6b0"], [0.75, "#f1bb8b"],
                  [1.0, "#e6a06c"]]
ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
WIDER = 1.3
"""Least ratio of neighbouring contour lines."""
LINES = 6
"""Contour lines of a quantity on a linear scale, about."""
LIMIT = "#8a2b06"


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A grid of recipes over two variables, the others as in `at`; x and y in their units."""

    across: str
    up: str
    at: Recipe
    x: FloatArray
    y: FloatArray
    recipes: list[Recipe]

    @property
    def where(self) -> str:
        """Which variable is held, and at what."""
        held = next(name for name in VARIABLES if name not in (self.across, self.up))
        besides = (f"; {words}" for words in parameter_words(self.at))
        return f"at {set_point(held, getattr(self.at, held))}{''.join(besides)}"


def maps(found: Analysis, at: Recipe) -> list[Panel]:
    """Maps through the recipe `at` for a space with two or three free variables."""
    free = [name for name in found.space.free if name in VARIABLES]
    if len(free) == 2:
        only = _slice(found, free[0], free[1], at)
        return [_resistance(found, only), _crushing(found, only)]
    by_heat = _slice(found, "pressure_mpa", "temperature_c", at)
    panels = [_resistance(found, by_heat), _crushing(found, by_heat)]
    if found.models.log_resistance is not None:
        by_time = _slice(found, "pressure_mpa", "dwell_s", at)
        panels.append(_resistance(found, by_time))
    return panels


def _slice(found: Analysis, across: str, up: str, at: Recipe) -> Slice:
    x, y = (_values(found, name) for name in (across, up))
    return Slice(across, up, at, x, y, [
        at.changed(**{across: float(a), up: float(b)}) for b in y for a in x])


def _values(found: Analysis, name: str) -> FloatArray:
    low, high = getattr(found.space, name)
    spread = np.linspace if name == "temperature_c" else np.geomspace
    return np.asarray(spread(low, high, CELLS))


def _resistance(found: Analysis, cut: Slice) -> Panel:
    scale = found.models.data.scale
    of = scale.quantity
    what, lower = ("resistance" if of.is_resistance else of.name,
                   "higher" if of.goal == MAXIMISE else "lower")
    name = "Resistance" if of.is_resistance else of.name
    title = (f"{name} over {VARIABLES[cut.across].label.lower()} and "
             f"{VARIABLES[cut.up].label.lower()}, {cut.where}")
    unit = f" in {unit_of(of)}" if unit_of(of) else ""
    read = f"The darker, the {lower} the predicted {what}; thin lines are marked{unit}. "
    if found.models.log_resistance is None:
        return Panel(title, read, missing="No stack has stayed intact yet, so nothing is predicted "
                     f"of {what}.")
    median = found.models.value(cut.recipes).median.reshape(CELLS, CELLS)
    low, high = float(median.min()), float(median.max())
    figure = _canvas(found, cut)
    z = scale.sign * (np.log(median) if scale.log else median / scale.size)
    # A flat landscape is to look flat: the colours span a factor of 1.5 at least.
    _fill(figure, cut, z, RESISTANCE_COLOURS,
          (float(z.min()), max(float(z.max()), float(z.min()) + math.log(1.5))))
    for level in _levels(low, high) if scale.log else _even_levels(low, high):
        _line(figure, cut, median, level, "~r")
    read += _limit(figure, cut, found.models.crushing(cut.recipes),
                   found.limits.max_crush_probability)
    overlay(figure, found, cut.across, cut.up, cut.at)
    return Panel(title, read + _far(found, cut), figure)


def _crushing(found: Analysis, cut: Slice) -> Panel:
    chance = found.models.crushing(cut.recipes)
    figure = _canvas(found, cut)
    _fill(figure, cut, chance.reshape(CELLS, CELLS), CHANCE_COLOURS, (0.0, 1.0))
    _line(figure, cut, chance.reshape(CELLS, CELLS), 0.5, "")
    read = "The darker, the likelier is the next stack to be crushed (thin line: half of them). "
    read += _limit(figure, cut, chance, found.limits.max_crush_probability)
    overlay(figure, found, cut.across, cut.up, cut.at)
    return Panel(f"Chance of crushing, {cut.where}", read + _far(found, cut), figure)


def _even_levels(low: float, high: float) -> list[float]:
    """Round values between two ends, evenly apart."""
    step = float(f"{max(high - low, 1e-12) / LINES:.1g}")
    return [float(f"{k * step:.6g}") for k in range(math.ceil(low / step),
                                                   math.floor(high / step) + 1)]


def _levels(best: float, worst: float) -> list[float]:
    """Round resistances (ohm cm2) between best and worst, well apart."""
    levels = [best / WIDER**0.5]
    decades = range(math.floor(math.log10(best)), math.ceil(math.log10(worst)) + 1)
    for level in (float(f"{step * 10.0**d:.3g}") for d in decades for step in ROUND):
        if WIDER * levels[-1] <= level < worst:
            levels.append(level)
    return levels[1:]


def _canvas(found: Analysis, cut: Slice) -> Any:
    figure = blank(440)
    figure.update_xaxes(variable_axis(cut.across, getattr(found.space, cut.across)),
                        showgrid=False)
    figure.update_yaxes(variable_axis(cut.up, getattr(found.space, cut.up)), showgrid=False)
    return figure


def _fill(figure: Any, cut: Slice, z: FloatArray, colours: list[list[Any]],
          ends: tuple[float, float]) -> None:
    figure.add_contour(x=cut.x, y=cut.y, z=z, colorscale=colours, zmin=ends[0], zmax=ends[1],
                       contours={"start": ends[0], "end": ends[1], "coloring": "fill",
                                 "size": (ends[1] - ends[0]) / 20.0},
                       line={"width": 0}, showscale=False, hoverinfo="skip")


def _line(figure: Any, cut: Slice, z: FloatArray, level: float, form: str) -> None:
    """One thin contour line, with its value where there is a format for it."""
    if z.min() < level < z.max():
        figure.add_contour(
            x=cut.x, y=cut.y, z=z, showscale=False, hoverinfo="skip",
            contours={"start": level, "end": level, "size": 1.0, "coloring": "none",
                      "showlabels": bool(form), "labelfont": {"size": 12, "color": INK},
                      "labelformat": form},
            line={"width": 0.9, "color": "rgba(31, 41, 51, 0.6)"})


def _far(found: Analysis, cut: Slice) -> str:
    far = found.not_drawn((cut.across, cut.up))
    return " Faint marks were pressed far from this slice." if far else ""


def _limit(figure: Any, cut: Slice, chance: FloatArray, limit: float) -> str:
    """Draws the line beyond which too many are crushed, and says where it is."""
    if chance.min() >= limit:
        return f"The chance of crushing is above the limit of {percent(limit)} everywhere."
    if chance.max() <= limit:
        return f"The chance of crushing is below the limit of {percent(limit)} everywhere."
    figure.add_contour(
        x=cut.x, y=cut.y, z=chance.reshape(CELLS, CELLS), showscale=False, hoverinfo="skip",
        contours={"start": limit, "end": limit, "size": 1.0, "coloring": "none"},
        line={"width": 2.6, "color": LIMIT, "dash": "dash"})
    return f"On the thick dashed line the chance of crushing is at the limit of {percent(limit)}."
