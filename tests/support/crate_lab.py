"""A campaign in which everything has happened that can happen to a stack, to be exported."""

from __future__ import annotations

from typing import Any

import numpy as np
from lab_files import settings_values

from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.trials import Ledger
from pressloop.trials.entry import (
    Commanded,
    Corrected,
    Evaluated,
    Faulted,
    Imported,
    Measured,
    Opened,
    Planned,
    Pressed,
)
from pressloop.trials.outcome import (
    Achieved,
    Damage,
    Failed,
    FailureMode,
    Intact,
    Outcome,
    SetAside,
    Spoilt,
    Withdrawn,
)
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import ControlPoint, MissingPoint, Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

NAME = "night"
PATH, LOGIN = "/home/ana/exports/S-04.csv", "postgresql+psycopg://ana:hunter2@db.lab/ledger"
SECRETS = ("/home/ana", "hunter2", "db.lab", "10.20.30.40", "/srv/press", "lab-secret")
"""What nobody outside the lab is to read; all of it is in the ledger."""
VERSIONS = {"pressloop": "9.9", "numpy": "2.4.6", "python": "3.11.7", "torch": "2.13.0+cpu"}
MIXED = 11
"""Stacks of `mixed`."""


def settings(**changes: Any) -> Settings:
    """Of a campaign with parameters of its own, and with addresses that are nobody's business."""
    space = settings_values()["space"] | {
        "rest_h": {"low": 1, "high": 24, "unit": "h"}, "collector": ["steel", "MoS2"]}
    told: dict[str, Any] = {
        "space": space, "reference": settings_values()["reference"] | {
            "rest_h": 5, "collector": "steel"},
        "campaign": {"ledger": LOGIN}, "meter": {"folder": "/srv/press/exports",
                                                 "glitch_fraction": None},
        "notify": {"command": ["curl", "https://hooks.example/lab-secret"]}}
    return from_plain(settings_values(**told | changes), "test")


def recipe(number: int) -> Recipe:
    """A different one for each stack."""
    return Recipe(100.0 + number / 3, 60.0 + number, 25.0 + number / 7,
                  others=(("rest_h", 5.0), ("collector", "MoS2" if number % 2 else "steel")))


def stack(number: int, **changes: Any) -> Stack:
    """Two people make them."""
    told: dict[str, Any] = {"lot": "L-1", "operator": "ana" if number % 2 else "Bo Ek",
                            "area_cm2": 0.785, "thickness_um": 600.0, "pre_press_mpa": 375.0}
    return Stack(f"S-{number:02d}", **told | changes)


def trace(number: int) -> Trace:
    """Three samples."""
    return Trace(np.array([0.0, 1.0 / 3.0, 60.0]), np.array([0.0, 9e3 + number / 7, 9e3]), None,
                 np.array([25.0, 25.1, 25.2]), None, 78.5, peak_force_n=9e3)


def spectra(number: int) -> tuple[Spectrum, ...]:
    """Two points, one that is missing, and one that was read twice."""
    return (Spectrum(
        np.array([1e6, 1e3]), np.array([12.0 - 1j / 3, 40.0 + number - 8j]), 0.785,
        stack_pressure_mpa=30.0, temperature_c=25.0, rest_s=600.0, amplitude_mv=10.0,
        missing=(MissingPoint(0.1, f"overload, see {PATH}"),),
        controls=(ControlPoint(1e3, 40 - 8j, 41 - 8j),)),)


def intact(number: int) -> Intact:
    """With standard errors that have many digits."""
    return Intact(40.0 + number / 3, 0.5 + number / 7, 60.0 + number / 3, 0.9, Damage(0.01, 0.002),
                  0.1, 51.0 + number / 3, 0.785, "R0-p(R1,CPE1)", ("R1",), 30.0, 25.0, 600.0)


def opened(of: Settings) -> Opened:
    """A start by simulated devices that say where they lie."""
    return Opened(of.plain(), of.digest, 7, VERSIONS, f"see {PATH}",
                  {"press": "press at 10.20.30.40, serial /srv/press/memory.jsonl",
                   "meter": "simulated meter"}, True)


def pressed(ledger: Ledger, number: int, outcome: Outcome | None, *, campaign: str = NAME,
            press: str | None = None) -> None:
    """A stack that was pressed and measured, and evaluated where there is an outcome."""
    ledger.append(campaign, number, Planned(stack(number), recipe(number), "explore", press=press))
    ledger.append(campaign, number, Commanded(number))
    ledger.append(campaign, number, Pressed(trace(number)))
    if outcome is not None:
        ledger.append(campaign, number, Measured(1, spectra(number)))
        ledger.append(campaign, number, Evaluated(1, outcome))


def mixed(ledger: Ledger) -> None:
    """One stack of each fate."""
    of = settings()
    ledger.append(NAME, None, opened(of))
    pressed(ledger, 1, intact(1))
    pressed(ledger, 2, Failed(FailureMode.CRUSHED, f"fragments, see {PATH}", Damage(0.4, 0.03),
                              Achieved(180.5, 61.0)))
    pressed(ledger, 3, SetAside("Kramers-Kronig is broken", measure_again=True))
    ledger.append(NAME, 4, Planned(stack(4, barcode="N-041"), recipe(4), "explore"))
    ledger.append(NAME, 4, Commanded(4))
    ledger.append(NAME, 4, Faulted("press", f"link to {LOGIN} lost; log in {PATH}"))
    pressed(ledger, 5, None)
    ledger.append(NAME, 5, Faulted("measure", "the meter at 10.20.30.40:5025 is silent"))
    ledger.append(NAME, 6, Planned(stack(6, thickness_um=None), recipe(6), "explore"))
    ledger.append(NAME, 6, Commanded(6))
    ledger.append(NAME, 7, Imported("d7", "past.csv", stack(7), recipe(7), Intact(55.5, 1.25)))
    pressed(ledger, 8, intact(8))
    ledger.append(NAME, 8, Corrected(1, "corrected", f"cracked when looked at, {PATH}",
                                     Failed(FailureMode.CRUSHED, "cracked")))
    pressed(ledger, 9, intact(9))
    ledger.append(NAME, 9, Corrected(1, "withdrawn", "wrong lot", Withdrawn("wrong lot")))
    pressed(ledger, 10, intact(10))
    ledger.append(NAME, 10, Corrected(1, "corrected", "dropped", Spoilt("dropped")))
    ledger.append(NAME, 11, Planned(stack(11), recipe(11), "explore"))
    ledger.append(NAME, 11, Faulted("plan", "abandoned"))


def many(ledger: Ledger, stacks: int) -> None:
    """So many intact stacks."""
    ledger.append(NAME, None, opened(settings()))
    for number in range(1, stacks + 1):
        pressed(ledger, number, intact(number))
