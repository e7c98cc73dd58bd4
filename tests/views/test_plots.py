"""Figures for notebooks, from models or a history; and the tables that models show."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest
from documented import ROOT

from pressloop.evaluation.readers import read_spectrum
from pressloop.optimizer import Models, Problem, Space, fit_models, recommend
from pressloop.optimizer.parameter import Parameter
from pressloop.trials import BadInput, Failed, FailureMode, Intact, Recipe, Stack, State, Trial
from pressloop.views import plots

SPACE = Space(pressure_mpa=(50, 500), dwell_s=(10, 1800), temperature_c=(25, 140))
ROWS = ((140, 180, 25, 89.3), (250, 180, 25, 61.0), (250, 600, 80, 44.2), (350, 60, 110, 38.9),
        (300, 120, 60, 49.5), (430, 300, 120, None))


def trials(rows: tuple[tuple[float | None, ...], ...] = ROWS) -> list[Trial]:
    found = []
    for number, (pressure, dwell, warm, ohm) in enumerate(rows, 1):
        assert pressure is not None and dwell is not None and warm is not None
        outcome = Failed(FailureMode.CRUSHED, "broke") if ohm is None else Intact(ohm, 0.02 * ohm)
        found.append(Trial(number, Stack(f"s{number}", "L", "o", 0.785, 600.0),
                           Recipe(pressure, dwell, warm), State.EVALUATED, outcome=outcome))
    return found


@cache
def models() -> Models:
    return fit_models(Problem(SPACE, reference=Recipe(140, 180, 25)), trials())


@pytest.mark.slow
def test_models_and_their_course_are_drawn() -> None:
    for figure, word in ((plots.convergence(models()), "search"),
                         (plots.predicted(models()), "model"),
                         (plots.controls(models()), "drift")):
        assert isinstance(figure, go.Figure) and len(figure.data) > 0
        assert word in figure.layout.title.text
        assert len(figure.layout.meta["how_to_read"]) > 40


def test_maps_of_resistance_and_of_crushing() -> None:
    found = plots.maps(models(), at=Recipe(300, 120, 60))
    titles = [figure.layout.title.text for figure in found]
    assert len(found) >= 3 and any("Resistance over" in t for t in titles)
    assert any("Chance of crushing" in t for t in titles)
    z = np.asarray(next(trace.z for trace in found[0].data if trace.type == "contour"))
    assert np.isfinite(z).all() and z.shape[0] > 20


def test_one_free_variable_is_a_line() -> None:
    line = Space(pressure_mpa=(50, 500), dwell_s=(60, 60), temperature_c=(25, 25))
    rows = tuple((p, 60, 25, r) for p, r in ((100, 90.0), (200, 61.0), (300, 48.0), (400, 44.0)))
    found = plots.maps(fit_models(Problem(line), trials(rows)))
    assert found and all("over pressure" in one.layout.title.text for one in found)


@pytest.mark.slow
def test_spectra_are_drawn_with_their_names() -> None:
    spectrum = read_spectrum(ROOT / "examples" / "tutorial" / "cell-1.csv")
    for draw in (plots.nyquist, plots.bode):
        figure = draw([spectrum, replace(spectrum)], ["one", "two"])
        assert len(figure.data) > 2
    with pytest.raises(BadInput, match="names = 1"):
        plots.nyquist([spectrum, spectrum], ["one"])
    with pytest.raises(BadInput):
        plots.nyquist([])


def test_where_there_is_nothing_to_draw_it_says_why() -> None:
    with pytest.raises(BadInput, match="trace"):
        plots.press_trace(trials())
    without = fit_models(Problem(SPACE), trials())
    with pytest.raises(BadInput, match="reference"):
        plots.controls(without)
    failed = fit_models(Problem(SPACE), trials(((430, 300, 120, None),)))
    with pytest.raises(BadInput, match="intact"):
        plots.maps(failed)
    fixed = Space(pressure_mpa=(200, 200), dwell_s=(60, 60), temperature_c=(25, 25),
                  others=(Parameter("binder_percent", 0.0, 3.0),))
    with pytest.raises(BadInput, match="fixed"):
        plots.maps(fit_models(Problem(fixed), []))


def test_models_and_recommendation_show_themselves() -> None:
    best = recommend(models())
    html = best._repr_html_()
    assert "Recommended recipe" in html and f"{best.recipe.pressure_mpa:.4g} MPa" in html
    assert "5 intact, 1 failed" in html
    assert "6: 5 intact, 1 failed" in models()._repr_html_()
    assert "crushed" in models()._repr_html_()


def test_other_peoples_text_is_no_markup() -> None:
    html = replace(recommend(models()), notes=("<img src=x onerror=alert(1)>",))._repr_html_()
    assert "<img" not in html and "&lt;img" in html
