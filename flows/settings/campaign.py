"""Settings: one TOML file per campaign, read once at the door and passed on as values."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import Field, ValidationError

from pressloop.evaluation.rules import Rules
from pressloop.flows.settings.campaign_tables import (
    NO_DEVICE,
    WITHOUT,
    CampaignTable,
    DriverTable,
    EarlierTable,
    NotifyTable,
    RecipeTable,
    SearchTable,
    StackTable,
)
from pressloop.flows.settings.columns import AS_NAMED, QUANTITIES, HowTable
from pressloop.flows.settings.envelope import EnvelopeTable
from pressloop.flows.settings.envelope_rules import envelope_rules
from pressloop.flows.settings.objective import ObjectiveTable
from pressloop.flows.settings.profiles import inlined
from pressloop.flows.settings.space import SpaceTable
from pressloop.flows.settings.tables import Table, readable, table_of
from pressloop.hardware.envelope import Envelope, check
from pressloop.optimizer.constraints.feasible import anchors
from pressloop.optimizer.cost import Cost
from pressloop.optimizer.objectives import Objective, measured, named_objective
from pressloop.optimizer.problem import Problem, Search, SurrogateChoice
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.optimizer.stopping import Stopping, prove_stopping
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.ledger.address import without_passwords
from pressloop.trials.quantity import Quantity
from pressloop.trials.recipe import CORE, Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.toml_files import toml_file

RulesTable = table_of(Rules)
RiskLimitsTable = table_of(RiskLimits, "crushed_above")
SurrogateTable = table_of(SurrogateChoice)
CostTable = table_of(Cost)
StoppingTable = table_of(Stopping)

UNBOUNDED = Envelope(100.0, 1e12, 1e9, -273.15, 1e5, 1e12, 1e9)
"""Of a process that no machine here is told."""
LATER_KEYS = (("constraints",), ("table",), ("space", "steps"), ("envelope", "max_pressure_at_c"),
              ("search", "one_per_batch"))
"""Keys, by the tables they are in, that settings kept by earlier versions do not have. At their
defaults they are left out, so that a campaign stays the same one."""


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
    press: DriverTable = WITHOUT
    meter: DriverTable = WITHOUT
    evaluation: RulesTable = RulesTable()  # type: ignore[valid-type]
    limits_table: RiskLimitsTable = Field(default=RiskLimitsTable(), alias="risk_limits")  # type: ignore[valid-type]
    objective_table: ObjectiveTable = Field(default=ObjectiveTable(), alias="objective")
    cost_table: CostTable = Field(default=CostTable(), alias="cost")  # type: ignore[valid-type]
    search: SearchTable = SearchTable()
    surrogate: SurrogateTable = SurrogateTable()  # type: ignore[valid-type]
    earlier: EarlierTable = EarlierTable()
    notify: NotifyTable = NotifyTable()
    table: HowTable = AS_NAMED
    stopping_table: StoppingTable = Field(default=StoppingTable(), alias="stopping")  # type: ignore[valid-type]
    constraints: dict[str, Any] = Field(default={})

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
        if table is None:
            return None
        known = [p.name for p in self.space.parameters]
        for name, value in (table.model_extra or {}).items():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                raise BadInput(f"reference.{name}", value, "a variable of [space]",
                               f"Did you mean {near[0]}?" if near else "Remove it.")
        given = {name: value for name, value in table.model_dump().items() if value is not None}
        for p in self.space.parameters[:len(CORE)]:
            if p.name not in given and not p.fixed:
                raise BadInput(f"reference.{p.name}", "missing", "present, as [space] varies it",
                               "Add the key.")
            given.setdefault(p.name, p.low)
        # A whole number of the file is a number like any other.
        return Recipe.of({name: float(value) if type(value) is int else value
                          for name, value in given.items()}, self.space.absent)

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
        told = self.meter.options
        return tuple((name, float(value)) for key, name in READ_AT.items()
                     if isinstance(value := told.get(key), (int, float)) and value > 0.0)

    @cached_property
    def simulated(self) -> bool:
        """True when press or meter is the simulated one; said on every surface."""
        return any(d.driver.rpartition(".")[2] == "simulated" for d in (self.press, self.meter))

    @cached_property
    def area_cm2(self) -> float:
        """Geometric electrode area: the die's, unless the stack is smaller."""
        return self.stack.area_cm2 or self.envelope.die_area_mm2 / 100.0

    @cached_property
    def origin(self) -> tuple[str, str]:
        """Lot and operator of the stacks to come."""
        return self.stack.lot, self.stack.operator

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
        values = json.loads(self.model_dump_json(by_alias=True))
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
        text = json.dumps(self.plain(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_settings(path: Path) -> Settings:
    """The settings of a TOML file. Raises BadInput or OutOfEnvelope on anything wrong."""
    return from_plain(inlined(toml_file(path, "settings"), path.parent), str(path))


def from_plain(values: dict[str, Any], source: str) -> Settings:
    """Settings from plain values, with space and reference proved to lie in the envelope.

    Raises BadInput, naming the key."""
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise readable(error, source, Settings) from None
    _prove_devices(settings, source)
    _prove_columns(settings)
    _prove_inside(settings)
    return settings


def _prove_devices(settings: Settings, source: str) -> None:
    """A press has limits, is told all three set points, and has a stack of known thickness."""
    if settings.press.driver == NO_DEVICE:
        return
    if settings.envelope_table is None:
        raise BadInput("envelope", "missing", f"present in {source}, as there is a [press]",
                       "Add the key.")
    for name in settings.space_table.absent:
        raise BadInput(f"space.{name}", "missing", f"present in {source}, as there is a [press] "
                       "that must be told it", "Add the key.")
    if settings.stack.thickness_um is None:
        raise BadInput("stack.thickness_um", "missing", f"present in {source}", "Add the key.")


def _prove_columns(settings: Settings) -> None:
    """Names of [table] beside the known ones are parameters or measured quantities."""
    quantities = [q.name for q in settings.quantities]
    known = [*(p.name for p in settings.space.others), *quantities,
             *(f"{name}_se" for name in quantities)]
    for name, said in settings.table.named.items():
        if name not in known:
            near = difflib.get_close_matches(name, [*QUANTITIES, *known], 1)
            raise BadInput(f"table.{name}", ", ".join(said.names) or said.unit or "", "a key that "
                           "pressloop knows, a parameter of [space] or a quantity of [objective]",
                           f"Did you mean {near[0]}?" if near else "Remove it.")


def _prove_inside(settings: Settings) -> None:
    """Recipes of the space, and the reference, must lie in the envelope."""
    _ = settings.rules
    problem, envelope = settings.problem, settings.envelope
    space = problem.space
    prove_stopping(settings.stopping, problem.objective)
    if not settings.area_cm2 <= 1.001 * envelope.die_area_mm2 / 100.0:
        raise BadInput("stack.area_cm2", settings.area_cm2,
                       f"at most {envelope.die_area_mm2 / 100.0:.4g}, the area of the die",
                       "Correct it, or envelope.die_diameter_mm.")
    # The space may reach outside; a search that has nothing inside cannot be had.
    middle = space.decode(anchors(space)[0] if space.rules else np.full(len(space.free), 0.5))
    for where, recipe in [("space", middle), ("reference", settings.reference)]:
        if recipe is None or recipe.without:
            continue
        try:
            check(recipe, envelope)
        except OutOfEnvelope as error:
            raise OutOfEnvelope(f"{where}.{error.name}", error.value, error.bound,
                                error.remedy) from None
