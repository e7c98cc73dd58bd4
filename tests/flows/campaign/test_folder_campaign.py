"""A campaign whose spectra come as files, laid out as real cells give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from few_stacks import QUICK
from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Evaluated, Intact, SetAside

STACKS = 12
DISTURBED = (4, 9)
HZ = np.geomspace(7e6, 0.01, 89)
AREA_CM2 = 0.785


def interface_ohm_cm2(pressure_mpa: float) -> float:
    """What the files are made from: contacts that close under pressure."""
    return 300.0 * (100.0 / pressure_mpa) ** 0.6 + 60.0


def impedance(pressure_mpa: float) -> np.ndarray:
    """Separator, a contact, dispersed charge transfer, diffusion: three arcs and a tail."""
    w = 2j * np.pi * HZ
    interface = interface_ohm_cm2(pressure_mpa)
    z = 25.0 + 30.0 / (1.0 + (w * 1.6e-8) ** 0.9)
    z = z + 0.2 * interface / (1.0 + (w * 8e-6) ** 0.72)
    z = z + 0.8 * interface / (1.0 + (w * 4e-3) ** 0.62)
    return np.asarray((z + 8.0 / np.sqrt(w)) / AREA_CM2)


def export(folder: Path, name: str, pressure_mpa: float, number: int) -> None:
    """Three sweeps of one cell in a file, the cell settling by 3 % over them; noise of 0.1 %."""
    draw = np.random.default_rng(number)
    rows = ["cycle number\tfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm"]
    for sweep in range(3):
        wiggle = draw.standard_normal(HZ.size) + 1j * draw.standard_normal(HZ.size)
        z = impedance(pressure_mpa) * (1.03 - 0.015 * sweep) * (1.0 + 1e-3 * wiggle)
        if number in DISTURBED:
            z[70:] *= 1.0 + 0.25 * draw.standard_normal(HZ.size - 70)
        rows += [f"{sweep + 1}\t{f:.7g}\t{v.real:.7g}\t{-v.imag:.7g}"
                 for f, v in zip(HZ, z, strict=True)]
    (folder / f"{name}.txt").write_text("\n".join(rows) + "\n")


@pytest.mark.slow
def test_every_sound_stack_teaches(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    meter: dict[str, Any] = {"driver": "folder", "folder": str(exports), "glitch_fraction": None,
                             "settle_s": 0.0, "poll_s": 0.01, "patience_s": 5.0,
                             "not_older_than_s": 60.0}
    settings = read_settings(write_settings(
        tmp_path, **(QUICK | {"meter": meter, "evaluation": None,
                              "search": {"start_with": STACKS},
                              "stack": {"area_cm2": AREA_CM2},
                              "space": QUICK["space"] | {"pressure_mpa": [80, 300]}})))
    with open_run(settings, order_of(settings)) as run:
        for number in range(1, STACKS + 1):
            plan.fn(run, number)
            press_stack.fn(run, number)
            trial = run.ledger.trial(run.campaign, number)
            assert trial is not None
            export(exports, trial.stack.stack_id, trial.recipe.pressure_mpa, number)
            measure.fn(run, number)
            outcome = evaluate_stack.fn(run, number).result()
            run.ledger.append(run.campaign, number, Evaluated(1, outcome))
        trials = run.ledger.history(run.campaign)

    for trial in trials:
        outcome = trial.outcome
        if trial.number in DISTURBED:
            assert isinstance(outcome, SetAside) and "disturbed between" in outcome.reason
            continue
        assert isinstance(outcome, Intact), (trial.number, outcome)
        truth = interface_ohm_cm2(trial.recipe.pressure_mpa)
        assert abs(outcome.resistance_ohm_cm2 / truth - 1.0) < 0.05
        assert outcome.resistance_se_ohm_cm2 is not None
        assert sum(arc.interface for arc in outcome.arcs) >= 2
        assert any("last" in note or "sweep" in note for note in trial.spectra[0].notes)
