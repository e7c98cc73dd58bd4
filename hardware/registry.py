"""Finds a driver by its file name, or by a dotted module name for one outside this project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import cast

import pressloop.hardware.meters
import pressloop.hardware.presses
from pressloop.hardware.protocols import ImpedanceMeter, Place, Press
from pressloop.hardware.users import KERNEL_LOCKS
from pressloop.hardware.watching import Seen
from pressloop.trials.errors import BadInput
from pressloop.trials.plugins import file_names, named_module


def press_names() -> tuple[str, ...]:
    """Drivers that ship in `hardware/presses/`."""
    return file_names(pressloop.hardware.presses)


def meter_names() -> tuple[str, ...]:
    """Drivers that ship in `hardware/meters/`."""
    return file_names(pressloop.hardware.meters)


def connect_press(driver: str, options: Mapping[str, object], place: Place) -> Press:
    """Opens the press. Raises BadInput for an unknown driver or option, Fault if it is silent.

    A driver with a function `station(options)`, the name of its machine's address, is kept in a
    supervisor process, which outlives the caller; the others are opened here.
    """
    module = _press_module(driver)
    if not hasattr(module, "station"):
        return connect_directly(driver, options, place)
    if not KERNEL_LOCKS:
        raise BadInput("press.driver", driver, "attended or simulated on this system",
                       "A press that a computer moves needs POSIX, such as Linux or macOS: its "
                       "lock, and the supervisor that outlives a crash, rest on it.")
    from pressloop.hardware.supervisor.client import SupervisedPress

    fingerprint = getattr(module, "fingerprint", lambda _: "")(options)
    return SupervisedPress(driver, options, place, module.station(options), fingerprint)


def press_steps(driver: str, options: Mapping[str, object], die_area_mm2: float
                ) -> dict[str, float]:
    """The step in which this press holds each set point, of those that have one.

    As its driver's `steps(options, die_area_mm2)` tells; {} of a driver that does not. Raises
    BadInput."""
    module = _press_module(driver)
    found: dict[str, float] = module.steps(options, die_area_mm2) if hasattr(
        module, "steps") else {}
    return found


def press_takes(driver: str, option: str) -> bool:
    """True where the driver of this press has an option of this name. Raises BadInput."""
    options = getattr(_press_module(driver), "Options", None)
    return is_dataclass(options) and option in {f.name for f in fields(options)}


def press_gauge(driver: str, options: Mapping[str, object]) -> Callable[[float], str] | None:
    """What writes a pressure on the stack (MPa) as the gauge of this press shows it.

    As its driver's `shown_load(options)` tells; None of a driver that does not, or whose gauge
    shows that pressure itself. Raises BadInput."""
    module = _press_module(driver)
    found: Callable[[float], str] | None = module.shown_load(options) if hasattr(
        module, "shown_load") else None
    return found


def press_watched(driver: str) -> bool:
    """True where the driver can tell from records what its press does. Raises BadInput."""
    return hasattr(_press_module(driver), "watched")


def watch_press(driver: str, options: Mapping[str, object], place: Place, serial: str,
                cycle_id: int) -> Seen | None:
    """What the driver's own `watched(options, place, serial, cycle_id)` sees.

    None of a driver that has none, and of a cycle that is over or was never taken. Raises BadInput
    or Fault where the records cannot be read."""
    module = _press_module(driver)
    if not hasattr(module, "watched"):
        return None
    found: Seen | None = module.watched(options, place, serial, cycle_id)
    return found


def told_by_meter(driver: str, options: Mapping[str, object], place: Place, stack_id: str
                  ) -> tuple[str, ...]:
    """What a meter that waits for this stack has told, by its `awaited(options, place, stack_id)`.

    () of a driver that has none. Raises BadInput, or Fault where its records cannot be read."""
    module = _module("meter.driver", driver, pressloop.hardware.meters)
    found: tuple[str, ...] = module.awaited(options, place, stack_id) if hasattr(
        module, "awaited") else ()
    return found


def connect_directly(driver: str, options: Mapping[str, object], place: Place) -> Press:
    """Opens the press in this process."""
    return cast(Press, _press_module(driver).connect(options, place))


def connect_meter(driver: str, options: Mapping[str, object], place: Place) -> ImpedanceMeter:
    """Opens the meter. Raises BadInput for an unknown driver or option, Fault if it is silent."""
    return cast(ImpedanceMeter,
                _module("meter.driver", driver, pressloop.hardware.meters).connect(options, place))


def _press_module(driver: str) -> ModuleType:
    return _module("press.driver", driver, pressloop.hardware.presses)


def _module(key: str, driver: str, package: ModuleType) -> ModuleType:
    return named_module(key, driver, package, "a driver", "connect(options, place)")
