"""A lab with a hand press, a collector type and a ramp rate: from the order to the report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from press_memory import trials_of

from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.trials import Intact, Recipe, Stack

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "examples" / "collectors_by_hand.toml").read_text()
SETTINGS, LEDGER = "collectors.toml", Path("collectors.db")
URL = f"sqlite:///{LEDGER}"
FACTOR = {"bare-SUS": 1.5, "MoS2-SUS": 1.0, "carbon-Al": 1.3}


def prepared(folder: Path) -> None:
    """Settings, a table of past presses, and the export of the first stack."""
    (folder / SETTINGS).write_text(EXAMPLE.replace("settle_s = 30", "settle_s = 0.1").replace(
        "rest_s = 600", "rest_s = 600\nnot_older_than_s = 3600\npoll_s = 0.05"))
    (folder / "exports").mkdir()
    place = Place(7, folder / "bench")
    stack = Stack("collectors-001", "NCM622-LPSCl-07", "demo", 1.3273, 600.0, 250.0)
    press = connect_press("simulated", {"die_diameter_mm": 13}, place)
    run_cycle(press, press.limits, 1, stack, Recipe(140.0, 180.0, 25.0))
    spectrum, = connect_meter("simulated", {"glitch_fraction": 0.0}, place).sweep(stack)
    rows = [f"{f:.9g},{z.real:.9g},{-z.imag:.9g}" for f, z in zip(
        spectrum.frequency_hz, spectrum.impedance_ohm, strict=True)]
    (folder / "exports" / "collectors-001.csv").write_text("\n".join(
        ["freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", *rows]) + "\n")
    (folder / "past.csv").write_text(past(18))


def past(stacks: int) -> str:
    """A table with a column for each parameter."""
    lines = ["pressure_mpa,dwell_s,temperature_c,collector,ramp_mpa_per_s,resistance_ohm_cm2,"
             "failure_mode"]
    for i, trial in enumerate(simulated_stacks("reference", stacks, 1, 4)):
        kind, recipe = list(FACTOR)[i % 3], replace(trial.recipe, temperature_c=25.0)
        intact = isinstance(trial.outcome, Intact)
        value = f"{FACTOR[kind] * trial.outcome.resistance_ohm_cm2:.2f}" if intact else ""
        mode = "" if intact else str(trial.outcome.mode)
        lines.append(f"{recipe.pressure_mpa},{recipe.dwell_s},25,{kind},{1 + i % 7},{value},{mode}")
    return "\n".join(lines) + "\n"


@pytest.mark.prefect
def test_from_the_order_to_the_report(server: Any, pressloop: Callable[..., Any],
                                      tmp_path: Path) -> None:
    prepared(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pressloop", "run", SETTINGS, "--trials", "1", "--json"], text=True,
        input="start\npressed\n1,9\n181\n", capture_output=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PRESSLOOP_ASK": "terminal"}, check=False)
    assert done.returncode == 0, done.stderr
    assert "collector = bare-SUS" in done.stderr and "Ramp:" in done.stderr
    first, = trials_of(LEDGER, "collectors")
    assert first.recipe == Recipe(140.0, 180.0, 25.0, 5.0, others=(("collector", "bare-SUS"),))
    assert isinstance(first.outcome, Intact)

    assert pressloop("import", SETTINGS, "past.csv", "--json").json["added"] == 18
    best = pressloop("recommend", "--ledger", URL, "--json").json["recommendation"]
    assert best["recipe"]["others"] == {"collector": "MoS2-SUS"}
    assert best["recipe"]["pressure_mpa"] % 5 == 0
    assert best["region"]["others"]["collector"] == ["MoS2-SUS"]
    assert "MoS2-SUS" in pressloop("recommend", "--ledger", URL).out
    assert "collector" in pressloop("log", "--ledger", URL).out
    assert pressloop("verify", "--ledger", URL).code == 0
    assert pressloop("report", "--ledger", URL, "--out", "page").code == 0
    page = (Path("page") / "report.html").read_text()
    assert "carbon-Al" in page and "ramp_mpa_per_s" in page
    assert pressloop("export", "--ledger", URL, "--out", "tables").code == 0
    table = pd.read_csv(Path("tables") / "trials.csv")
    assert set(table["collector"]) == set(FACTOR)


def test_suggest_reads_the_columns_by_name_and_keeps_the_rules(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    prepared(tmp_path)
    answer = pressloop("suggest", SETTINGS, "--data", "past.csv", "--count", "3", "--json").json
    for one in answer["suggestions"]:
        recipe = one["recipe"]
        assert recipe["pressure_mpa"] % 5 == 0
        assert recipe["others"]["collector"] != "carbon-Al" or recipe["pressure_mpa"] <= 250
    held = pressloop("suggest", SETTINGS, "--data", "past.csv", "--fix", "collector=carbon-Al",
                     "--json").json["suggestions"][0]["recipe"]
    assert held["others"]["collector"] == "carbon-Al" and held["pressure_mpa"] <= 250


@pytest.mark.parametrize("change, words", [
    (("MoS2-SUS,", "gold,"), ("collector", "gold", "Add the kind")),
    (("carbon-Al,", ","), ("collector", "empty")), ((",ramp_mpa_per_s,", ",ramp,"), ("ramp_mpa",))])
def test_a_table_that_says_something_else_is_refused(
        change: tuple[str, str], words: tuple[str, ...], pressloop: Callable[..., Any],
        tmp_path: Path) -> None:
    prepared(tmp_path)
    Path("past.csv").write_text(Path("past.csv").read_text().replace(*change, 1))
    pressloop("suggest", SETTINGS, "--data", "past.csv").refused(*words)


def test_stacks_of_an_untold_collector_are_kept_and_not_learned_from(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    prepared(tmp_path)
    Path("past.csv").write_text(Path("past.csv").read_text().replace("carbon-Al,", ",", 2))
    settings = Path(SETTINGS).read_text("utf-8")
    Path(SETTINGS).write_text(f'{settings}\n[table]\naccept = ["empty"]\n', "utf-8")
    answer = pressloop("suggest", SETTINGS, "--data", "past.csv", "--json").json
    assert "2 stacks are not learned from, as collector is not told" in str(answer)


@pytest.mark.parametrize("fix", ["colector=MoS2-SUS", "collector=gold", "collector", "dwell_s=9999",
                                 "pressure_mpa=much"])
def test_what_cannot_be_held_is_refused(fix: str, pressloop: Callable[..., Any], tmp_path: Path
                                        ) -> None:
    prepared(tmp_path)
    pressloop("suggest", SETTINGS, "--data", "past.csv", "--fix", fix).refused(
        fix.partition("=")[0])
