"""Settings: one TOML file per campaign, read once at the door and passed on as values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationError

from pressloop.evaluation.rules import Rules
from pressloop.flows.settings.campaign_tables import (
    LATER_KEYS,
    NO_DEVICE,
    WITHOUT,
    CampaignTable,
    DriverTable,
    EarlierTable,
    InventoryTable,
    NotifyTable,
    RecipeTable,
    SearchTable,
    StackTable,
)
from pressloop.flows.settings.columns import AS_NAMED, HowTable, prove_columns
from pressloop.flows.settings.counted_steps import prove_counted
from pressloop.flows.settings.envelope import EnvelopeTable
from pressloop.flows.settings.envelope_rules import envelope_rules, prove_recipes
from pressloop.flows.settings.objective import ObjectiveTable
from pressloop.flows.settings.press_tables import (
    PressTable,
    named,
    prove_names,
    prove_told,
    said_of,
    with_list,
    without_list,
)
from pressloop.flows.settings.profiles import inlined
from pressloop.flows.settings.space import SpaceTable
from pressloop.flows.settings.tables import Table, readable, table_of
from pressloop.hardware.envelope import Envelope
from pressloop.optimizer.cost import Cost
from pressloop.optimizer.objectives import Objective, measured, named_objective
from pressloop.optimizer.problem import Problem, Search, SurrogateChoice
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.optimizer.stopping import Stopping, prove_stopping
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import without_passwords
from pressloop.trials.quantity import Quantity
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.toml_files import toml_file

RulesTable = table_of(Rules)
RiskLimitsTable = table_of(RiskLimits, "crushed_above")
SurrogateTable = table_of(SurrogateChoice)
CostTable = table_of(Cost)
StoppingTable = table_of(Stopping)

UNBOUNDED = Envelope(100.0, 1e12, 1e9, -273.15, 1e5, 1e12, 1e9)
"""Of a process that no machine here is told."""
READ_AT = {"stack_pressure_mpa": "stack_pressure_mpa", "temperature_c": "measured_at_c"}
"""What a meter's options say of the conditions of a reading."""


class Settings(Table):
    """One campaign's settings.

    constraints: rules between variables of [space], each by a name of its own and in quotes, such
        as `hot = "pressure_mpa <= 300 if temperature_c > 100"`.
    """

    campaign: CampaignTable
    stack: StackTable
    space_table: SpaceTable = Field(alias="space")
    reference_table: RecipeTable | None = Field(default=None, alias="reference")
    envelope_table: EnvelopeTable | None = Field(default=None, alias="envelope")
    press_table: DriverTable = Field(default=WITHOUT, alias="press")
    presses: tuple[PressTable, ...] = Field(default=(), alias="[[press]]")
    meter: DriverTable = WITHOUT
    evaluation: RulesTable = RulesTable()  # type: ignore[valid-type]
    limits_table: RiskLimitsTable = Field(default=RiskLimitsTable(), alias="risk_limits")  # type: ignore[valid-type]
    objective_table: ObjectiveTable = Field(default=ObjectiveTable(), alias="objective")
    cost_table: CostTable = Field(default=CostTable(), alias="cost")  # type: ignore[valid-type]
    search: SearchTable = SearchTable()
    surrogate: SurrogateTable = SurrogateTable()  # type: ignore[valid-type]
    earlier: EarlierTable = EarlierTable()
    notify: NotifyTable = NotifyTable()
    inventory: InventoryTable = InventoryTable()
    table: HowTable = AS_NAMED
    stopping_table: StoppingTable = Field(default=StoppingTable(), alias="stopping")  # type: ignore[valid-type]
    constraints: dict[str, Any] = Field(default={})
    _of: tuple[Settings, str] | None = PrivateAttr(default=None)

    @property
    def press(self) -> DriverTable:
        """The press; the first one of settings that have several."""
        return self.presses[0].alone() if self.presses else self.press_table

    @property
    def press_name(self) -> str:
        """The name of the press that these settings are of; "" of a press without a name."""
        return self._of[1] if self._of else ""

    @property
    def is_first_press(self) -> bool:
        """True for the settings of the first of several presses, and of one without a name."""
        return self._of is None or self._of[0].presses[0].name == self.press_name

    @property
    def takes_turns_at_meter(self) -> bool:
        """True where the meter is that of [meter], which other presses use as well."""
        return self._of is not None and self.meter.driver != NO_DEVICE and sum(
            press.meter is None for press in self._of[0].presses) > 1 and (
                self.meter == self._of[0].meter)

    def of_press(self, name: str = "") -> Settings:
        """The settings as one of several presses has them.

        They are kept, and told apart, as the settings of all. A press without a name, which is the
        only one, has these. Raises BadInput for a name that no press has."""
        if not self.presses and name == self.press_name:
            return self
        mine = named(self.presses, name)
        one = self.model_copy(update={
            "presses": (), "press_table": mine.alone(), "meter": mine.meter or self.meter,
            "envelope_table": mine.envelope(self.envelope_table),
            "space_table": mine.space(self.space_table)})
        one._of = (self, mine.name)
        return one

    @cached_property
    def space(self) -> Space:
        """Where recipes are searched."""
        space = self.space_table.space(self.constraints)
        beyond = envelope_rules(space, self.envelope)
        return replace(space, rules=(*space.rules, *beyond)) if beyond else space

    @cached_property
    def envelope(self) -> Envelope:
        """What the machine may ever be asked.

        Without a [press] and limits nothing is ordered, so that there is nothing to bound."""
        if self.envelope_table is None:
            return replace(UNBOUNDED, die_area_mm2=100.0 * (self.stack.area_cm2 or 1.0))
        return self.envelope_table.envelope

    @cached_property
    def reference(self) -> Recipe | None:
        """The recipe the lab uses now.

        Raises BadInput on a name that is no variable of the space."""
        table = self.reference_table
        return None if table is None else table.recipe(self.space)

    @cached_property
    def rules(self) -> Rules:
        """How readings become outcomes."""
        return Rules(**self.evaluation.model_dump())  # type: ignore[attr-defined]

    @cached_property
    def limits(self) -> RiskLimits:
        """How much risk may be taken."""
        return RiskLimits(crushed_above=self.rules.crushed_above,
                          **self.limits_table.model_dump())  # type: ignore[attr-defined]

    @cached_property
    def stopping(self) -> Stopping:
        """When to stop before the budget."""
        return Stopping(**self.stopping_table.model_dump())  # type: ignore[attr-defined]

    @cached_property
    def cost(self) -> Cost:
        """What a stack takes."""
        return Cost(**self.cost_table.model_dump())  # type: ignore[attr-defined]

    @cached_property
    def objective(self) -> Objective:
        """What makes one recipe better than another."""
        table = self.objective_table
        return named_objective(table.named, table.options, self.cost)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The measured quantities of [objective], those sought first; () where it has none."""
        objective = self.objective
        return objective.measured if isinstance(objective, measured.Focus) else ()

    @cached_property
    def problem(self) -> Problem:
        """What the optimiser is asked. Raises BadInput for what cannot be had together."""
        return Problem(
            self.space, self.objective, self.limits, self.cost, self.reference,
            Search(**self.search.model_dump()),
            SurrogateChoice(**self.surrogate.model_dump()),  # type: ignore[attr-defined]
            self.compared_at)

    @cached_property
    def compared_at(self) -> tuple[tuple[str, float], ...]:
        """Stack pressure in MPa and temperature in degC at which the meter is said to read.

        Pairs of a name and a value; none where the settings do not say."""
        own = self.presses[0].meter if self.presses else None
        told = (own or self.meter).options
        return tuple((name, float(value)) for key, name in READ_AT.items()
                     if isinstance(value := told.get(key), (int, float)) and value > 0.0)

    @cached_property
    def simulated(self) -> bool:
        """True when press or meter is the simulated one; said on every surface."""
        devices = (*(self.presses or (self.press_table,)), self.meter,
                   *(press.meter for press in self.presses))
        return any(d.driver.rpartition(".")[2] == "simulated" for d in devices if d is not None)

    @cached_property
    def area_cm2(self) -> float:
        """Geometric electrode area: the die's, unless the stack is smaller."""
        return self.stack.area_cm2 or self.envelope.die_area_mm2 / 100.0

    @cached_property
    def origin(self) -> tuple[str, ...]:
        """Lot and operator of the stacks to come, and their press where it has a name.

        The first one of settings that have several: what is predicted is what it would read."""
        name = self.presses[0].name if self.presses else self.press_name
        return (self.stack.lot, self.stack.operator, *([name] if name else []))

    def stack_named(self, stack_id: str) -> Stack:
        """A stack of this campaign."""
        shared = self.stack.model_dump() | {"area_cm2": self.area_cm2}
        return Stack(stack_id=stack_id, **shared)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As Pydantic's; what was worked out of the old values is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy

    def plain(self) -> dict[str, Any]:
        """JSON values from which `from_plain` makes the same settings; passwords are left out."""
        if self._of is not None:
            return self._of[0].plain()
        values = without_list(json.loads(self.model_dump_json(by_alias=True)))
        if self.envelope_table is None:
            del values["envelope"]
        changed = self.model_dump(by_alias=True, exclude_defaults=True)
        for *tables, key in LATER_KEYS:
            kept, told = values, changed
            for table in tables:
                kept, told = kept.get(table, {}), told.get(table) or {}
            if key in kept and key not in told:
                del kept[key]
        return without_passwords(values)

    @cached_property
    def digest(self) -> str:
        """Tells settings apart: the first 16 hex digits of a SHA-256."""
        return hashlib.sha256(json.dumps(self.plain(), sort_keys=True).encode()).hexdigest()[:16]


def read_settings(path: Path) -> Settings:
    """The settings of a TOML file. Raises BadInput or OutOfEnvelope on anything wrong."""
    values = prove_counted(toml_file(path, "settings"))
    return from_plain(inlined(values, path.parent), str(path))


def from_plain(values: dict[str, Any], source: str) -> Settings:
    """Settings from plain values, with space and reference proved to lie in the envelope.

    Raises BadInput, naming the key."""
    try:
        settings = Settings.model_validate(with_list(values))
    except ValidationError as error:
        raise readable(error, source, Settings) from None
    prove_names(settings.presses)
    prove_columns(settings.table, settings.space, settings.quantities)
    for name in [None, *(press.name for press in settings.presses)]:
        with said_of(name):
            one = settings if name is None else settings.of_press(name)
            prove_told(one.press, one.envelope_table, one.space_table, one.stack, source)
            _prove_inside(one)
    return settings


def _prove_inside(settings: Settings) -> None:
    """Recipes of the space, and the reference, must lie in the envelope."""
    problem, envelope, _ = settings.problem, settings.envelope, settings.rules
    prove_stopping(settings.stopping, problem.objective)
    if not settings.area_cm2 <= 1.001 * envelope.die_area_mm2 / 100.0:
        raise BadInput("stack.area_cm2", settings.area_cm2,
                       f"at most {envelope.die_area_mm2 / 100.0:.4g}, the area of the die",
                       "Correct it, or envelope.die_diameter_mm.")
    prove_recipes(problem.space, settings.reference, envelope)
