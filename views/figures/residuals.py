"""What is left of a spectrum by the Kramers-Kronig check, and where it was disturbed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pressloop.evaluation.circuits.least_squares import data_of
from pressloop.evaluation.kramers_kronig import Ladder, ladder
from pressloop.evaluation.reading import windowed
from pressloop.evaluation.validity import outliers
from pressloop.evaluation.weights import relative_noise
from pressloop.trials.checks import BoolArray, ComplexArray, FloatArray
from pressloop.views.figures.look import INK, MUTED, Panel, blank
from pressloop.views.figures.shown import Shown, key_of

TITLE = "Kramers-Kronig residuals"
READ = ("Measured less what any causal, linear, stable stack could show, in percent of |Z|: filled "
        "marks are the real part, hollow ones the imaginary part. The grey band is the stated "
        "noise (expected_noise).")
MISSING = "No residuals: no spectrum was fitted."
LEFT_OUT = " Crosses were left out, as they contradict all others."
DISTURBED = " Rings mark disturbed frequencies."
STEP = " The dotted line is where the meter's gain changes by a step."
ROOM = 1.25
TOLD = "a step of"
"""How the verdict on a step begins."""


def residuals(shown: Sequence[Shown]) -> Panel:
    """Residuals of the ladder over frequency."""
    read = [one for one in shown if one.reading is not None]
    if not read:
        return Panel(TITLE, READ, missing=MISSING)
    figure = blank(340)
    _band(figure, read)
    top = max(float(np.abs(_relative(one)).max()) for one in read)
    top = ROOM * max(top, 200.0 * read[0].rules.expected_noise)
    said = {words for one in read for words in _one(figure, one, top)}
    figure.update_xaxes(type="log", title_text="Frequency (Hz)", dtick=1, tickformat="~s")
    figure.update_yaxes(title_text="Residual (% of |Z|)", range=[-top, top], zeroline=True,
                        zerolinecolor=MUTED, zerolinewidth=1)
    extra = "".join(words for words in (LEFT_OUT, DISTURBED, STEP) if words in said)
    return Panel(TITLE, READ + extra, figure, key=key_of(read))


def _band(figure: Any, shown: Sequence[Shown]) -> None:
    hz = np.geomspace(max(one.hz.max() for one in shown), min(one.hz.min() for one in shown), 80)
    high = 100.0 * shown[0].rules.expected_noise * relative_noise(hz)
    figure.add_scatter(x=np.concatenate([hz, hz[::-1]]), y=np.concatenate([high, -high[::-1]]),
                       fill="toself", fillcolor="rgba(82, 96, 109, 0.13)", line={"width": 0},
                       mode="lines", hoverinfo="skip")


def _one(figure: Any, one: Shown, top: float) -> list[str]:
    """Draws one spectrum; returns which further words it needs."""
    assert one.reading is not None
    check = one.reading.checked.check
    hz, relative, said = check.frequency_hz, _relative(one), []
    for y, part, symbol in ((relative.real, "Re", one.mark),
                            (relative.imag, "Im", f"{one.mark}-open")):
        figure.add_scatter(
            x=hz, y=y, mode="markers", marker=one.marker() | {"symbol": symbol}, name=part,
            hovertemplate=f"{part}: %{{y:.3g}} % at %{{x:.3s}}Hz<extra></extra>")
    if (disturbed := _disturbed(one)).any():
        size = np.maximum(np.abs(relative.real), np.abs(relative.imag))[disturbed]
        figure.add_scatter(x=hz[disturbed], y=np.where(
            np.abs(relative.real)[disturbed] == size, relative.real[disturbed],
            relative.imag[disturbed]), mode="markers", hoverinfo="skip",
            marker={"size": 13, "symbol": "circle-open", "color": INK, "line": {"width": 1.5}})
        said.append(DISTURBED)
    if _left_out(figure, one, top):
        said.append(LEFT_OUT)
    if (at := _step_hz(one)) is not None:
        figure.add_vline(x=at, line={"color": one.colour, "dash": "dot", "width": 1.5})
        said.append(STEP)
    return said


def _relative(one: Shown) -> ComplexArray:
    """Complex residual in percent of |Z|, shape of the check's frequencies."""
    assert one.reading is not None
    return np.asarray(100.0 * _parts(one.reading.checked.check.residual)
                      / _modulus(one.reading.checked.check))


def _parts(stacked: FloatArray) -> ComplexArray:
    """Real parts, then imaginary parts, as complex numbers."""
    half = stacked.size // 2
    return np.asarray(stacked[:half] + 1j * stacked[half:])


def _modulus(check: Ladder) -> FloatArray:
    """|Z| in the units of the residuals, whatever their weights."""
    return np.maximum(np.abs(_parts(check.measured)), 1e-30)


def _disturbed(one: Shown) -> BoolArray:
    """Points further off than scatter explains."""
    assert one.reading is not None
    check = one.reading.checked.check
    return outliers(check, one.rules)


def _left_out(figure: Any, one: Shown, top: float) -> bool:
    """Crosses for points that the check left out, at the edge where they lie beyond it."""
    read = windowed(one.spectrum, one.rules)
    out = ~np.isin(read.frequency_hz, one.hz[one.used])
    if not out.any():
        return False
    check = ladder(data_of(read, one.rules.weighting))
    off = 100.0 * check.off / _modulus(check)
    figure.add_scatter(
        x=read.frequency_hz[out], y=np.minimum(off[out], 0.95 * top), mode="markers",
        marker={"size": 10, "symbol": "x", "color": one.colour}, hoverinfo="text",
        hovertext=[f"left out: {value:.3g} % off at {hz:.4g} Hz"
                   for hz, value in zip(read.frequency_hz[out], off[out], strict=True)])
    return True


def _step_hz(one: Shown) -> float | None:
    """Where the gain changes, if it does."""
    assert one.reading is not None
    checked = one.reading.checked
    if not (checked.step > 0.0 or (one.reading.trouble or "").startswith(TOLD)):
        return None
    _, sigma = checked.check.gain_steps()
    at = int(np.argmax(np.abs(sigma)))
    hz: FloatArray = checked.check.frequency_hz
    return float(np.sqrt(hz[at] * hz[at + 1]))
