"""Pictures of what matters: shares, effects, maps, scatter."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.effects import Curve
from pressloop.studies.sensitivity.sensitivity import Findings
from pressloop.studies.sensitivity.sobol_indices import LASTING, WHOLE, SobolIndex
from pressloop.studies.sensitivity.variance_components import FEW_GROUPS
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.trials.wording import called
from pressloop.views.analysis import Analysis
from pressloop.views.figures.look import (
    BAND,
    BLUE,
    GREEN,
    INK,
    ORANGE,
    SKY,
    Panel,
    blank,
    hover,
    log_axis,
    marks,
    variable_axis,
)
from pressloop.views.figures.maps import maps
from pressloop.views.words import OHM_CM2, VARIABLES

NEAR = 0.2
"""Distance in the unit cube up to which a stack is shown at a slice."""
MOST_MARKS = 150
"""Marks in one picture: more hide it."""


def share_panel(found: Findings) -> Panel:
    """Bars: what a variable makes by itself and with others; a group of bars for each part."""
    figure = blank(90 + 46 * len(found.shares))
    names = {WHOLE: "whole space", LASTING: "where stacks last"}
    order = sorted({s.variable for s in found.shares}, key=lambda v: next(
        s.total for s in found.shares if s.variable == v and s.where == WHOLE))
    for where, colour, light in ((LASTING, GREEN, "#9ad5c3"), (WHOLE, BLUE, "#a9cfe6")):
        shown = sorted((s for s in found.shares if s.where == where),
                       key=lambda s: order.index(s.variable))
        if shown:
            _bars(figure, shown, where, (colour, light), names[where])
    figure.update_layout(barmode="group", bargap=0.35)
    figure.update_xaxes(title_text="Share of the differences (%)", range=[0, 103])
    figure.update_yaxes(showgrid=False)
    key = [(BLUE, "whole space")]
    if any(s.where == LASTING for s in found.shares):
        key.append((GREEN, "only where more than half of the stacks last"))
    return Panel("Share of each variable", "The bar is what the variable makes together with the "
                 "others, its lighter part what comes only with the others; the thin line is the "
                 "95 % interval of the whole bar. Pressure and dwell are looked at on a scale of "
                 "ratios, so that 50 to 100 MPa counts as much as 100 to 200 MPa.", figure,
                 wide=True, key=tuple(key))


def _bars(figure: Any, shown: list[SobolIndex], where: str, colours: tuple[str, str], name: str
          ) -> None:
    y = [VARIABLES[s.variable].label for s in shown]
    together = [100.0 * s.total for s in shown]
    errors = {"type": "data", "symmetric": False, "color": INK, "thickness": 1.3, "width": 4,
              "array": [100.0 * (s.total_high - s.total) for s in shown],
              "arrayminus": [100.0 * (s.total - s.total_low) for s in shown]}
    alone = [100.0 * min(s.alone, s.total) for s in shown]
    # The interval belongs to a bar that is not seen, as any bar hides the intervals drawn before.
    for value, colour, bars in ((together, colours[1], None), (alone, colours[0], None),
                                (together, "rgba(0, 0, 0, 0)", errors)):
        figure.add_bar(
            y=y, x=value, orientation="h", offsetgroup=where, marker={"color": colour},
            error_x=bars, hoverinfo="text",
            hovertext=[f"{label}, {name}: {100 * s.total:.0f} % ({100 * s.total_low:.0f} to "
                       f"{100 * s.total_high:.0f}), by itself {100 * s.alone:.0f} %"
                       for label, s in zip(y, shown, strict=True)])


def curve_panels(found: Findings, data: StudyData) -> list[Panel]:
    """For each free variable: through the recipe, and averaged over the others."""
    return [_curves(found, data, name) for name in data.space.free]


def _curves(found: Findings, data: StudyData, name: str) -> Panel:
    through, mean = (next(c for c in found.curves if c.variable == name and c.averaged is a)
                     for a in (False, True))
    several = len(data.space.free) > 1
    assert found.recipe is not None
    figure = blank(340)
    if several:
        _line(figure, mean, ORANGE, "rgba(230, 159, 0, 0.16)", "dash")
    _line(figure, through, BLUE, BAND, "solid")
    near = _near(found.used, data.space, found.recipe, (name,))
    intact = [(t, t.outcome) for t in near if isinstance(t.outcome, Intact)]
    figure.add_scatter(x=[getattr(t.recipe, name) for t, _ in intact], mode="markers",
                       y=[o.resistance_ohm_cm2 for _, o in intact], hoverinfo="text",
                       cliponaxis=False, hovertext=[hover(t) for t, _ in intact],
                       marker={**marks([t for t, _ in intact]), "size": 8})
    figure.add_vline(getattr(found.recipe, name), line={"color": GREEN, "width": 2})
    values = np.concatenate([[o.resistance_ohm_cm2 for _, o in intact], through.median,
                             through.low, through.high, *((mean.median,) if several else ())])
    figure.update_xaxes(variable_axis(name, getattr(data.space, name)))
    figure.update_yaxes(log_axis(float(values.min()) / 1.1, float(values.max()) * 1.1,
                                 f"Interfacial resistance ({OHM_CM2})"))
    key = [(BLUE, "others held at the recipe (green line)" if several
            else "the green line is the recommended recipe")]
    if several:
        key.append((ORANGE, "averaged over the whole space"))
    label = VARIABLES[name].label.lower()
    return Panel(f"Resistance over {label}", "Predicted resistance with its 95 % band; circles are "
                 "measured stacks" + (" whose other set points are near the recipe's." if several
                                      else "."), figure, key=tuple(key))


def _line(figure: Any, curve: Curve, colour: str, band: str, dash: str) -> None:
    for y, fill in ((curve.high, None), (curve.low, "tonexty")):
        figure.add_scatter(x=curve.x, y=y, mode="lines", fill=fill,
                           line={"width": 0, "shape": "spline"},
                           fillcolor=band, hoverinfo="skip")
    figure.add_scatter(x=curve.x, y=curve.median, mode="lines",
                       line={"color": colour, "width": 2.2, "dash": dash,
                             "shape": "spline"},
                       hovertemplate="%{x:.4g}: %{y:.3g} Ω·cm²<extra></extra>")


def map_panels(found: Findings, data: StudyData) -> list[Panel]:
    """Resistance over each pair of free variables, the third held at the recipe."""
    assert found.models is not None and found.recipe is not None
    panels = []
    for pair in combinations(data.space.free, 2):
        held = {n: (getattr(found.recipe, n),) * 2 for n in data.space.free if n not in pair}
        analysis = Analysis(
            trials=_near(found.used, data.space, found.recipe, pair),
            space=replace(data.space, **held), models=found.models)
        panel = maps(analysis, found.recipe)[0]
        near = f" Marks are stacks{' pressed near this slice' if held else ''}: circles lasted, "
        near += "crosses were crushed, diamonds delaminated, triangles shorted, "
        near += "thin crosses failed of an unknown cause."
        near += "" if data.reference is None else " The hollow hexagon is the reference recipe."
        panels.append(replace(panel, how_to_read=panel.how_to_read + near))
    return panels


def _near(trials: tuple[Trial, ...], space: Space, at: Recipe, drawn: tuple[str, ...]
          ) -> tuple[Trial, ...]:
    """Those close to the recipe in what is not drawn; some of them where they are many."""
    others = [i for i, name in enumerate(space.free) if name not in drawn]
    gap = np.abs(space.encode([t.recipe for t in trials]) - space.encode([at]))[:, others]
    near = [t for t, g in zip(trials, gap, strict=True) if not others or g.max() <= NEAR]
    step = -(-len(near) // MOST_MARKS)
    return tuple(near[::step]) if near else ()


def scatter_panel(found: Findings) -> Panel:
    """How far groups differ, and stacks of one recipe, lot and operator, in percent of resistance.

    Few groups are shown by name."""
    rows = [("one recipe, lot and operator", found.scatter, found.scatter_low, found.scatter_high)]
    for one in found.groups:
        if one.groups > FEW_GROUPS:
            rows.append((f"between {one.kind}s", one.between, one.between_low, one.between_high))
    rows += [(f"{called(d.kind, d.upper)} above {d.lower}", d.difference, d.low, d.high)
             for d in found.differences]
    percent = [[100.0 * np.expm1(v) for v in row[1:]] for row in rows]
    figure = blank(110 + 44 * len(rows))
    figure.add_bar(
        y=[row[0] for row in rows], x=[p[0] for p in percent], orientation="h", hoverinfo="x",
        marker={"color": [SKY] + [BLUE] * (len(rows) - 1)}, width=0.55,
        error_x={"type": "data", "symmetric": False, "color": INK, "thickness": 1.3, "width": 4,
                 "array": [p[2] - p[0] for p in percent],
                 "arrayminus": [p[0] - p[1] for p in percent]})
    largest = min(max(p[2] for p in percent), 4.0 * max(p[0] for p in percent))
    lowest = max(min(p[1] for p in percent), -largest)
    figure.update_xaxes(title_text="Difference (%)",
                        range=[min(1.05 * lowest, 0.0), 1.05 * largest])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    read = ("How far stacks of one recipe differ: typically from stack to stack of one lot and "
            "operator, and what lots and operators add to that. Thin lines are 95 % intervals")
    if found.differences:
        read += "; where one crosses zero, the two may be alike"
    return Panel("Scatter that the recipe leaves", f"{read}. Long ones may end outside of the "
                 "picture.", figure, wide=True)
