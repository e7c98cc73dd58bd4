"""A lab with a hand press, a collector type, a ramp rate and a conductivity that a person measures.

From the order to the report."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from press_memory import trials_of

from pressloop.flows.operator.entered import entered
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials import Intact, Recipe, Stack, State, Trial
from pressloop.trials.entry import Entered
from pressloop.trials.errors import Fault
from pressloop.trials.outcome import Failed, FailureMode
from pressloop.trials.quantity import Measurement

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "examples" / "conductivity_by_hand.toml").read_text()
SETTINGS, LEDGER = "pellets.toml", Path("pellets.db")
URL = f"sqlite:///{LEDGER}"
FACTOR = {"bare-SUS": 1.0, "MoS2-SUS": 1.3, "carbon-Al": 0.9}
COLUMNS = '[table]\nconductivity = "sigma (S/m)"\ndensity_percent = "density (%)"\n'


def prepared(folder: Path) -> None:
    """Settings, and a sheet of past pellets: in S/m, minutes, with a shorted one."""
    (folder / SETTINGS).write_text(EXAMPLE + COLUMNS)
    rows = ["P (MPa),Hold (min),collector,ramp_mpa_per_s,sigma (S/m),density (%),failure"]
    for i in range(18):
        pressure, kind = 60 + (i * 37) % 340, list(FACTOR)[i % 3]
        sigma = 0.25 * FACTOR[kind] * (1.0 - math.exp(-pressure / 150)) * (1.0 + 0.02 * (i % 4))
        density = 60.0 + 36.0 * (1.0 - math.exp(-pressure / 120))
        told = ",,shorted" if i == 7 else f"{sigma:.4f},{density:.1f},"
        rows.append(f"{pressure},{1 + i % 5},{kind},{1 + (i * 7) % 20},{told}")
    (folder / "past.csv").write_text("\n".join(rows) + "\n")


def answered(*typed: str, trials: int) -> subprocess.CompletedProcess[str]:
    """A run at a terminal at which this is typed."""
    return subprocess.run(
        [sys.executable, "-m", "pressloop", "run", SETTINGS, "--trials", str(trials), "--json"],
        text=True, input="".join(f"{line}\n" for line in typed), capture_output=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PRESSLOOP_ASK": "terminal"}, check=False)


@pytest.mark.prefect
def test_from_the_order_to_the_report(server: Any, pressloop: Callable[..., Any],
                                      tmp_path: Path) -> None:
    prepared(tmp_path)
    done = answered("start", "pressed", "1,9", "181", "measured", "0,82", "88,5", trials=1)
    assert done.returncode == 0, done.stderr
    assert "collector = bare-SUS" in done.stderr and "conductivity in mS/cm" in done.stderr
    first, = trials_of(LEDGER, "pellets")
    assert first.recipe == Recipe(140.0, 180.0, 25.0, 5.0, others=(("collector", "bare-SUS"),))
    assert isinstance(first.outcome, Intact) and first.outcome.resistance_ohm_cm2 is None
    assert first.outcome.measured == (Measurement("conductivity", 0.82, None, "mS/cm"),
                                      Measurement("density_percent", 88.5, None, "percent"))

    assert pressloop("queue", SETTINGS, "--recipe", "reference", "--reason", "again").code == 0
    done = answered("start", "pressed", "1,9", "179", "shorted", trials=2)
    assert done.returncode == 0, done.stderr
    second = trials_of(LEDGER, "pellets")[1]
    assert isinstance(second.outcome, Failed) and second.outcome.mode is FailureMode.SHORTED

    assert pressloop("lint", "past.csv", "--settings", SETTINGS).code == 0
    assert pressloop("import", SETTINGS, "past.csv", "--json").json["added"] == 18
    assert pressloop("attach", SETTINGS, "--recipe", "reference", "--stack", "guest", "--reason",
                     "from next door", "--set", "conductivity=0.9").code == 0
    answer = pressloop("recommend", "--ledger", URL)
    assert "conductivity" in answer.out and "mS/cm" in answer.out
    assert "esistance" not in answer.out and "cm²" not in answer.out
    best = pressloop("recommend", "--ledger", URL, "--json").json["recommendation"]
    conductivity, density = best["expected"]
    assert best["recipe"]["others"] == {"collector": "MoS2-SUS"}
    assert best["recipe"]["pressure_mpa"] % 5 == 0 and best["recipe"]["pressure_mpa"] > 250
    assert 1.8 < conductivity["low"] < conductivity["value"] < conductivity["high"] < 4.5
    assert density["value"] > 90.0 and density["p_kept"] > 0.8
    assert best["resistance_ohm_cm2"] is None and best["laws"] is None

    told = pressloop("predict", "reference", "--ledger", URL).out
    assert "conductivity" in told and "mS/cm" in told and "Ω" not in told
    assert pressloop("correct", "--ledger", URL, "--trial", "1", "--set", "conductivity=0.92",
                     "--reason", "typed 82 for 92").code == 0
    log = " ".join(pressloop("log", "--ledger", URL).out.split())
    assert "conductivity 0.820 mS/cm" in log and "entered by a person" in log
    assert pressloop("verify", "--ledger", URL).code == 0
    assert pressloop("report", "--ledger", URL, "--out", "page").code == 0
    page = (Path("page") / "report.html").read_text()
    assert "conductivity, predicted" in page and "Interfacial resistance, predicted" not in page
    assert pressloop("export", "--ledger", URL, "--out", "tables").code == 0
    table = pd.read_csv(Path("tables") / "trials.csv").set_index("trial")
    assert table.loc[1, "conductivity (mS/cm)"] == 0.92
    assert math.isnan(table.loc[2, "conductivity (mS/cm)"])
    assert table["resistance_ohm_cm2"].isna().all()


@pytest.mark.slow
def test_the_next_pellets_from_a_sheet(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    prepared(tmp_path)
    found = pressloop("suggest", SETTINGS, "--data", "past.csv", "--count", "3", "--json").json
    for one in found["suggestions"]:
        assert one["predicted"]["conductivity"] > 2.0
        assert one["predicted"]["density_percent"] > 85.0
        assert one["recipe"]["others"]["collector"] == "MoS2-SUS"
        assert "resistance_ohm_cm2" not in one["predicted"]
        assert "conductivity" in one["reason"] and "resistance" not in one["reason"]


# What the person is asked.


PELLET = Trial(1, Stack("pellets-001", "L", "demo", 1.3, 600.0), Recipe(140.0, 180.0, 25.0),
               State.PRESSED)


def asked(monkeypatch: pytest.MonkeyPatch, typed: str, *history: float) -> Entered | None:
    import io

    monkeypatch.setenv("PRESSLOOP_ASK", "terminal")
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    settings = read_settings(ROOT / "examples" / "conductivity_by_hand.toml")
    before = [Trial(i, PELLET.stack, PELLET.recipe, State.EVALUATED, outcome=Intact(
        None, measured=(Measurement("conductivity", value, None, "mS/cm"),)))
        for i, value in enumerate(history, 2)]
    return entered(settings, PELLET, before)


def test_a_limit_need_not_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    said = asked(monkeypatch, "measured\n1,2\n-\n")
    assert said == Entered((Measurement("conductivity", 1.2, None, "mS/cm"),))


def test_the_error_of_a_value_is_typed_behind_it(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = asked(monkeypatch, "measured\n1,2 ± 0\n-\n1,2 ± 0,05\n91 +- 2\n")
    assert said == Entered((Measurement("conductivity", 1.2, 0.05, "mS/cm"),
                            Measurement("density_percent", 91.0, 2.0, "percent")))
    shown = capsys.readouterr().err
    assert "1.9 ± 0.1" in shown and "conductivity_se = 0" in shown


@pytest.mark.parametrize("typed, failure", [
    ("shorted\n", "shorted"), ("failed\n", "failed"), ("spoilt\n", "spoilt")])
def test_a_failed_stack_has_no_number(typed: str, failure: str,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, typed) == Entered(failure=failure)


@pytest.mark.parametrize("typed", ["1.2.3", "high", "-", "", "1e999", "inf"])
def test_what_is_no_number_is_asked_again(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = asked(monkeypatch, f"measured\n{typed}\n90\n1.2\n90\n")
    assert said is not None and said.values[0].value == 1.2


def test_what_cannot_be_is_asked_again(monkeypatch: pytest.MonkeyPatch,
                                       capsys: pytest.CaptureFixture[str]) -> None:
    said = asked(monkeypatch, "measured\n0\n90\n1.2\n90\n")
    assert said is not None and said.values[0].value == 1.2
    assert "above 0" in capsys.readouterr().err


def test_a_slipped_point_is_typed_twice_to_be_believed(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = asked(monkeypatch, "measured\n12\n-\n1.2\n-\n", 1.0, 1.1, 1.3)
    assert said is not None and said.values[0].value == 1.2
    assert "read 1 to 1.3" in capsys.readouterr().err
    said = asked(monkeypatch, "measured\n12\n-\n12\n-\n", 1.0, 1.1, 1.3)
    assert said is not None and said.values[0].value == 12.0


def test_nobody_to_ask_leaves_the_stack_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRESSLOOP_ASK", raising=False)
    monkeypatch.setattr(sys, "stdin", None)
    settings = read_settings(ROOT / "examples" / "conductivity_by_hand.toml")
    with pytest.raises(Fault, match="nobody can be asked for its conductivity"):
        entered(settings, PELLET, ())


def test_a_campaign_of_resistance_asks_nobody() -> None:
    from lab_files import settings_values

    assert entered(from_plain(settings_values(), "test"), PELLET, ()) is None
