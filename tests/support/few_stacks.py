"""A ledger with a few stacks, pressed by the steps of a trial without Prefect around them."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials import Ended, Evaluated

QUICK: dict[str, Any] = {"space": {"dwell_s": [10, 120], "temperature_c": 25},
                         "reference": {"dwell_s": 60}, "search": {"start_with": 9}}
"""Recipes by design, none by the models."""


MADE = tempfile.TemporaryDirectory(prefix="pressloop-few-")
"""Folders in which stacks have been pressed once, to be copied from then on."""


def press_few(folder: Path, stacks: int = 3, **changes: Any) -> str:
    """Presses, measures and evaluates stacks of a small campaign; the ledger's address.

    The same ones are pressed once in a session, where a new ledger lies in this folder."""
    told = QUICK | changes
    settings = read_settings(write_settings(folder, **told))
    ledger = folder / settings.campaign.ledger.removeprefix("sqlite:///")
    here = ledger.parent == folder and folder.resolve() == Path.cwd()
    if ledger.exists() or not here:
        _pressed(settings, stacks)
        return settings.campaign.ledger
    asked = json.dumps([stacks, told], sort_keys=True)
    made = Path(MADE.name) / hashlib.sha256(asked.encode()).hexdigest()[:16]
    if not made.exists():
        with chdir_to(made.with_suffix(".begun")) as begun:
            _pressed(settings, stacks)
        begun.rename(made)
    for path in made.iterdir():
        if path.suffix != ".lock":
            shutil.copyfile(path, folder / path.name)
    return settings.campaign.ledger


@contextmanager
def chdir_to(folder: Path) -> Iterator[Path]:
    """Works in a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with chdir(folder):
        yield folder


def _pressed(settings: Settings, stacks: int) -> None:
    with open_run(settings, order_of(settings)) as run:
        for number in range(1, stacks + 1):
            plan.fn(run, number)
            press_stack.fn(run, number)
            measure.fn(run, number)
            outcome = evaluate_stack.fn(run, number).result()
            run.ledger.append(run.campaign, number, Evaluated(1, outcome))
        run.ledger.append(run.campaign, None, Ended("finished", f"{stacks} stacks"))
