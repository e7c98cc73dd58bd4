"""A hand press, one stack on it, and a person whose answers are known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from scripted_person import ScriptedPerson

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_press
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

STACK = Stack("night-001", "L-1", "ana", 1.327, 600.0)
RECIPE = Recipe(140.0, 180.0, 25.0)
AREA_13 = math.pi * 13.0**2 / 4.0
ENVELOPE = Envelope(AREA_13, 98e3, 500.0, 15.0, 40.0, 3600.0)
OPTIONS: dict[str, Any] = {"die_diameter_mm": 13.0, "max_force_kn": 147.0, "name": "hand"}
DONE = ["start", "pressed", 1.9, 180.0]


def press_with(at: Place, *answers: float | str, **options: Any) -> tuple[Any, ScriptedPerson]:
    person = ScriptedPerson(list(answers))
    return connect_press("attended", OPTIONS | options, replace(at, person=person)), person
