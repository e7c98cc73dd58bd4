"""`pressloop run`: the closed loop as a Prefect flow, with a live display."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from flows import prefect_environment
from flows.commands.recommend import show
from flows.commands.stored import stored
from flows.console import emit, say, terminable
from flows.lab import Order, open_lab, order_of, prove_lasting, simulated
from flows.settings import Settings, read_settings
from hardware.lock import press_lock
from trials.ledger import Ledger
from trials.outcome import Intact


def run(path: Path, trials: int | None, seed: int | None, ledger_url: str | None,
        as_json: bool) -> None:
    """Runs the campaign and prints what it recommends. Raises the errors of `campaign`."""
    settings = read_settings(path)
    order = order_of(settings, trials, seed, ledger_url)
    # Whatever is wrong with machine or ledger is better said before the server is waited for.
    prove_lasting(order.ledger_url)
    with open_lab(settings, order) as (press, meter), press_lock(press.identify().serial):
        unreal = simulated(press, meter)
        ledger = Ledger.open(order.ledger_url)
    with closing(ledger):
        if unreal:
            say("SIMULATED: no machine moves, no number here is a measurement.")
        say(f"Ledger: {order.ledger_url}")
        _press(path, settings, order, ledger)
    _conclude(order.ledger_url, settings.campaign.name, as_json)


def _press(path: Path, settings: Settings, order: Order, ledger: Ledger) -> None:
    prefect_environment.prepare(quiet=True)
    from flows.server import temporary_server

    name = settings.campaign.name
    with terminable(), temporary_server():
        from flows.campaign import campaign
        from flows.terminal import stepping_aside
        from views.progress import LiveProgress

        with LiveProgress(lambda: ledger.history(name, arrays=False), order.trials) as shown, \
                stepping_aside(shown.paused):
            campaign(str(path), order.trials, order.seed, order.ledger_url)


def _conclude(url: str, name: str, as_json: bool) -> None:
    found = stored(url, name)
    if any(isinstance(t.outcome, Intact) for t in found.trials):
        show(found, as_json)
        return
    result = {"campaign": name, "stacks": len(found.trials), "recommendation": None}
    emit(result, as_json, lambda: say("No intact stack yet: nothing to recommend."))
