"""The campaign as a Prefect deployment: a form in the UI, a schedule, never two at once."""

# No postponed annotations here: Prefect builds the form from the types themselves.
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from prefect import flow, runtime
from pydantic import Field, ValidationError

from pressloop.flows.campaign.campaign import press_all
from pressloop.flows.campaign.lab import Hold, order_of
from pressloop.flows.deployments.forms import MOST, Form
from pressloop.flows.deployments.starting import (
    Skipped,
    begun_before,
    press_served,
    prove_in_time,
    prove_work_left,
    settings_path,
    told_if_it_fails,
    told_skipped,
)
from pressloop.flows.engine.press_queue import press_in_turn
from pressloop.flows.operator.closed_form import close_form_of_crashed
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import counted

Stacks = Annotated[int, Field(ge=1, le=MOST, description="Stacks to press in this run, as far as "
                              "the campaign's budget goes")]
SeedField = Annotated[int | None, Field(ge=0, le=2**31 - 1, description="Empty: from the settings")]
Notes = Annotated[str, Field(max_length=2000, description="Kept in the ledger")]


class ServedOrder(Form):
    """The form's values, validated again on our side: the server's check can be gone round."""

    trials: Stacks
    seed: SeedField
    notes: Notes


def _called() -> str:
    """What Prefect's page calls this run."""
    return f"press {counted(runtime.flow_run.parameters['trials'], 'stack')}"


@flow(name="scheduled pressing campaign", flow_run_name=_called,
      persist_result=False, on_crashed=[close_form_of_crashed])
def scheduled(trials: Stacks = 8, seed: SeedField = None, notes: Notes = "") -> Any:
    """Presses `trials` more stacks.

    A run that comes late is skipped, not replayed; one that is resumed or tried again presses what
    is left of its order.

    Args:
        trials: Stacks to press in this run, on top of those the campaign has, as far as its budget
            (`[campaign] trials`) goes.
        seed: Left empty, the seed of the settings file is used.
        notes: Kept in the ledger with this run.
    """
    form = validated(trials, seed, notes)
    settings = read_settings(settings_path())
    order = order_of(settings, None, form.seed, None, form.notes, press_served())
    before = begun_before(settings, order)
    if before is not None:
        # Resumed, or started again by Prefect's "Retry": it is the same order, and never late.
        return press_all(settings, before)
    try:
        with told_if_it_fails(settings):
            prove_work_left(settings, order)
        prove_in_time(settings)
        return press_all(settings, replace(order, more=form.trials), _in_time(settings))
    except Skipped as skipped:
        return told_skipped(settings, skipped)


def _in_time(settings: Settings) -> Hold:
    """Waits for the press, but not to press long after the planned time."""
    @contextmanager
    def hold(serial: str) -> Iterator[None]:
        with press_in_turn(serial):
            prove_in_time(settings)
            yield

    return hold


def validated(trials: int, seed: int | None, notes: str) -> ServedOrder:
    """The form, or BadInput naming the field. Raises it."""
    try:
        return ServedOrder(trials=trials, seed=seed, notes=notes)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(str(first["loc"][0]), first["input"], first["msg"].removeprefix(
            "Input should be "), "Correct the form. Nothing was pressed.") from None
