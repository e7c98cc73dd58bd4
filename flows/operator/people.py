"""Who is asked where a machine needs a person: the terminal, or the form of a paused flow run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pressloop.flows.operator.terminal import TerminalPerson
from pressloop.flows.operator.variables import ASK_VARIABLE
from pressloop.hardware.person import Person

if TYPE_CHECKING:
    from prefect.client.schemas import FlowRun


def person_for() -> Person | None:
    """Whoever resumes the paused flow run, for a run of a deployment.

    Else the person at the terminal; else the paused flow run of a command without a terminal; else
    nobody."""
    chosen, run = os.environ.get(ASK_VARIABLE), _flow_run()
    by_form = chosen == "form" or served()
    if chosen == "terminal" or (_at_terminal() and not by_form):
        return TerminalPerson()
    if run is None:
        return None
    from pressloop.flows.operator.paused_form import PrefectPerson

    return PrefectPerson()


def seen_by_somebody() -> Person | None:
    """The person whose answer a run that is in trouble may wait for.

    None for a command without a terminal, unless a person was promised by PRESSLOOP_ASK, as its
    form might never be seen."""
    if served() or _at_terminal() or os.environ.get(ASK_VARIABLE) in ("terminal", "form"):
        return person_for()
    return None


def served() -> bool:
    """True within a flow run of a deployment, whose process belongs to Prefect's runner."""
    run = _flow_run()
    return run is not None and run.deployment_id is not None


def by_schedule() -> bool:
    """True within a flow run that nobody has ordered: its deployment's schedule did."""
    run = _flow_run()
    return run is not None and bool(run.auto_scheduled)


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _flow_run() -> FlowRun | None:
    # A process that has not loaded Prefect is in no flow run, and loading it takes seconds.
    if "prefect" not in sys.modules:
        return None
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    return None if context is None else context.flow_run
