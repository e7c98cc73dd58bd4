"""What is asked before a run of a deployment begins: whose order it is, and what is left of it.

One set of rules for the campaign that `pressloop serve` offers and for those of a work pool.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed

from pressloop.flows.campaign.campaign import tell
from pressloop.flows.campaign.drawing import none_left, wanted
from pressloop.flows.campaign.lab import Order
from pressloop.flows.operator.events import announce
from pressloop.flows.settings.campaign import Settings
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import parse, sqlite_path
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import Trial
from pressloop.trials.wording import of_budget

SETTINGS_VARIABLE = "PRESSLOOP_SETTINGS"
"""Where the settings file's path is left for a run. It is no parameter of the flow: whoever reaches
the Prefect server may fill in the form, but not choose the file."""

PRESS_VARIABLE = "PRESSLOOP_PRESS"
"""Where the name of the press is left for a run, where several share the campaign."""
LATE = ("SkippedLate", "SkippedMissed")
"""Names of states in which runs end that came too late."""


@dataclass
class Skipped(Exception):
    """This run presses nothing: the name of the state in which it ends, and why."""

    name: str
    why: str

    def __str__(self) -> str:
        return self.why


@contextmanager
def told_if_it_fails(settings: Settings) -> Iterator[None]:
    """What goes wrong before the campaign is begun is told to somebody too."""
    try:
        yield
    except Skipped:
        raise
    except Exception as error:
        tell(settings, "failed", str(error))
        raise


def prove_work_left(settings: Settings, order: Order) -> None:
    """Raises Skipped where this run has nothing to press, without waking the press each night."""
    if (spent := budget_spent(order, settings.campaign.name)) is not None:
        raise Skipped("BudgetSpent", spent)
    if wanted(settings) is None:
        return
    with ledger_if_any(order.ledger_url) as ledger:
        trials = () if ledger is None else ledger.history(settings.campaign.name, arrays=False)
        if ledger is None or any(t.is_open for t in trials):
            return
        why = none_left(ledger, settings)
    if why:
        raise Skipped("NoStack", f"{why} Nothing was pressed.")


def budget_spent(order: Order, campaign: str) -> str | None:
    """Says so where nothing is left to do, without waking the press each night."""
    trials = _history(order.ledger_url, campaign)
    used = sum(t.used_here for t in trials)
    if used < order.trials or any(t.is_open for t in trials):
        return None
    return (f"{of_budget(used, order.trials)}: the campaign's budget is spent. "
            "To press on, raise [campaign] trials. Nothing was pressed.")


def prove_no_lease() -> None:
    """Keeps a run from being ended that cannot renew its lease on a slot of the deployment.

    Prefect would end it with a stack in the press or in a person's hands; a lease ends with the
    first pause. Raises BadInput for such a run."""
    here = FlowRunContext.get()
    state = None if here is None or here.flow_run is None else here.flow_run.state
    if state is not None and state.state_details.deployment_concurrency_lease_id is not None:
        raise BadInput(
            "concurrency limit of the deployment", "set", "unset, as its lease would end a run in "
            "mid press", "Remove it at Prefect's page, or start `pressloop serve` again, which "
            "does: one run per press is what the press's own lock keeps. Nothing was pressed.")


def begun_before(settings: Settings, order: Order) -> Order | None:
    """The order as this run had it, where it was begun before; None the first time.

    Raises BadInput as `prove_no_lease`."""
    with told_if_it_fails(settings):
        prove_no_lease()
        return order_before(order, settings.campaign.name, flow_run.id or "")


def told_skipped(settings: Settings, skipped: Skipped) -> State[Any]:
    """The state in which a run ends that presses nothing; people are told."""
    tell(settings, "skipped", skipped.why)
    if skipped.name in LATE:
        announce("late", settings.campaign.name, skipped.why)
    return Completed(name=skipped.name, message=skipped.why)


def prove_in_time(settings: Settings) -> None:
    """Raises Skipped for a run that is to begin long after its planned time."""
    late_s = lateness_s(flow_run.scheduled_start_time, datetime.now(UTC))
    if late_s > settings.campaign.skip_when_late_s:
        raise Skipped("SkippedLate", f"{late_s / 60:.0f} min late: a missed run is skipped, not "
                      "replayed. Nothing was pressed.")


def settings_path() -> Path:
    """The settings file that the serving process was started with.

    Raises BadInput where there is none."""
    path = os.environ.get(SETTINGS_VARIABLE)
    if not path:
        raise BadInput(SETTINGS_VARIABLE, "not set", "the path of a settings file",
                       "Start the deployment with `pressloop serve SETTINGS.toml`.")
    return Path(path)


def press_served() -> str:
    """The name of the press that the serving process was started for, "" for the only one."""
    return os.environ.get(PRESS_VARIABLE, "")


def lateness_s(planned: datetime | None, now: datetime) -> float:
    """Seconds after the planned start; 0 for a run that was not planned."""
    return 0.0 if planned is None else max((now - planned).total_seconds(), 0.0)


def order_before(order: Order, campaign: str, run_id: str) -> Order | None:
    """The order as this flow run had it when started before; None the first time."""
    with ledger_if_any(order.ledger_url) as ledger:
        mine = [] if ledger is None else [
            one for one in ledger.openings(campaign) if run_id and one.flow_run == run_id]
    if not mine or mine[-1].target is None:
        return None
    return replace(order, trials=mine[-1].target, share=mine[-1].share, more=None)


def _history(url: str, campaign: str) -> tuple[Trial, ...]:
    with ledger_if_any(url) as ledger:
        return () if ledger is None else ledger.history(campaign, arrays=False)


@contextmanager
def ledger_if_any(url: str) -> Iterator[Ledger | None]:
    """None where there is none yet: a run that is skipped leaves nothing behind."""
    path = sqlite_path(parse(url))
    if path is not None and not path.exists():
        yield None
        return
    with closing(Ledger.open(url)) as ledger:
        yield ledger
