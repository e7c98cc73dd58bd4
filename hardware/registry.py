"""Finds a driver by its file name, or by a dotted module name for one outside this project."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import cast

import hardware.meters
import hardware.presses
from hardware.protocols import ImpedanceMeter, Place, Press
from trials.errors import BadInput


def press_names() -> tuple[str, ...]:
    """Drivers that ship in `hardware/presses/`."""
    return _names(hardware.presses)


def meter_names() -> tuple[str, ...]:
    """Drivers that ship in `hardware/meters/`."""
    return _names(hardware.meters)


def connect_press(driver: str, options: Mapping[str, object], place: Place) -> Press:
    """Opens the press. Raises BadInput for an unknown driver or option, Fault if it is silent."""
    return cast(Press, _module("press.driver", driver, hardware.presses).connect(options, place))


def connect_meter(driver: str, options: Mapping[str, object], place: Place) -> ImpedanceMeter:
    """Opens the meter. Raises BadInput for an unknown driver or option, Fault if it is silent."""
    return cast(ImpedanceMeter,
                _module("meter.driver", driver, hardware.meters).connect(options, place))


def _names(package: ModuleType) -> tuple[str, ...]:
    return tuple(sorted(found.name for found in pkgutil.iter_modules(package.__path__)))


def _module(key: str, driver: str, package: ModuleType) -> ModuleType:
    outside = "." in driver and not driver.startswith(".")
    name = driver if outside else f"{package.__name__}.{driver}"
    known = ", ".join(_names(package))
    remedy = f"Use one of {known}, or the dotted name of a module that can be imported."
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise BadInput(key, driver, "a driver that exists", remedy) from None
    if not hasattr(module, "connect"):
        raise BadInput(key, driver, "a module with a function connect(options, place)", remedy)
    return module
