"""`[[press]]`: presses that share one campaign, each with a name and what it has of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pydantic import Field

from pressloop.flows.settings.campaign_tables import NO_DEVICE, DriverTable, Name, StackTable
from pressloop.flows.settings.envelope import EnvelopeTable
from pressloop.flows.settings.space import SpaceTable
from pressloop.flows.settings.tables import Table
from pressloop.hardware.registry import press_takes
from pressloop.trials.errors import BadInput

KEY = "[[press]]"
"""How tables in an array are called where one of them is wrong."""
NAME = "name"


class LimitsTable(Table):
    """`[press.limits]`: what this press has in place of a number of `[envelope]`.

    press_max_force_kn: its greatest force.
    die_diameter_mm: bore of its die.
    die_max_pressure_mpa: what its die bears.
    min_temperature_c: the coldest platens that may be asked of it.
    max_temperature_c: the hottest.
    open_below_c: platen temperature above which its die stays closed.
    max_dwell_s: the longest dwell.
    max_rate_mpa_per_s: how fast its load may change.
    """

    press_max_force_kn: float | None = Field(default=None, gt=0)
    die_diameter_mm: float | None = Field(default=None, gt=0)
    die_max_pressure_mpa: float | None = Field(default=None, gt=0)
    min_temperature_c: float | None = None
    max_temperature_c: float | None = None
    open_below_c: float | None = None
    max_dwell_s: float | None = Field(default=None, gt=0)
    max_rate_mpa_per_s: float | None = Field(default=None, gt=0)


class PressTable(DriverTable):
    """One of several presses that share the campaign, and options that its driver checks.

    name: what it is called, in the ledger and for `--press`.
    driver: a driver that ships, or the dotted name of the lab's own module.
    steps: steps of its set points, in place of those of [space].
    limits: what it has in place of a number of [envelope].
    meter: the meter that belongs to it; the presses without one take turns at that of [meter].
    """

    name: Name
    steps: dict[str, float] = Field(default={})
    limits: LimitsTable = LimitsTable()
    meter: DriverTable | None = None

    def alone(self) -> DriverTable:
        """As `[press]` has a press that is the only one.

        A driver with an option `name` of its own is told this one."""
        told = {}
        # A ledger's settings may name a driver of a lab's own that is not here.
        with suppress(BadInput):
            told = {NAME: self.name} if press_takes(self.driver, NAME) else {}
        return DriverTable(driver=self.driver, **told, **self.options)

    def envelope(self, shared: EnvelopeTable | None) -> EnvelopeTable | None:
        """`[envelope]` with its own limits."""
        own = self.limits.model_dump(exclude_none=True)
        return shared if shared is None or not own else shared.model_copy(update=own)

    def space(self, shared: SpaceTable) -> SpaceTable:
        """`[space]` with its own steps."""
        return shared.model_copy(update={"steps": {**shared.steps, **self.steps}}) \
            if self.steps else shared


def with_list(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a settings file in which several presses have a key of their own.

    So a mistake in one is told by the name of its table."""
    found = dict(values)
    if isinstance(found.get("press"), (list, tuple)):
        found[KEY] = tuple(found.pop("press"))
    return found


def without_list(values: dict[str, Any]) -> dict[str, Any]:
    """The reverse of `with_list`."""
    several = values.pop(KEY, None)
    return values | {"press": several} if several else values


def prove_names(presses: Sequence[PressTable]) -> None:
    """Raises BadInput where two presses cannot be told apart by their names."""
    known: dict[str, str] = {}
    for press in presses:
        alike = press.name.casefold()
        if other := known.get(alike):
            raise BadInput(f"{KEY} name", press.name, f"unlike {other}, which another press has",
                           "Give each press a name of its own.")
        known[alike] = press.name


def named(presses: Sequence[PressTable], name: str) -> PressTable:
    """The press of that name; the only one where no name is given. Raises BadInput."""
    known = ", ".join(press.name for press in presses)
    if not name and len(presses) == 1:
        return presses[0]
    if not name:
        raise BadInput("--press", "not given", f"one of {known}", "Name one of the presses.")
    for press in presses:
        if press.name == name:
            return press
    raise BadInput("--press", name, f"one of {known}" if known else
                   "left out, as the settings have one press without a name",
                   "Name one of the presses." if known else
                   "Give each press a table [[press]] with a name.")


@contextmanager
def said_of(press: str | None) -> Iterator[None]:
    """What is wrong for one of several presses is told with its name. Raises BadInput."""
    try:
        yield
    except BadInput as error:
        if press is None:
            raise
        raise type(error)(f"{KEY} {press}: {error.name}", error.value, error.bound,
                          error.remedy) from None


def prove_told(press: DriverTable, envelope: EnvelopeTable | None, space: SpaceTable,
               stack: StackTable, source: str) -> None:
    """Raises BadInput where a press lacks limits, a set point, or a stack of known thickness."""
    if press.driver == NO_DEVICE:
        return
    if envelope is None:
        raise BadInput("envelope", "missing", f"present in {source}, as there is a [press]",
                       "Add the key.")
    for name in space.absent:
        near = next((other for other in space.model_extra or {}
                     if other.partition("_")[0] == name.partition("_")[0]), "")
        raise BadInput(f"space.{name}", "missing", f"present in {source}, as there is a [press] "
                       "that must be told it",
                       f"Write {near} as {name}, in that unit." if near else "Add the key.")
    if stack.thickness_um is None:
        raise BadInput("stack.thickness_um", "missing", f"present in {source}", "Add the key.")
