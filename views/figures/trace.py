"""What the press did with the best stack."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from pressloop.trials.checks import FloatArray
from pressloop.trials.trace import Trace
from pressloop.trials.trial import Trial
from pressloop.views.figures.look import BLUE, GREEN, RED, Panel, dressed
from pressloop.views.kinds import best_intact

TITLE = "Pressing the best stack"
READ = ("Pressure and platen temperature as the press recorded them, and the acoustic hits counted "
        "so far: steps in the hits are particles breaking.")
MOST_SAMPLES = 3000


def trace(trials: Sequence[Trial]) -> Panel:
    """Pressure (MPa), temperature (degC) and hits over time (s) of the lowest resistance."""
    found = next(((t, t.trace) for t, *_ in best_intact(trials) if t.trace is not None), None)
    if found is None:
        return Panel(TITLE, READ, missing="No intact stack of this campaign has a pressing trace "
                     "(imported trials come without).", wide=True)
    trial, best = found
    title = f"{TITLE}: {trial.number} · {trial.stack.stack_id}"
    read = READ if best.acoustic_hits is not None else f"{READ.partition(', and')[0]}."
    if best.entered:
        read = "Peak and dwell as the operator stated them; nothing was logged in between."
    elif best.gap:
        read = f"{read} Part of the log is missing ({escape(best.gap)})."
    return Panel(title, read, trace_figure(best, escape(trial.stack.stack_id)), wide=True)


def trace_figure(best: Trace, label: str) -> Any:
    """Pressure (MPa), temperature (degC) and hits over time (s) of one trace; `label` escaped."""
    from plotly.subplots import make_subplots

    rows: list[tuple[str, FloatArray, str]] = [
        ("Pressure (MPa)", best.pressure_mpa, BLUE)]
    if best.temperature_c is not None:
        rows.append(("Temperature (°C)", best.temperature_c, RED))
    if best.acoustic_hits is not None:
        rows.append(("Hits so far", np.cumsum(best.acoustic_hits), GREEN))
    figure = make_subplots(rows=len(rows), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    dressed(figure, 60 + 140 * len(rows))
    thin = slice(None, None, max(1, best.time_s.size // MOST_SAMPLES))
    for i, (title, values, colour) in enumerate(rows, start=1):
        figure.add_scatter(x=best.time_s[thin], y=values[thin], mode="lines", row=i, col=1,
                           line={"color": colour, "width": 1.8}, name=label,
                           hovertemplate="%{x:.4g} s: %{y:.4g}<extra></extra>")
        figure.update_yaxes(title_text=title, rangemode="tozero", nticks=5, row=i)
    figure.update_xaxes(title_text="Time (s)", row=len(rows))
    return figure
