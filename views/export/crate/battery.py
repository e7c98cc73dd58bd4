"""Stacks, pressings and measurements in the words of BattINFO and EMMO: one JSON-LD document.

Its nodes have the names that they have in the metadata of the crate, so that both graphs are one
when both are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pressloop.trials.outcome import label_of
from pressloop.trials.trial import State, Trial
from pressloop.views.export.crate.facts import Facts
from pressloop.views.export.crate.names import (
    device_id,
    measurement_id,
    pressing_id,
    stack_id,
)
from pressloop.views.export.crate.quantities import (
    Node,
    achieved,
    conditions,
    quantity,
    readings,
    set_points,
)
from pressloop.views.export.crate.terms import CLASSES, NUMBER, RELATIONS, SCHEMA
from pressloop.views.kinds import reason_of

SCHEMA_TERMS = ("PropertyValue", "IndividualProduct", "name", "value", "unitText", "unitCode",
                "description", "identifier", "additionalProperty", "startTime", "endTime")
CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    # The same file as the metadata: what is called alike there is meant.
    "@base": "ro-crate-metadata.json",
    **{name: f"{SCHEMA}{name}" for name in SCHEMA_TERMS},
    **CLASSES, **NUMBER,
    **{name: {"@id": iri, "@type": "@id"} for name, iri in RELATIONS.items()},
}
"""Written into the document, so that it is read without a network."""


def battery_document(facts: Facts) -> dict[str, Any]:
    """The document. Readings that failed have no number in it, and say why."""
    nodes = [_device(name, told) for name, told in facts.devices.items()]
    for trial in facts.trials:
        nodes += [_stack(facts, trial), *_pressing(facts, trial), *_measurement(facts, trial)]
    return {"@context": CONTEXT, "@graph": nodes}


def _device(name: str, told: str) -> Node:
    kinds = ["MeasuringInstrument"] if name.startswith("meter") else []
    return {"@id": device_id(name), "@type": [*kinds, "IndividualProduct"], "name": name,
            "description": told}


def _stack(facts: Facts, trial: Trial) -> Node:
    stack = trial.stack
    node: Node = {
        "@id": stack_id(trial), "@type": ["ElectrochemicalCell", "IndividualProduct"],
        "name": stack.stack_id,
        "hasProperty": [quantity(facts, "stack_area_cm2", stack.area_cm2)],
        "additionalProperty": [quantity(facts, "lot", stack.lot)]}
    node["additionalProperty"] += [
        quantity(facts, name, value) for name in ("pre_press_mpa", "anode_press_mpa")
        if (value := getattr(stack, name)) is not None]
    if stack.barcode is not None:
        node["identifier"] = stack.barcode
    if stack.thickness_um is not None:
        node["hasSeparator"] = {"@type": "Separator", "hasProperty": [
            quantity(facts, "thickness_um", stack.thickness_um)]}
    return node


def _pressing(facts: Facts, trial: Trial) -> list[Node]:
    """Nothing where the press was never told, or where nothing is pressed in this campaign."""
    elsewhere = trial.state is State.IMPORTED
    if not trial.recipe.core or (trial.cycle_id is None and not elsewhere):
        return []
    steps = facts.of(trial)
    node: Node = {
        "@id": pressing_id(trial), "@type": "FormingFromPowder",
        "name": f"pressing of {trial.stack.stack_id}", "hasInput": {"@id": stack_id(trial)},
        "hasProperty": [*set_points(facts, trial.recipe), *achieved(facts, trial)]}
    if not elsewhere and (begin := steps.first("commanded")):
        node["startTime"] = begin.utc
    if not elsewhere and (end := steps.first("pressed", "faulted", "settled")):
        node["endTime"] = end.utc
    if trial.trace is not None:
        node["hasOutput"] = {"@id": "traces.parquet"}
    if trial.outcome is None and (why := reason_of(trial)):
        node["description"] = why
    return [node]


def _measurement(facts: Facts, trial: Trial) -> list[Node]:
    """Nothing of a stack that was neither measured nor judged."""
    if not trial.spectra and trial.outcome is None:
        return []
    node: Node = {
        "@id": measurement_id(trial),
        "@type": (["ElectrochemicalImpedanceSpectroscopy", "BatteryTest"] if trial.spectra
                  else ["BatteryTest"]),
        "name": f"measurement of {trial.stack.stack_id}",
        "hasTestObject": {"@id": stack_id(trial)}, "hasProperty": conditions(facts, trial)}
    if trial.spectra:
        node["hasOutput"] = [{"@id": "spectra.parquet"}]
    if meters := _meters(facts):
        node["hasTestEquipment"] = [{"@id": device_id(name)} for name in meters]
    results = [*readings(facts, trial), _verdict(trial)]
    return [{**node, "hasOutput": [*node.get("hasOutput", []), *results]}]


def _meters(facts: Facts) -> Sequence[str]:
    return [name for name in facts.devices if name.startswith("meter")]


def _verdict(trial: Trial) -> Node:
    """In a word, and why there is no resistance."""
    node: Node = {"@type": "PropertyValue", "name": "outcome", "value": label_of(trial.outcome)}
    return node | ({"description": why} if (why := reason_of(trial)) else {})
