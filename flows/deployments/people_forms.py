"""What people decide, as forms at Prefect's page.

Queue a recipe, take a suggestion, ask what is believed of a recipe, attach a stack. They move
nothing and need no press."""

# No postponed annotations here: Prefect builds the forms from the types themselves.
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.states import Completed
from pydantic import Field

from pressloop.flows.campaign.decisions.attaching import attach
from pressloop.flows.campaign.decisions.own_recipes import outside_words, queue_recipe, said
from pressloop.flows.campaign.suggestions import models_of, take_suggestion
from pressloop.flows.cli.records.attach import Read, outcome_of, stack_of
from pressloop.flows.cli.records.put_right import changes_of
from pressloop.flows.deployments.starting import settings_path
from pressloop.flows.operator.typed import Typed, number_and_error
from pressloop.flows.preflight.dry_run import completed, values_named
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.settings.gauge import load_of
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.recipe import CORE, Recipe, Value
from pressloop.views.prediction import prediction_sentences
from pressloop.views.words import recipe_words

Pressure = Annotated[float, Typed("MPa", "MPa")]
Dwell = Annotated[float, Typed("s", "s, or minutes as in 3:00")]
Temperature = Annotated[float, Typed("degC", "degC", signed=True)]
Reason = Annotated[str, Field(min_length=1, max_length=2000, description="Kept in the ledger")]
Count = Annotated[int, Field(ge=1, le=64, description="How many suggestions it is chosen from")]
Number = Annotated[int, Field(ge=1, le=64, description="Which of them, counted from 1")]
Named = Annotated[str, Field(max_length=2000, description="Those beside pressure, dwell and "
                             "temperature: NAME=VALUE, with commas between; what is left out is as "
                             "in the reference")]
Measured = Annotated[str, Field(max_length=2000, description="Other quantities that the campaign "
                                "measures: NAME=VALUE or NAME=VALUE ± ERROR, with ; between")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
MaybeName = Annotated[str, Field(max_length=80, description="Empty: from the settings")]
MaybeOhm = Annotated[float | None, Typed("ohm cm2", "ohm cm2; empty for a failed stack",
                                         optional=True)]
MaybeError = Annotated[float | None, Typed("ohm cm2", "ohm cm2; empty where it is not known",
                                           optional=True)]
MaybeMpa = Annotated[float | None, Typed("MPa", "MPa; empty where nothing was held",
                                         optional=True)]
PARAMETERS = "parameters"
"""The field of named parameters."""
Failure = Literal["", "crushed", "shorted", "delaminated", "failed", "spoilt"]


@dataclass(frozen=True)
class _Lab:
    """The campaign that is served, and its ledger."""

    settings: Settings
    ledger: Ledger
    url: str


@contextmanager
def _lab() -> Iterator[_Lab]:
    settings = read_settings(settings_path())
    url = settings.campaign.ledger
    with closing(Ledger.open(url)) as ledger:
        yield _Lab(settings, ledger, url)


def _recipe(settings: Settings, core: tuple[float, float, float], named: str) -> Recipe:
    """Pressure, dwell and temperature, as far as the campaign has them, and what is named.

    Raises BadInput for a name or a value that the campaign does not have."""
    told: dict[str, Value] = {name: value for name, value in zip(CORE, core, strict=True)
                              if name not in settings.space.absent}
    more = values_named(named, settings, PARAMETERS) if named.strip() else {}
    return completed(told | more, settings, PARAMETERS, named)


def _measured(text: str) -> dict[str, float]:
    """Values by name, and their standard errors as NAME_se. Raises BadInput."""
    found: dict[str, float] = {}
    for name, typed in changes_of([one for one in text.split(";") if one.strip()], where="measured",
                                  names=("those that the campaign measures",)).items():
        value, error = number_and_error(name, typed, "Correct it.")
        found |= {name: value} | ({} if error is None else {f"{name}_se": error})
    return found


@flow(name="queue a recipe", persist_result=False)
def own_recipe(pressure_mpa: Pressure, dwell_s: Dwell, temperature_c: Temperature,
               reason: Reason, parameters: Named = "") -> Any:
    """The next stack is pressed by this recipe, after those that wait already.

    Args:
        pressure_mpa: Pressure on the stack.
        dwell_s: Time held at it.
        temperature_c: Of the platens.
        reason: Kept in the ledger.
        parameters: Others, such as collector=bare.
    """
    with _lab() as lab:
        recipe = _recipe(lab.settings, (pressure_mpa, dwell_s, temperature_c), parameters)
        asked = queue_recipe(lab.ledger, lab.settings, recipe, reason)
        words = outside_words(lab.settings.space, recipe)
        told = recipe_words(recipe, load_of(lab.settings))
    return Completed(message=f"Recipe {asked.number} in the queue: {told}. {words}")


@flow(name="take a suggestion", persist_result=False)
def suggestion(reason: Reason, number: Number = 2, of: Count = 3) -> Any:
    """The next stack is pressed by this one of the suggestions.

    Args:
        reason: Kept in the ledger.
        number: Which of them, counted from 1.
        of: How many suggestions it is chosen from; `pressloop suggest --count` shows them.
    """
    with _lab() as lab:
        asked = take_suggestion(lab.ledger, lab.settings, lab.url, number, of, reason)
        told = recipe_words(asked.recipe, load_of(lab.settings))
    return Completed(message=f"Recipe {asked.number} in the queue: {told}, "
                             f"{asked.source}")


@flow(name="predict a recipe", persist_result=False)
def prediction(pressure_mpa: Pressure, dwell_s: Dwell, temperature_c: Temperature,
               parameters: Named = "") -> Any:
    """What is believed of a recipe: resistance, chances of failure, and what they rest on.

    Args:
        pressure_mpa: Pressure on the stack.
        dwell_s: Time held at it.
        temperature_c: Of the platens.
        parameters: Others, such as collector=bare.
    """
    # Loads torch: the other forms answer seconds sooner without.
    from pressloop.optimizer.prediction import predict

    with _lab() as lab:
        recipe = _recipe(lab.settings, (pressure_mpa, dwell_s, temperature_c), parameters)
        found = predict(models_of(lab.ledger, lab.settings, lab.url), recipe)
        sentences = prediction_sentences(found, lab.settings.limits, load_of(lab.settings))
    create_markdown_artifact(markdown="\n\n".join(sentences), key="predicted-recipe",
                             description=f"{lab.settings.campaign.name}: predicted recipe")
    return Completed(message=" ".join(sentences))


@flow(name="attach a stack", persist_result=False)
def attached(stack: Name, pressure_mpa: Pressure, dwell_s: Dwell, temperature_c: Temperature,
             reason: Reason, resistance_ohm_cm2: MaybeOhm = None,
             standard_error_ohm_cm2: MaybeError = None, failed: Failure = "",
             lot: MaybeName = "", operator: MaybeName = "", parameters: Named = "",
             measured: Measured = "", stack_pressure_mpa: MaybeMpa = None) -> Any:
    """Learn from a stack that was pressed elsewhere; it counts no stack of the budget.

    Args:
        stack: Its name, which no other stack of the campaign has.
        pressure_mpa: What it was pressed at.
        dwell_s: Time held at it.
        temperature_c: Of the platens.
        reason: Where it comes from; kept in the ledger.
        resistance_ohm_cm2: Of the interface, times area; empty for a stack that failed.
        standard_error_ohm_cm2: Of the resistance.
        failed: How it failed; empty for an intact stack.
        lot: Empty, that of the settings.
        operator: Empty, that of the settings.
        parameters: Others, such as collector=bare.
        measured: Other quantities, such as conductivity=1.9 ± 0.1; density=2.4.
        stack_pressure_mpa: Held while it was measured.
    """
    read = Read(stack, resistance_ohm_cm2, standard_error_ohm_cm2, failed or None, lot or None,
                operator or None, stack_pressure_mpa, _measured(measured))
    with _lab() as lab:
        recipe = _recipe(lab.settings, (pressure_mpa, dwell_s, temperature_c), parameters)
        outcome = outcome_of(read, said(reason), lab.settings.quantities)
        number, new = attach(lab.ledger, lab.settings, stack_of(read, lab.settings), recipe,
                             outcome, reason)
    return Completed(message=f"{stack} is trial {number}{'' if new else ', and was before'}.")


FORMS = ((own_recipe, "queue a recipe"), (suggestion, "take a suggestion"),
         (prediction, "predict a recipe"), (attached, "attach a stack"))
"""Flows, and the word behind the campaign's name by which each is served."""
