"""`docs/reference/settings.md`: every key of every settings file."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from pressloop.flows.campaign.lab import prove_modules
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.flows.settings.objective import FOCUS, ObjectiveTable, QuantityTable
from pressloop.flows.settings.press_tables import KEY
from pressloop.flows.settings.space import ParameterTable, SteppedTable
from pressloop.flows.study.parts import work_of
from pressloop.flows.study.settings import StudySettings, read_study
from pressloop.hardware import meters, presses
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_directly, connect_meter
from pressloop.optimizer import objectives
from pressloop.optimizer.objectives import named_objective
from pressloop.trials.plugins import file_names, named_module
from tools.reference.bounds import bounds
from tools.reference.documented import NEEDED, capital, keys_of, summary, unit_of
from tools.reference.markdown import code, table
from tools.reference.markdown import page as whole

EXAMPLES = Path(__file__).parents[2] / "examples"
INTRO = """Every key of the files that `pressloop` reads, its unit, its default and what it may be.
A key that is not listed is refused, except in `[space]` and `[reference]`, which take the names of
other process parameters, and in `[constraints]`, where rules have names of their own. Keys that are
needed have no default; where the default is empty, the key is simply not there. The bounds of a
meter are those of the instrument shown."""
HEADS = ("key", "meaning", "unit", "default", "bounds")


class Told(NamedTuple):
    """A table of a settings file.

    Its title, what it is, its keys (None where they are names of the lab's), and how a value of a
    key is tried."""

    title: str
    words: str
    kind: Any
    attempt: Callable[[str, Any], object]


def page() -> str:
    """The page."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [("The file of a campaign", [*_tables(Settings, (), _campaign), *_parameters(),
                                             *_objectives(), *_drivers(Path(folder))]),
                 ("The file of a study", list(_tables(
                     StudySettings, (), partial(_study, Path(folder)))))]
        return whole("Settings", INTRO, [
            text for title, told in parts for text in (f"## {title}\n", *map(_section, told))])


def _section(told: Told) -> str:
    rows = [(code(key.name), capital(key.meaning), unit_of(key.name),
             key.default if key.default == NEEDED else code(key.default),
             bounds(key.name, key.kind, partial(told.attempt, key.name)))
            for key in ([] if told.kind is None else keys_of(told.kind))
            if key.name not in ("cost",) and not _models(key.kind)]
    body = [table(HEADS, rows)] if rows else []
    return "\n".join([f"### {told.title}", "", *([told.words, ""] if told.words else []), *body])


def _tables(kind: Any, path: tuple[str, ...], attempt: Callable[..., object]) -> Iterator[Told]:
    """The tables inside a model, each before those inside it; alike ones of a table only once."""
    for key in keys_of(kind):
        at = (*path, key.name)
        if not path and not _models(key.kind):
            yield Told(f"`[{key.name}]`", _sentence(key.meaning), None, partial(attempt, at, False))
        for inner in _models(key.kind):
            alike = [one.name for one in keys_of(kind) if path and inner in _models(one.kind)]
            if alike[:1] not in ([], [key.name]):
                continue
            named = (*path, "QUANTITY") if len(alike) > 1 else at
            told = ".".join(name.strip("[]") for name in named)
            title = f"[[{told}]]" if _is_list(key.kind) else f"[{told}]"
            of = work_of(key.name).Options if kind is StudySettings and key.name not in (
                "study", "source") else inner
            yield Told(f"`{title}`", " ".join(filter(None, (summary(of), _any_of(alike)))), inner,
                       partial(attempt, at, _is_list(key.kind)))
            yield from _tables(inner, at, attempt)


def _any_of(names: list[str]) -> str:
    return f"A table for each quantity: {', '.join(map(code, names))}." if len(names) > 1 else ""


def _sentence(meaning: str) -> str:
    return f"{capital(meaning).rstrip('.')}." if meaning else ""


OTHER = "number_of_presses"
"""A parameter that the demo does not have."""


def _parameters() -> Iterator[Told]:
    """The variables of `[space]` in full."""
    shared = "The same keys have `[space.dwell_s]` and `[space.temperature_c]`."
    yield Told("`[space.pressure_mpa]`", f"{summary(SteppedTable)} {shared}", SteppedTable,
               partial(_variable, "pressure_mpa"))
    yield Told("`[space.NAME]`", summary(ParameterTable), ParameterTable, partial(_variable, OTHER))


def _variable(name: str, key: str, value: Any) -> None:
    """Tries a key of a variable in the space of the demo."""
    values = _demo()
    whole = {"low": 100.0, "high": 300.0} if name in values["space"] else {"low": 0.0, "high": 5.0}
    values["space"][name] = whole | {key: value}
    _ = from_plain(values, "settings").space


def _models(kind: Any) -> list[Any]:
    """The tables that a key holds: itself, or those of a list or of what may be left out."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) in (Union, UnionType, tuple, list, dict, Mapping):
        return [model for one in get_args(kind) for model in _models(one)]
    return []


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (tuple, list)


def _campaign(at: tuple[str, ...], many: bool, key: str, value: Any) -> None:
    """Tries a value in the settings of the demo."""
    values = _demo()
    table: Any = values
    if at[0] == KEY:
        # Another press of the same campaign, whose table is one of a list.
        one = {"name": "B", "driver": "simulated"}
        values["press"] = [{"name": "A", "driver": "simulated"}, one]
        table, at, many = {"": one}, ("", *at[1:]), False
    for name in at[:-1]:
        table = table.setdefault(name, {})
    mine = (table.get(at[-1]) or PROFILES.get(at[-1], {})) | {key: value}
    table[at[-1]] = [mine] if many else mine
    prove_modules(from_plain(values, "settings"))
    if key == "driver":
        _driver(CONNECT[at[-1] or "press"], value, Path(), "", None)


def _demo() -> dict[str, Any]:
    """Settings in which every table that needs something is there."""
    values = _toml("mos2_secondary_press.toml")
    values["stopping"] = {"improvable_by": 0.1, "improvable_with": 0.05}
    return values | {"press": {"driver": "simulated"}, "meter": {"driver": "simulated"}}


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / name).read_text(encoding="utf-8"))


PROFILES = {"die": _toml("dies/steel_10mm.toml"),
            "materials": _toml("materials/indium_anode.toml")}
CONNECT = {"press": connect_directly, "meter": connect_meter}


def _study(folder: Path, at: tuple[str, ...], many: bool, key: str, value: Any) -> None:
    """Tries a value in a study of simulated stacks."""
    tables: dict[str, dict[str, Any]] = {"study": {"name": "s"}, "source": {"preset": "reference"}}
    tables.setdefault(at[0], {})[key] = value
    lines = [line for name, keys in tables.items() for line in (
        f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in keys.items()))]
    path = folder / "study.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    read_study(path)


def _objectives() -> Iterator[Told]:
    """The options of each focus, and a measured quantity."""
    yield Told("`[objective.measured.NAME]`", summary(QuantityTable), QuantityTable, _quantity)
    for name in file_names(objectives):
        if name == FOCUS:
            continue
        kind = named_module("objective.focus", name, objectives, "one", "Focus").Focus
        if [key for key in keys_of(kind) if key.name != "cost"]:
            yield Told(f'`[objective]` with `focus = "{name}"`', summary(kind), kind,
                       lambda key, value, name=name: named_objective(name, {key: value}))


def _quantity(key: str, value: Any) -> None:
    """Tries a key of a measured quantity."""
    beside = {"target": {"goal": "target"}, "from": {"goal": "range", "to": 1e9},
              "to": {"goal": "range", "from": -1e9}, "at_least": {}, "at_most": {}}
    given = beside.get(key, {"goal": "maximise"}) | {key: value}
    ObjectiveTable(measured={"density": given}).quantities  # noqa: B018 - raises


def _drivers(folder: Path) -> Iterator[Told]:
    """The options of each driver that ships."""
    for what, package in (("press", presses), ("meter", meters)):
        for name in file_names(package):
            kind = named_module(what, name, package, "a driver", "connect").Options
            yield Told(f'`[{what}]` with `driver = "{name}"`', "", kind,
                       partial(_driver, CONNECT[what], name, folder))


ELSEWHERE = {"modbus": {"map": "none"}, "scpi": {"port": 1}, "folder": {"folder": "."},
             "attended": {}, "simulated": {}}
"""Options with which a driver is refused, at the latest when it looks for its machine."""


def _driver(connect: Callable[..., Any], name: str, folder: Path, key: str, value: Any) -> None:
    """Tries an option; whatever is opened is closed again."""
    place = Place(0, folder / "bench", read_file=lambda *_, **__: None)
    opened = connect(name, ELSEWHERE.get(name, {}) | ({key: value} if key else {}), place)
    opened.close()
