"""Whoever looks at the console sees no terminal: it says what a meter in a folder waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attended_lab import attended_lab
from console_lab import NAME, console, words

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Commanded, Pressed
from pressloop.trials.errors import Fault
from pressloop.trials.trace import Trace

pytestmark = pytest.mark.slow
TRACE = Trace(np.array([0.0, 30.0, 60.0]), np.array([0.0, 9e3, 9e3]), None, None, None, 78.5)


def test_a_spectrum_that_is_awaited_is_told_with_what_is_not_taken(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    settings = read_settings(attended_lab(tmp_path, NAME))
    export = tmp_path / "exports" / f"{NAME}-001.csv"
    right = export.read_text()
    export.write_text("no numbers here\n")
    with open_run(settings, order_of(settings)) as run, console(tmp_path) as desk:
        plan.fn(run, 1)
        trial = run.ledger.trial(NAME, 1)
        assert trial is not None
        run.ledger.append(NAME, 1, Commanded(1, run.press.identify().serial))
        assert "Waiting for" not in words(desk.part("work"))
        run.ledger.append(NAME, 1, Pressed(TRACE))

        def waits() -> None:
            with suppress(Fault):
                run.meter.sweep(trial.stack)

        waiting = threading.Thread(target=waits)
        waiting.start()
        try:
            eventually(lambda: "not taken" in words(desk.part("work")), "the refusal")
            told = words(desk.part("work"))
            assert f"Waiting for the spectrum of stack {NAME}-001" in told
            assert str(tmp_path / "exports") in told and "Deadline: " in told
            assert "names frequency and impedance" in told
        finally:
            export.write_text(right)
            waiting.join()
        assert "taken for stack" in words(desk.part("work"))
