"""The values that a correction leaves a stack with: its description, recipe and outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pressloop.trials.checks import text
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Arc, Damage, Failed, Intact, Outcome, label_of
from pressloop.trials.quantity import Measurement, Quantity
from pressloop.trials.readings import number_of, plausible
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

NAMES = ("stack", "lot", "operator")
OF_STACK = ("area_cm2", "thickness_um", "pre_press_mpa", "anode_press_mpa")
OF_RECIPE = ("pressure_mpa", "dwell_s", "temperature_c")
OF_OUTCOME = ("resistance_ohm_cm2", "resistance_se_ohm_cm2", "damage_index", "stack_pressure_mpa")
CORRECTABLE = (*NAMES, *OF_STACK, *OF_RECIPE, *OF_OUTCOME)
Changes = Mapping[str, str | float]


def stack_with(trial: Trial, changes: Changes) -> Stack:
    """The trial's stack with the changed values. Raises BadInput for one that cannot be."""
    given: dict[str, Any] = {name: _words(name, changes[name]) for name in NAMES if name in changes}
    if "stack" in given:
        given["stack_id"] = given.pop("stack")
    given |= {name: number_of(name, changes[name]) for name in OF_STACK if name in changes}
    return replace(trial.stack, **given)


def _words(name: str, value: object) -> str:
    return " ".join(text(name, str(value)).split())


def recipe_with(trial: Trial, changes: Changes) -> Recipe:
    """The trial's recipe with the changed values. Raises BadInput for one that cannot be."""
    given: dict[str, Any] = {
        name: number_of(name, changes[name]) for name in OF_RECIPE if name in changes}
    given |= {name: changes[name] if isinstance(value, str) else number_of(name, changes[name])
              for name, value in trial.recipe.named.items() if name in changes}
    if given and trial.pressed_here:
        raise BadInput(next(iter(given)), next(iter(given.values())),
                       f"as trial {trial.number} was pressed ({trial.recipe})",
                       "What was commanded is never changed. If the stack is worth nothing, "
                       "withdraw it.")
    return trial.recipe.changed(**given)


def measured_names(trial: Trial, quantities: Sequence[Quantity] = ()) -> tuple[str, ...]:
    """Names of measured quantities that may be corrected.

    Those of the campaign, and those that the stack was measured by, each with its standard error.
    """
    outcome = trial.as_recorded.outcome
    read = [m.name for m in outcome.measured] if isinstance(outcome, Intact) else []
    names = dict.fromkeys([*(q.name for q in quantities if not q.is_resistance), *read])
    return tuple(one for name in names for one in (name, f"{name}_se"))


def _measured_with(trial: Trial, changes: Changes, quantities: Sequence[Quantity]
                   ) -> tuple[Measurement, ...]:
    """The readings of measured quantities with the changed ones.

    A new value without a new error has none."""
    outcome = trial.outcome
    found = {m.name: m for m in outcome.measured} if isinstance(outcome, Intact) else {}
    units = {q.name: q.unit for q in quantities}
    for name in measured_names(trial, quantities):
        before = found.get(name.removesuffix("_se"))
        if name in changes and name.removesuffix("_se") == name:
            unit = before.unit if before else units.get(name, "")
            found[name] = Measurement(name, number_of(name, changes[name]), None, unit)
        elif name in changes:
            if before is None:
                raise BadInput(name, changes[name], "given with a value", "Give --set "
                               f"{name.removesuffix('_se')} too.")
            found[before.name] = replace(before, standard_error=number_of(name, changes[name]))
    return tuple(found.values())


def outcome_with(trial: Trial, changes: Changes, quantities: Sequence[Quantity] = ()
                 ) -> Outcome | None:
    """The outcome with the changed values; what was no reading becomes intact by a reading.

    Raises BadInput for one that cannot be."""
    if any(name in changes for name in measured_names(trial, quantities)):
        measured, outcome = _measured_with(trial, changes, quantities), trial.outcome
        made = replace(outcome, measured=measured) if isinstance(outcome, Intact) else Intact(
            None, damage=damage_of(trial), measured=measured)
        trial = replace(trial, outcome=made)
    given: dict[str, Any] = {
        name: number_of(name, changes[name]) for name in OF_OUTCOME if name in changes}
    outcome = trial.outcome
    if "area_cm2" in changes and isinstance(outcome, Intact) \
            and outcome.resistance_ohm_cm2 is not None and "resistance_ohm_cm2" not in given:
        outcome = _scaled(trial, outcome, number_of("area_cm2", changes["area_cm2"]))
    if not given:
        return outcome
    index = given.pop("damage_index", None)
    damage = damage_of(trial) if index is None else Damage(index, 0.01)
    if not given and isinstance(outcome, Failed):
        return replace(outcome, damage=damage)
    if isinstance(outcome, Intact):
        kept = outcome if trial.state is State.IMPORTED else _by_hand(outcome, given)
        return plausible(replace(kept, damage=damage, **given))
    if "resistance_ohm_cm2" not in given:
        raise BadInput(f"trial {trial.number}", label_of(outcome), "an intact stack, or --set "
                       "resistance_ohm_cm2 given", "Only an intact stack has a resistance.")
    return plausible(Intact(damage=damage, **given))


def _by_hand(outcome: Intact, given: Mapping[str, float]) -> Intact:
    """Without what the evaluation has told of another reading than the one that is given."""
    if "resistance_ohm_cm2" not in given:
        return outcome
    return Intact(outcome.resistance_ohm_cm2, nonuniformity=outcome.nonuniformity,
                  measured=outcome.measured,
                  stack_pressure_mpa=outcome.stack_pressure_mpa,
                  measured_at_c=outcome.measured_at_c, rest_s=outcome.rest_s)


def _scaled(trial: Trial, outcome: Intact, area_cm2: float) -> Intact:
    """The same ohms on another area. Raises BadInput for a stack whose ohms nobody knows."""
    ohm_cm2 = outcome.resistance_ohm_cm2
    if outcome.resistance_ohm is None or outcome.area_cm2 is None or ohm_cm2 is None:
        raise BadInput("area_cm2", area_cm2, "given with resistance_ohm_cm2, as only ohm cm2 was "
                       f"recorded of trial {trial.number}", "Give --set resistance_ohm_cm2 too.")
    by = area_cm2 / trial.stack.area_cm2

    def at(value: float | None) -> float | None:
        return None if value is None else value * by

    return replace(
        outcome, resistance_ohm_cm2=ohm_cm2 * by,
        resistance_se_ohm_cm2=at(outcome.resistance_se_ohm_cm2),
        total_ohm_cm2=at(outcome.total_ohm_cm2), total_se_ohm_cm2=at(outcome.total_se_ohm_cm2),
        area_cm2=outcome.area_cm2 * by, arcs=tuple(_arc_on(arc, by) for arc in outcome.arcs))


def _arc_on(arc: Arc, by: float) -> Arc:
    return replace(arc, resistance_ohm_cm2=arc.resistance_ohm_cm2 * by,
                   capacitance_f_cm2=arc.capacitance_f_cm2 / by)


def damage_of(trial: Trial) -> Damage | None:
    """What the trace has told of crushing, if anything."""
    return trial.outcome.damage if isinstance(trial.outcome, Intact | Failed) else None
