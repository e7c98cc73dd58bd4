"""Settings of a study: one TOML file, read once and passed on as values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, create_model

from pressloop.flows.past.reading import reading_of
from pressloop.flows.settings.campaign_tables import Name
from pressloop.flows.settings.tables import Table, as_tuple, readable, table_of
from pressloop.flows.study.parts import PARTS, work_of
from pressloop.hardware.simulation.materials import PRESETS
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.toml_files import toml_file

Names = Annotated[tuple[Name, ...], BeforeValidator(as_tuple)]

DASK_ADDRESS = re.compile(r"((tcp|tls|wss?|ucx)://)?([\w.-]+|\[[0-9a-fA-F:.%]+\]):\d{1,5}")
"""Its client waits for a minute to end, and does so loudly, after one that is none."""


class StudyTable(Table):
    """`[study]`: what the study is called, where it is written to and who does the work.

    name: what it is called on the page.
    seed: of everything that is drawn; the same seed and data give the same tables.
    out: folder for page and tables, seen from where the command is given.
    workers: where the jobs run: in processes of their own, one after the other here, or on Dask.
    processes: how many work at once; 0 for as many as there are cores.
    dask_address: of a Dask scheduler that runs already; one is started when left out.
    """

    name: Name
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    out: str = "study"
    workers: Literal["processes", "here", "dask"] = "processes"
    processes: int = Field(default=0, ge=0, le=1024)
    dask_address: str | None = None


class SourceTable(Table):
    """`[source]`: a table with its settings, a ledger, or stacks of the simulator.

    Paths start from the folder of the study file, the address of a ledger from where the command is
    given.

    table: table of past presses: CSV, Excel or Parquet.
    settings: with `table`, the settings of the campaign that it belongs to.
    ledger: address of a ledger.
    campaign: with `ledger`, the campaign that is looked at.
    campaigns: with `ledger`, several that are looked at as one.
    preset: stacks of the simulator, made of this.
    stacks: with `preset`, how many.
    lots: with `preset`, of how many lots.
    """

    table: str | None = None
    settings: str | None = None
    ledger: str | None = None
    campaign: Name | None = None
    campaigns: Names = ()
    preset: str | None = None
    stacks: int = Field(default=40, ge=4, le=100_000)
    lots: int = Field(default=1, ge=1, le=1000)


class _Study(Table):
    """What all studies have, whatever their parts."""

    study: StudyTable
    source: SourceTable

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts that are asked for: those with a table of their own, or all."""
        named = tuple(part for part in PARTS if getattr(self, part) is not None)
        return named or tuple(PARTS)

    @property
    def design(self) -> str:
        """The table of a design of experiments that a part reads, "" where none does."""
        return next((name for part in self.parts
                     if (name := getattr(getattr(self, part), "design", ""))), "")


def _options_table(part: str) -> type[Table]:
    kind = work_of(part).Options
    if part != "replay":
        return table_of(kind)
    # The file names the table of a design of experiments; the options hold its recipes.
    return create_model("ReplayTable", __base__=table_of(kind, "design"), design=(
        str, Field("", description="Table with the recipes of the lab's design of experiments; "
                   "adds the strategy \"design\".")))


_TABLES: dict[str, Any] = {part: (_options_table(part) | None, None) for part in PARTS}
StudySettings: Any = create_model("StudySettings", __base__=_Study, **_TABLES)
"""One study's settings: `[study]`, `[source]` and a table for each part with the keys of its
options."""


@dataclass(frozen=True, slots=True)
class Design:
    """Recipes of a design of experiments as (MPa, s, degC), in the order of their table.

    `taken` says what was read of it."""

    recipes: tuple[tuple[float, float, float], ...] = ()
    taken: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """The settings of a study.

    `[study]` and `[source]`, the options of each part that is asked for, the design that a part
    reads, and the file as JSON values."""

    table: StudyTable
    source: SourceTable
    options: Mapping[str, Any]
    design: Design
    plain: Mapping[str, Any]


def read_study(path: Path) -> Study:
    """The settings of a study file, and the design that they name.

    Raises BadInput on anything wrong."""
    values = toml_file(path, "study")
    try:
        found = StudySettings.model_validate(values)
    except ValidationError as error:
        raise readable(error, str(path), StudySettings) from None
    _prove_source(found.source)
    address = found.study.dask_address
    if address is not None and not DASK_ADDRESS.fullmatch(address):
        raise BadInput("study.dask_address", address, "the address of a Dask scheduler", "Write it "
                       "like tcp://scheduler:8786, as `dask scheduler` prints it.")
    if found.study.dask_address and found.study.workers != "dask":
        raise BadInput("study.dask_address", found.study.dask_address, 'left out, or with workers '
                       '= "dask"', "Only Dask workers have an address.")
    design = read_design(path.parent / found.design) if found.design else Design()
    options = {part: _options(part, getattr(found, part), design) for part in found.parts}
    return Study(found.study, found.source, options, design,
                 json.loads(found.model_dump_json(exclude_none=True)))


def _options(part: str, table: Table | None, design: Design) -> Any:
    """The options of a part, whose table names the design where it has one."""
    values = {} if table is None else table.model_dump()
    if "design" in values:
        values["design"] = design.recipes
    return work_of(part).Options(**values)


def read_design(path: Path) -> Design:
    """The recipes of a table with the columns of a recipe. Raises BadInput."""
    found = reading_of(path).cells
    missing = [name for name in NAMES if name not in found.header]
    if missing:
        raise BadInput(f"{path.name}: column {missing[0]}", "missing", "present",
                       f"Columns found: {', '.join(found.header)}.")
    found.prove_read_one_way(NAMES, path)
    at = [found.header.index(name) for name in NAMES]
    return Design(tuple(_recipe(cells, at, f"{path.name} row {number}")
                        for number, cells in found.rows), f"{path.name}: {found.words}.")


def _recipe(cells: Sequence[str], at: Sequence[int], where: str) -> tuple[float, float, float]:
    try:
        recipe = Recipe(*(float(cells[i]) for i in at))
    except (ValueError, IndexError):
        raise BadInput(where, "an empty cell or text", "three numbers in every row",
                       "Complete the recipes.") from None
    except BadInput as error:
        raise BadInput(f"{where}: {error.name}", error.value, error.bound, error.remedy) from None
    return recipe.pressure_mpa, recipe.dwell_s, recipe.temperature_c


def _prove_source(source: SourceTable) -> None:
    given = [name for name in ("table", "ledger", "preset") if getattr(source, name) is not None]
    if len(given) != 1:
        raise BadInput("source", " and ".join(given) or "empty", "one of table, ledger and preset",
                       "A study looks at one set of stacks.")
    kept = {"table": {"table", "settings"}, "ledger": {"ledger", "campaign", "campaigns"},
            "preset": {"preset", "stacks", "lots"}}[given[0]]
    for name in sorted(source.model_fields_set - kept):
        raise BadInput(f"source.{name}", getattr(source, name), f"left out beside {given[0]}",
                       f"With {given[0]}, known are {', '.join(sorted(kept))}.")
    if source.table is not None and source.settings is None:
        raise BadInput("source.settings", "missing", "the settings of a campaign",
                       'Add settings = "campaign.toml": it says which space and which die is '
                       "meant.")
    if source.campaign is not None and source.campaigns:
        raise BadInput("source.campaigns", list(source.campaigns), "left out beside campaign",
                       "Give one of the two.")
    if source.preset is not None and source.preset not in PRESETS:
        raise BadInput("source.preset", source.preset, f"one of {', '.join(PRESETS)}",
                       "Name one of these.")
