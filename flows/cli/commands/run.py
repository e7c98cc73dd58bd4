"""`pressloop run`: the closed loop as a Prefect flow, with a live display."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.lab import Order, order_of
from pressloop.flows.campaign.stored import stored
from pressloop.flows.cli.commands.recommend import show
from pressloop.flows.cli.commands.run_presses import orders_of, press_on_all, proved
from pressloop.flows.console import Asked, emit, ended, one_line, say, terminable
from pressloop.flows.engine import prefect_environment
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.settings.gauge import load_of
from pressloop.trials.errors import Fault
from pressloop.trials.ledger.address import hidden
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial
from pressloop.trials.wording import by_number, counted


def run(path: Path, trials: int | None, seed: int | None, ledger_url: str | None,
        as_json: bool, press: str = "") -> None:
    """Runs the campaign and prints what it recommends.

    On its one press or, where several share it, on the named one; without a name on all of them.
    Raises the errors of `campaign`, and Exit when it is stopped."""
    settings = read_settings(path)
    order = order_of(settings, trials, seed, ledger_url, press=press)
    orders = orders_of(settings, order)
    # Whatever is wrong with machine or ledger is better said before the server is waited for.
    unreal = proved(settings, orders)
    with closing(Ledger.open(order.ledger_url)) as ledger:
        if unreal:
            say("SIMULATED: no machine moves, no number here is a measurement.")
        ledger_places.say_where(path, settings, order.ledger_url)
        ledger_places.note(path, order.ledger_url)
        if len(orders) > 1:
            press_on_all(path, settings, orders, ledger)
        else:
            _press(path, settings, orders[0], ledger)
        say(str(_last_word(ledger, settings.campaign.name).get("detail", "")))
    _conclude(order.ledger_url, settings.campaign.name, as_json)


def _press(path: Path, settings: Settings, order: Order, ledger: Ledger) -> None:
    prefect_environment.prepare(quiet=True)
    settings = settings.of_press(order.press)
    from pressloop.flows.engine.server import temporary_server

    name, lasting = settings.campaign.name, bool(os.environ.get("PREFECT_API_URL"))
    with terminable() as asked, temporary_server():
        from prefect.exceptions import CancelledRun

        from pressloop.flows.campaign.campaign import campaign
        from pressloop.flows.campaign.stop_requests import unwrapped
        from pressloop.flows.engine.zombies import ensure_automation
        from pressloop.flows.operator.terminal import stepping_aside
        from pressloop.views.live.progress import LiveProgress

        if lasting:
            ensure_automation()
        try:
            with LiveProgress(lambda: _shown(ledger, name, order.press), order.trials,
                              load=load_of(settings), of=settings.objective.quantity) as shown, \
                    stepping_aside(shown.paused), unheard(ledger, name, order, asked), \
                    unwrapped():
                campaign(str(path), order.trials, order.seed, hidden(order.ledger_url),
                         press=order.press)
        except CancelledRun as stop:
            raise ended(f"{stop} Nothing is lost: start again on the same ledger to go on.",
                        asked.code, "Stopped") from None


def _shown(ledger: Ledger, name: str, press: str) -> tuple[Trial, ...]:
    """The trials to be shown; in a log, which several presses may write, those of this press."""
    trials = ledger.history(name, arrays=False)
    return trials if sys.stderr.isatty() else tuple(t for t in trials if t.press == press)


@contextmanager
def unheard(ledger: Ledger, name: str, order: Order, asked: Asked) -> Iterator[None]:
    """A server that is gone, or too busy to listen, takes nothing away from a complete campaign.

    Raises Fault for a campaign that is not complete, and Exit where somebody stopped it."""
    from httpx import HTTPStatusError, TransportError

    try:
        yield
    except (TransportError, HTTPStatusError) as away:
        if isinstance(away, HTTPStatusError) and not away.response.is_server_error:
            raise
        if asked.how or asked.by is not None:
            raise ended(f"{asked.how or 'Stopped.'} The Prefect server has not heard of it. "
                        "Nothing is lost: start again on the same ledger to go on.", asked.code,
                        "Stopped") from None
        used = sum(t.used_here for t in ledger.history(name, arrays=False))
        if used < order.trials and _last_word(ledger, name).get("how") != "finished":
            raise Fault("the Prefect server does not answer "
                        f"({one_line(away) or type(away).__name__}). "
                        f"{used} of {counted(order.trials, 'stack')} "
                        f"{by_number(used, 'is', 'are')} done; start again on the same ledger "
                        "to go on.") from None
        say("The Prefect server went away before it heard of the end; the ledger has it all.")


def _last_word(ledger: Ledger, name: str) -> dict[str, Any]:
    """What the newest entry says: how the run ended, unless it could not say so."""
    entries = ledger.log(name)
    return entries[-1].payload if entries else {}


def _conclude(url: str, name: str, as_json: bool) -> None:
    found = stored(url, name)
    space = found.settings.space
    if any(isinstance(t.outcome, Intact) and space.comparable(t.recipe) for t in found.trials):
        show(found, as_json)
        return
    result = {"campaign": name, "stacks": len(found.trials), "recommendation": None}
    emit(result, as_json, lambda: say("No intact stack yet: nothing to recommend."))
