"""Steps of the machine in the settings of a campaign, so that only what can be held is searched."""

from __future__ import annotations

from typing import Any

from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE
from pressloop.hardware.protocols import PressIdentity
from pressloop.hardware.registry import press_steps
from pressloop.optimizer.parameter import NEAR, PRESS, Parameter
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE

FINE = {"pressure_mpa": 0.1, "dwell_s": 1.0, "temperature_c": 0.1}
"""Steps as small as this are those of a panel, in which recipes are given anyway."""


def with_steps_of_press(settings: Settings) -> Settings:
    """The settings with the steps that the driver of the press tells, where [space] names none.

    Raises BadInput for a step of [space] that the press cannot hold, or a set point off its step.
    """
    press = settings.press
    if press.driver == NO_DEVICE:
        return settings
    found = press_steps(press.driver, press.options, settings.envelope.die_area_mm2)
    own, steps = dict(settings.space.steps), dict[str, float]()
    for name, step in found.items():
        if step <= FINE.get(name, 0.0) or name not in CORE:
            continue
        if name in own:
            _prove_multiple(name, own[name], step)
        steps[name] = own.get(name, step)
    if not steps or steps == own:
        return settings
    table = settings.space_table.model_copy(update={"steps": own | steps})
    fitted = settings.model_copy(update={"space_table": table})
    _ = fitted.problem
    return fitted


def _prove_multiple(name: str, own: float, step: float) -> None:
    if abs(own / step - round(own / step)) > NEAR or own < step:
        raise BadInput(f"space.{name}.step", own, f"a multiple of {step:g}, the step of the press",
                       "Correct it, or leave it out: the press's own is taken.")


def prove_set(settings: Settings, press: PressIdentity) -> None:
    """Raises BadInput for a parameter that the press is to set and cannot."""
    for error in unset(settings, press):
        raise error


def unset(settings: Settings, press: PressIdentity) -> tuple[BadInput, ...]:
    """Every parameter that the press is to set and cannot."""
    return tuple(
        BadInput(f"space.{p.name}.set_by", PRESS, f"another, as {press.name} cannot set it",
                 f'Let a person set it: set_by = "person". This press sets {_can(press)}.')
        for p in asked_of(settings) if "*" not in press.sets and p.name not in press.sets)


def asked_of(settings: Settings, by: tuple[str, ...] = (PRESS,)) -> tuple[Parameter, ...]:
    """The parameters beside the core ones that these set."""
    return tuple(p for p in settings.space.others if p.set_by in by)


def _can(press: PressIdentity) -> str:
    names: tuple[Any, ...] = tuple(press.sets)
    return ", ".join(names) or "pressure, dwell and temperature only"
