"""Who did what to which stack: an action of the Process Run Crate for each step.

https://w3id.org/ro/wfrun/process/0.5"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pressloop.trials.outcome import label_of
from pressloop.trials.trial import State, Trial
from pressloop.views.export.crate.agents import Entity, Programs, person_id
from pressloop.views.export.crate.facts import Facts, Step
from pressloop.views.export.crate.names import (
    measurement_id,
    pressing_id,
    references,
    stack_id,
)
from pressloop.views.export.crate.quantities import Node, readings, set_points
from pressloop.views.export.crate.terms import SCHEMA
from pressloop.views.kinds import reason_of

# Texts, as the profile has them.
COMPLETED, FAILED = f"{SCHEMA}CompletedActionStatus", f"{SCHEMA}FailedActionStatus"
OF_ENTITIES = ("name", "value", "unitText", "unitCode", "description")
"""Keys of a quantity that the metadata repeats; EMMO's are in the battery document."""


def actions(facts: Facts, programs: Programs, settings: str,
            raw: Mapping[str, Sequence[str]] = MappingProxyType({})) -> list[Entity]:
    """Stacks, pressings and measurements with their quantities, trial by trial.

    `raw` are files of the machines by the name of the action they come from. Stacks that were
    taken over from a table have no actions: nobody here pressed them."""
    found = list[Entity]()
    for trial in facts.trials:
        found.append(_stack(facts, trial))
        if trial.state is not State.IMPORTED:
            found += _pressing(facts, trial, programs, settings,
                               raw.get(pressing_id(trial), ()))
            found += _measurement(facts, trial, programs, raw.get(measurement_id(trial), ()))
    return found


def _stack(facts: Facts, trial: Trial) -> Entity:
    told = [f"lot {trial.stack.lot}, made by {trial.stack.operator}"]
    if trial.state is State.IMPORTED:
        told.append("pressed and measured elsewhere, taken over from a table")
    if trial.outcome is not None:
        told.append(label_of(trial.outcome))
    if why := reason_of(trial):
        told.append(why)
    return {"@id": stack_id(trial), "@type": "IndividualProduct", "name": trial.stack.stack_id,
            "description": "; ".join(told)} | (
                {"identifier": trial.stack.barcode} if trial.stack.barcode else {})


def _pressing(facts: Facts, trial: Trial, programs: Programs, settings: str,
              raw: Sequence[str]) -> list[Entity]:
    """The pressing and its set points; nothing where the press was never told."""
    steps, points = facts.of(trial), set_points(facts, trial.recipe)
    begin, end = steps.first("commanded"), steps.first("pressed", "faulted", "settled")
    if begin is None:
        return []
    made = _entities(pressing_id(trial), points)
    action = _action(
        facts, trial, pressing_id(trial), programs.of(begin), end,
        name=f"Pressing of {trial.stack.stack_id}",
        description="Asked: " + ", ".join(f"{one['name']} {one['value']}" for one in points),
        startTime=begin.utc, object=[stack_id(trial), settings, *(one["@id"] for one in made)],
        result=[*(["traces.parquet"] if trial.trace is not None else []), *raw])
    return [_ended(action, trial, pressed=trial.trace is not None), *made]


def _measurement(facts: Facts, trial: Trial, programs: Programs, raw: Sequence[str]
                 ) -> list[Entity]:
    """The measurement, and what it was found to mean; nothing before there is a spectrum."""
    steps = facts.of(trial)
    done = steps.first("measured")
    if done is None:
        return []
    verdict: Node = {"name": "outcome", "value": label_of(trial.outcome)}
    if why := reason_of(trial):
        verdict["description"] = why
    made = _entities(measurement_id(trial), [*readings(facts, trial), verdict])
    told = "Impedance spectra and their evaluation" if trial.spectra else "Values of a person"
    action = _action(
        facts, trial, measurement_id(trial), programs.of(done),
        steps.first("evaluated", "measured"), name=f"Measurement of {trial.stack.stack_id}",
        description=told, object=[stack_id(trial)],
        result=[*(["spectra.parquet"] if trial.spectra else []), *raw,
                *(one["@id"] for one in made)])
    return [_ended(action, trial, pressed=trial.outcome is not None), *made]


def _action(facts: Facts, trial: Trial, name_of: str, program: str, end: Step | None,
            **told: Any) -> Entity:
    refers = {key: references(told.pop(key)) for key in ("object", "result")}
    return {"@id": name_of, "@type": "CreateAction", **told,
            "agent": {"@id": person_id(facts, trial.stack.operator)},
            "instrument": {"@id": program}, **({"endTime": end.utc} if end else {}),
            **{key: value for key, value in refers.items() if value}}


def _ended(action: Entity, trial: Trial, *, pressed: bool) -> Entity:
    """With its status: completed, failed for the reason of the fault, or none while it goes on."""
    if pressed:
        return action | {"actionStatus": COMPLETED}
    if trial.fault is None:
        return action
    return action | {"actionStatus": FAILED, "error": trial.fault}


def _entities(of: str, nodes: list[Node]) -> list[Entity]:
    """Quantities as entities of their own, as crates have them."""
    return [{"@id": f"{of}-{number}", "@type": "PropertyValue",
             **{key: node[key] for key in OF_ENTITIES if key in node}, **_error(node)}
            for number, node in enumerate(nodes, start=1)]


def _error(node: Node) -> dict[str, str]:
    if (error := node.get("hasMetrologicalUncertainty")) is None:
        return {}
    return {"description": f"standard error {error['value']!r} {node.get('unitText', '')}".strip()}
