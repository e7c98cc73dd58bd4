"""A picture of several presses in the console: `python -m tools.console.presses [FOLDER]`.

Two simulated presses hold a stack each, a third is taken out. The picture goes to FOLDER, without
one to docs/images/.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any

from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.trials.entry import Commanded, Ended, Evaluated
from tools.console.__main__ import IMAGES, SETTINGS, SIZES
from tools.console.browser import browser
from tools.console.driven import enter, go, started

NAMES, BEFORE, BUDGET = ("north", "south", "east"), 9, 20
PICTURE = "console-presses-tablet-light.png"


def main() -> None:
    """Presses some stacks, begins two more, and takes the picture."""
    wanted = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory(prefix="pressloop-pictures-") as name, chdir(name):
        os.environ |= {"PRESSLOOP_RUNTIME": f"{name}/own", "PRESSLOOP_LOCKS": name,
                       "PRESSLOOP_OPERATOR": "ana", "PREFECT_HOME": f"{name}/prefect"}
        settings = lab(0.0)
        with ExitStack() as stack:
            runs = opened(settings, NAMES, stack)
            for number in range(1, BEFORE + 1):
                pressed(runs[number % len(runs)], number)
            runs[-1].ledger.append("night", None, Ended("failed", "alarm 7: oil pressure", "east"))
        with ExitStack() as stack:
            for number, run in enumerate(opened(lab(1.0), NAMES[:2], stack), BEFORE + 1):
                begun(run, number)
            take(Path(name), wanted)


def lab(time_scale: float) -> Settings:
    """Settings of three presses."""
    presses = [{"name": name, **SETTINGS["press"], "time_scale": time_scale} for name in NAMES]
    space = {"pressure_mpa": [50, 500], "dwell_s": [120, 900], "temperature_c": 25}
    tables: dict[str, Any] = {**SETTINGS, "press": presses, "space": space,
                              "campaign": {**SETTINGS["campaign"], "trials": BUDGET}}
    return from_plain(tables, "the picture's settings")


def opened(settings: Settings, names: tuple[str, ...], stack: ExitStack) -> list[Run]:
    """Runs of these presses, side by side."""
    return [stack.enter_context(open_run(settings, order_of(settings, press=name)))
            for name in names]


def pressed(run: Run, number: int) -> None:
    """A stack from its plan to its outcome."""
    for step in (plan.fn, press_stack.fn, measure.fn):
        step(run, number)
    outcome: Any = evaluate_stack.fn(run, number)
    run.ledger.append(run.campaign, number, Evaluated(1, outcome.result()))


def begun(run: Run, number: int) -> None:
    """A stack that is being pressed."""
    plan.fn(run, number)
    trial = run.ledger.trial(run.campaign, number)
    assert trial is not None
    run.ledger.append(run.campaign, number, Commanded(number, run.press.identify().serial))
    run.press.start(number, trial.stack, trial.recipe)


def take(folder: Path, wanted: Path) -> None:
    """The page of what happens now."""
    with started(folder) as console, browser(folder / "chromium") as new:
        page = new()
        page.size(*SIZES["tablet"], "light")
        enter(page, console.link)
        go(page, "now")
        page.reads("left of the dwell", "Press south", seconds=300)
        time.sleep(3.0)
        wanted.mkdir(parents=True, exist_ok=True)
        page.picture(wanted / PICTURE)


if __name__ == "__main__":
    main()
