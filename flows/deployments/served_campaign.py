"""The campaign as a Prefect deployment: a form in the UI, a schedule, never two at once."""

# No postponed annotations here: Prefect builds the form from the types themselves.
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from prefect import flow
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pressloop.flows.campaign.campaign import press_all, tell
from pressloop.flows.campaign.lab import Hold, Order, order_of
from pressloop.flows.engine.press_queue import press_in_turn
from pressloop.flows.operator.closed_form import close_form_of_crashed
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import parse, sqlite_path
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import Trial
from pressloop.trials.wording import of_budget

SETTINGS_VARIABLE = "PRESSLOOP_SETTINGS"
"""Where the serving process leaves the settings file's path. It is no parameter of the flow:
whoever reaches the Prefect server may fill in the form, but not choose the file."""

MOST = 1000
"""Stacks that one run may be asked for."""
Stacks = Annotated[int, Field(ge=1, le=MOST, description="Stacks to press in this run, as far as "
                              "the campaign's budget goes")]
SeedField = Annotated[int | None, Field(ge=0, le=2**31 - 1, description="Empty: from the settings")]
Notes = Annotated[str, Field(max_length=2000, description="Kept in the ledger")]


class Form(BaseModel):
    """The form's values, validated again on our side: the server's check can be gone round."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    trials: Stacks
    seed: SeedField
    notes: Notes


@flow(name="scheduled pressing campaign", flow_run_name="press {trials} stacks",
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
    order, name = order_of(settings, None, form.seed, None, form.notes), settings.campaign.name
    with _told_if_it_fails(settings):
        _prove_no_lease()
        target = target_before(order.ledger_url, name, flow_run.id or "")
        spent = None if target is not None else _budget_spent(order, name)
    if target is not None:
        # Resumed, or started again by Prefect's "Retry": it is the same order, and never late.
        return press_all(settings, replace(order, trials=target))
    if spent is not None:
        tell(settings, "skipped", spent)
        return Completed(name="BudgetSpent", message=spent)
    try:
        _prove_in_time(settings)
        return press_all(settings, replace(order, more=form.trials), _in_time(settings))
    except Late as late:
        tell(settings, "skipped", str(late))
        return Completed(name="SkippedLate", message=str(late))


@contextmanager
def _told_if_it_fails(settings: Settings) -> Iterator[None]:
    """What goes wrong before the campaign is begun is told to somebody too."""
    try:
        yield
    except Exception as error:
        tell(settings, "failed", str(error))
        raise


def _budget_spent(order: Order, campaign: str) -> str | None:
    """Says so where nothing is left to do, without waking the press each night."""
    trials = _history(order.ledger_url, campaign)
    used = sum(t.used_here for t in trials)
    if used < order.trials or any(t.is_open for t in trials):
        return None
    return (f"{of_budget(used, order.trials)}: the campaign's budget is spent. "
            "To press on, raise [campaign] trials. Nothing was pressed.")


def _prove_no_lease() -> None:
    """Keeps a run from being ended that cannot renew its lease on a slot of the deployment.

    Prefect would end it with a stack in the press or in a person's hands; a lease ends with the
    first pause."""
    here = FlowRunContext.get()
    state = None if here is None or here.flow_run is None else here.flow_run.state
    if state is not None and state.state_details.deployment_concurrency_lease_id is not None:
        raise BadInput(
            "concurrency limit of the deployment", "set", "unset, as its lease would end a run in "
            "mid press", "Remove it at Prefect's page, or start `pressloop serve` again, which "
            "does: one run per press is what the press's own lock keeps. Nothing was pressed.")


class Late(Exception):
    """The run's time is over."""


def _in_time(settings: Settings) -> Hold:
    """Waits for the press, but not to press long after the planned time."""
    @contextmanager
    def hold(serial: str) -> Iterator[None]:
        with press_in_turn(serial):
            _prove_in_time(settings)
            yield

    return hold


def _prove_in_time(settings: Settings) -> None:
    late_s = lateness_s(flow_run.scheduled_start_time, datetime.now(UTC))
    if late_s > settings.campaign.skip_when_late_s:
        raise Late(f"{late_s / 60:.0f} min late: a missed run is skipped, not replayed. Nothing "
                   "was pressed.")


def validated(trials: int, seed: int | None, notes: str) -> Form:
    """The form, or BadInput naming the field. Raises it."""
    try:
        return Form(trials=trials, seed=seed, notes=notes)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(str(first["loc"][0]), first["input"], first["msg"].removeprefix(
            "Input should be "), "Correct the form. Nothing was pressed.") from None


def settings_path() -> Path:
    """The settings file that the serving process was started with.

    Raises BadInput where there is none."""
    path = os.environ.get(SETTINGS_VARIABLE)
    if not path:
        raise BadInput(SETTINGS_VARIABLE, "not set", "the path of a settings file",
                       "Start the deployment with `pressloop serve SETTINGS.toml`.")
    return Path(path)


def lateness_s(planned: datetime | None, now: datetime) -> float:
    """Seconds after the planned start; 0 for a run that was not planned."""
    return 0.0 if planned is None else max((now - planned).total_seconds(), 0.0)


def target_before(url: str, campaign: str, run_id: str) -> int | None:
    """At how many stacks this flow run was to end when started before; None the first time."""
    with _ledger(url) as ledger:
        mine = [] if ledger is None else [
            o.target for o in ledger.openings(campaign) if run_id and o.flow_run == run_id]
    return mine[-1] if mine else None


def _history(url: str, campaign: str) -> tuple[Trial, ...]:
    with _ledger(url) as ledger:
        return () if ledger is None else ledger.history(campaign, arrays=False)


@contextmanager
def _ledger(url: str) -> Iterator[Ledger | None]:
    """None where there is none yet: a run that is skipped leaves nothing behind."""
    path = sqlite_path(parse(url))
    if path is not None and not path.exists():
        yield None
        return
    with closing(Ledger.open(url)) as ledger:
        yield ledger
