"""`pressloop run`: the closed loop as a Prefect flow, with a live display."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from flows import prefect_environment
from flows.commands.recommend import show
from flows.commands.stored import stored
from flows.console import emit, say
from flows.lab import open_lab, order_of
from flows.settings import read_settings
from trials.errors import BadInput
from trials.ledger import Ledger
from trials.outcome import Intact


def run(path: Path, trials: int | None, seed: int | None, ledger_url: str | None,
        as_json: bool) -> None:
    """Runs the campaign and prints what it recommends. Raises the errors of `campaign`."""
    settings = read_settings(path)
    order = order_of(settings, trials, seed, ledger_url)
    if not order.trials >= 1:
        raise BadInput("--trials", order.trials, "1 or more", "Say how many stacks there are.")
    # Whatever is wrong with machine or ledger is better said before the server is waited for.
    with open_lab(settings, order) as (press, _), closing(Ledger.open(order.ledger_url)) as ledger:
        simulated = press.identify().simulated
        _greet(simulated, order.ledger_url)
        prefect_environment.prepare(quiet=True)
        _announce_server()
        from views.progress import LiveProgress

        from flows.campaign import campaign

        name = settings.campaign.name
        with LiveProgress(lambda: ledger.history(name, arrays=False), budget=order.trials,
                          title=name, simulated=simulated):
            campaign(str(path), order.trials, order.seed, order.ledger_url)
    _report(order.ledger_url, name, as_json)


def _greet(simulated: bool, url: str) -> None:
    if simulated:
        say("SIMULATED: no machine moves, no number here is a measurement.")
    say(f"ledger: {url}")


def _announce_server() -> None:
    if (address := prefect_environment.server_in_use()) is not None:
        say(f"Prefect server: {address}")
    else:
        say("Waiting for Prefect's own temporary server: about half a minute the first time, "
            "while it lays out its tables.")


def _report(url: str, name: str, as_json: bool) -> None:
    from optimizer import recommend

    found = stored(url, name)
    if not any(isinstance(t.outcome, Intact) for t in found.trials):
        result = {"campaign": name, "stacks": len(found.trials), "recommendation": None}
        emit(result, as_json, lambda: say("No intact stack yet: nothing to recommend."))
        return
    settings = found.settings
    best = recommend(found.trials, settings.space, caution=settings.caution,
                     reference=settings.reference)
    show(name, best, as_json, stacks=len(found.trials))
