"""The tables of a campaign's settings file that no other room has as a dataclass."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

from pressloop.flows.settings.tables import STRICT, Table, as_tuple
from pressloop.optimizer.problem import Search
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE, Recipe


def _one_line(value: str) -> str:
    name = value.strip()
    if not (1 <= len(name) <= 80 and name.isprintable()):
        raise ValueError("one line of 1 to 80 printable characters")
    return name


Name = Annotated[str, AfterValidator(_one_line)]
"""A name as people write it, without spaces round it."""


class CampaignTable(Table):
    """`[campaign]`: what the campaign is called, how long it may go on and where it is kept.

    name: what it is called, in the ledger and on every page.
    trials: the budget: stacks in all, those before a restart included.
    seed: of the search, and of simulated noise; the same seed and history give the same recipes.
    ledger: address of the database that keeps everything, such as postgresql+psycopg://host/lab.
    max_sweeps: how often a stack whose spectrum cannot be trusted is measured before it is set
        aside.
    on_stop: what becomes of a running cycle when the run is stopped: it finishes by itself, or
        the press unloads at once.
    skip_when_late_s: a scheduled run that starts later than this is skipped.
    after_fault: whether a fault of the machine ends the run, or it goes on with the next stack once
        the press is ready again.
    faults_in_a_row: with `after_fault = "go on"`, so many faults in a row end the run all the same.
    wait_ready_s: with `after_fault = "go on"`, how long the press may take to be ready again.
    nothing_learned_in_a_row: so many stacks in a row without an outcome end the run; 0 never does.
    priority: of campaigns that wait for one press, those with the higher number come first, and
        are let in between two stacks of one with a lower number.
    stacks_at_a_time: after so many stacks the run lets others of the same priority have the press
        that wait for it; 0 keeps it to the end of the run.
    timezone: of schedules, such as Europe/Berlin; that of this computer when left out.
    """

    name: Name
    trials: int = Field(default=24, ge=1, le=100_000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    ledger: str = "sqlite:///pressloop.db"
    max_sweeps: int = Field(default=3, ge=1, le=20)
    on_stop: Literal["finish", "release"] = "finish"
    skip_when_late_s: float = Field(default=1800.0, gt=0)
    after_fault: Literal["stop", "go on"] = "stop"
    faults_in_a_row: int = Field(default=3, ge=1, le=100)
    wait_ready_s: float = Field(default=600.0, ge=0)
    nothing_learned_in_a_row: int = Field(default=3, ge=0, le=100_000)
    priority: int = Field(default=0, ge=-100, le=100)
    stacks_at_a_time: int = Field(default=0, ge=0, le=100_000)
    timezone: str = ""


LATER_KEYS = (("constraints",), ("table",), ("inventory",), ("space", "steps"),
              ("envelope", "max_pressure_at_c"), ("search", "one_per_batch"),
              ("campaign", "priority"), ("campaign", "stacks_at_a_time"))
"""Keys, by the tables they are in, that settings kept by earlier versions do not have. At their
defaults they are left out, so that a campaign stays the same one."""


class StackTable(Table):
    """`[stack]`: what all stacks of this campaign share.

    lot: name of the materials' lot; stacks of one lot read alike, and another lot may read higher.
    operator: who makes the stacks.
    thickness_um: thickness of the separator; may be left out without a [press].
    area_cm2: geometric area of the electrode; that of the die when left out, and 1 cm2 where there
        is no [envelope] either.
    pre_press_mpa: what the separator was pressed at before this step.
    anode_press_mpa: what the anode is pressed at.
    """

    lot: Name
    operator: Name
    thickness_um: float | None = Field(default=None, gt=0)
    area_cm2: float | None = Field(default=None, gt=0)
    pre_press_mpa: float | None = Field(default=None, ge=0)
    anode_press_mpa: float | None = Field(default=None, ge=0)


class RecipeTable(Table):
    """`[reference]`: the recipe the lab uses now; the other parameters by their names too.

    What [space] fixes may be left out.

    pressure_mpa: its pressure.
    dwell_s: how long it is held.
    temperature_c: its temperature.
    """

    model_config = ConfigDict(**{**STRICT, "extra": "allow"})
    pressure_mpa: float | None = None
    dwell_s: float | None = None
    temperature_c: float | None = None

    def recipe(self, space: Space) -> Recipe:
        """The recipe, in this space. Raises BadInput on a name that is no variable of it."""
        known = [p.name for p in space.parameters]
        for name, value in (self.model_extra or {}).items():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                raise BadInput(f"reference.{name}", value, "a variable of [space]",
                               f"Did you mean {near[0]}?" if near else "Remove it.")
        given = {name: value for name, value in self.model_dump().items() if value is not None}
        for p in space.parameters:
            if p.fixed and p.default is None:
                given.setdefault(p.name, p.constant())
            elif p.name in CORE and p.name not in given:
                raise BadInput(f"reference.{p.name}", "missing", "present, as [space] varies it",
                               "Add the key.")
        # A whole number of the file is a number like any other.
        return Recipe.of({name: float(value) if type(value) is int else value
                          for name, value in given.items()}, space.absent)


class DriverTable(BaseModel):
    """The driver, and options that the driver itself checks.

    driver: a driver that ships, or the dotted name of the lab's own module.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    driver: Name

    @property
    def options(self) -> dict[str, Any]:
        """The driver's own keys."""
        return dict(self.model_extra or {})


NO_DEVICE = "none"
"""The driver of a campaign that has no press or no meter of its own."""
WITHOUT = DriverTable(driver=NO_DEVICE)


class SearchTable(Table):  # noqa: D101
    __doc__ = Search.__doc__

    start_with: int = Field(default=3, ge=1, le=100_000)
    acquisition: Name = Search().acquisition
    control_every: int = Field(default=0, ge=0, le=100_000)
    one_per_batch: Annotated[tuple[Name, ...], BeforeValidator(as_tuple)] = ()


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class EarlierTable(Table):
    """`[earlier]`: campaigns to learn from as well.

    campaigns: their names.
    ledger: address of the ledger that they are in; that of this campaign when left out.
    """

    campaigns: Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)] = ()
    ledger: str | None = None


class InventoryTable(Table):
    """`[inventory]`: whether stacks are drawn from the ledger's inventory, `pressloop stacks`.

    draw: nothing, and the person at the press takes any stack; any stack of the inventory that may
        be pressed; or only those that are loaded into a press or magazine.
    loaded_at: only those that are loaded here; when left out, anywhere, or at the press of that
        name where the settings have several.
    lots: only stacks of these lots; of any when left out.
    """

    draw: Literal["nothing", "any", "loaded"] = "nothing"
    loaded_at: str = ""
    lots: Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)] = ()


class NotifyTable(Table):
    """`[notify]`: what is started where a run ends or asks.

    command: a program and its arguments, a list of words; no shell reads it.
    on: on which of these it is started.
    """

    command: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    on: Annotated[tuple[Literal["finished", "stopped", "failed", "skipped", "asked"], ...],
                  BeforeValidator(_as_tuple)] = (
        "finished", "stopped", "failed", "skipped", "asked")
