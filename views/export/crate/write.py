"""A campaign as an RO-Crate 1.1 that conforms to the Process Run Crate 0.5."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pressloop.trials.wording import counted
from pressloop.views.export.crate.actions import actions
from pressloop.views.export.crate.agents import (
    Entity,
    Programs,
    devices,
    licence_of,
    people,
    publisher_of,
)
from pressloop.views.export.crate.battery import battery_document
from pressloop.views.export.crate.columns import column_of
from pressloop.views.export.crate.facts import Facts
from pressloop.views.export.crate.names import column_id, references
from pressloop.views.export.crate.tables import write_parquet
from pressloop.views.export.crate.terms import CLASSES, unit_keys
from pressloop.views.export.export import TABLES, write_csv
from pressloop.views.kinds import counts

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
VERSION = "1.1"
"""Of RO-Crate: the one that the profile is made for."""
SETTINGS = "settings.toml"
NO_LICENCE = "None is stated: ask those who measured before you use this data."
KINDS = {
    ".toml": "application/toml", ".json": "application/json", ".html": "text/html",
    ".md": "text/markdown", ".csv": "text/csv", ".jsonld": "application/ld+json",
    ".parquet": "application/vnd.apache.parquet", ".txt": "text/plain",
}
ABOUT = {
    "trials": "One row per trial: stack, set points, outcome, readings with their standard errors. "
              "A reading that failed is empty and has its reason.",
    "spectra": "Impedance spectra: one row per frequency and electrode of the latest sweep.",
    "controls": "Frequencies that were read before a sweep and again after it.",
    "traces": "Press traces: one row per sample.",
}


class Part(NamedTuple):
    """A file of the crate: where it lies in it, what it is, and the action it comes from, if any.

    That is one by `names.pressing_id` or `names.measurement_id`."""

    path: str
    about: str
    action: str = ""


def write_crate(folder: Path, facts: Facts, parts: Sequence[Part]) -> list[str]:
    """Writes tables, battery document and metadata beside the `parts`, which are there already.

    Returns the files' paths within the folder, in their order in the metadata. The same facts and
    parts give the same bytes with the same versions of the libraries."""
    columns = {f"{name}.parquet": write_parquet(
        folder / f"{name}.parquet", name, facts.trials, facts.units) for name in TABLES}
    write_csv(folder / "trials.csv", "trials", facts.trials)
    columns["trials.csv"] = columns["trials.parquet"]
    document = json.dumps(battery_document(facts), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "battery.jsonld").write_text(document + "\n", encoding="utf-8", newline="\n")
    made = [Part(path, ABOUT[Path(path).stem]) for path in columns]
    made.append(Part("battery.jsonld", "Stacks, pressings and measurements in terms of EMMO and "
                     "BattINFO (JSON-LD)."))
    every = [*parts, *made]
    crate = _crate(folder, facts, every, columns)
    crate.metadata.write(folder)
    return ["ro-crate-metadata.json", *(part.path for part in every)]


def _crate(folder: Path, facts: Facts, parts: Sequence[Part],
           columns: Mapping[str, Sequence[str]]) -> ROCrate:
    from rocrate.model import ContextEntity
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    raw = defaultdict[str, list[str]](list)
    for part in parts:
        file = crate.add_file(folder / part.path, part.path,
                              properties=_file(folder, part, columns))
        raw[part.action].append(file.id)
    programs, licence = Programs(facts), licence_of(facts)
    acts = actions(facts, programs, SETTINGS, raw)
    context = [
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        *([licence] if licence else []), *publisher_of(facts), *people(facts),
        *programs.entities(), *devices(facts), *_columns(facts, columns), *acts]
    for entity in context:
        told = {key: value for key, value in entity.items() if key != "@id"}
        crate.add(ContextEntity(crate, entity["@id"], properties=told))
    for key, value in _root(facts, licence, acts).items():
        crate.root_dataset[key] = value
    return crate


def _root(facts: Facts, licence: Entity | None, acts: Sequence[Entity]) -> dict[str, Any]:
    number = counts(facts.trials)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(number.items()))
    fake = " No real stack was pressed: press or meter are simulated." if facts.simulated else ""
    named = [*(one for one in acts if one["@type"] == "CreateAction"), *devices(facts)]
    found = {
        "name": f"Pressing campaign {facts.campaign}",
        "description": f"{counted(len(facts.trials), 'stack')} of solid-state batteries"
                       f"{': ' if told else ''}{told}. Pressed to find the recipe of the lowest "
                       f"interfacial resistance.{fake}",
        "datePublished": facts.recorded,
        "license": {"@id": licence["@id"]} if licence else NO_LICENCE,
        "conformsTo": {"@id": PROFILE},
        "publisher": references([one["@id"] for one in publisher_of(facts)]),
        "author": references([one["@id"] for one in people(facts)]),
        "mentions": references([one["@id"] for one in named])}
    return {key: value for key, value in found.items() if value is not None}


def _file(folder: Path, part: Part, columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": Path(part.path).name, "description": part.about,
        "encodingFormat": KINDS.get(Path(part.path).suffix.lower(), "application/octet-stream"),
        "contentSize": str((folder / part.path).stat().st_size)}
    if part.path in columns:
        found["variableMeasured"] = references([
            column_id(Path(part.path).stem, column) for column in columns[part.path]])
    return found


def _columns(facts: Facts, columns: Mapping[str, Sequence[str]]) -> list[Entity]:
    """Each column of the tables: meaning, unit, and EMMO's class of the quantity."""
    found = dict[str, Entity]()
    for path, names in columns.items():
        for name in names:
            known, told = column_of(name, facts.units), column_id(Path(path).stem, name)
            found[told] = {"@id": told, "@type": "PropertyValue", "name": name,
                           "description": known.meaning, **unit_keys(known.unit),
                           **({"propertyID": CLASSES[known.concept]} if known.concept else {})}
    return list(found.values())
