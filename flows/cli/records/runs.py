"""`pressloop pause`, `go-on`, `stop`, `unload`: what a person asks of runs and presses at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pressloop.flows.campaign.decisions.asking_runs import What, ask_runs, sentence
from pressloop.flows.campaign.decisions.unloading import LOOK, TOLD, nothing_loaded, run_of_stack
from pressloop.flows.campaign.decisions.unloading import unload as unloaded
from pressloop.flows.campaign.standing import PressRun, press_runs, settings_as_opened
from pressloop.flows.campaign.stored import existing, named
from pressloop.flows.console import emit, tell
from pressloop.trials.entry import Opened
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import Trial
from pressloop.trials.wording import of_budget


@dataclass(frozen=True, slots=True)
class _Now:
    """A campaign as it stands."""

    ledger: Ledger
    campaign: str
    opened: Opened
    trials: Sequence[Trial]
    runs: tuple[PressRun, ...]


def ask(url: str, campaign: str | None, what: What, reason: str, as_json: bool) -> None:
    """Asks the runs of the campaign. Raises BadInput where none is at work that would hear it."""
    with _now(url, campaign) as now:
        budget = now.opened.target or now.runs[0].settings.campaign.trials
        so_far = of_budget(sum(t.used_here for t in now.trials), budget)
        asked = sentence(what, now.campaign, now.runs, so_far)
        then = ask_runs(now.ledger, now.campaign, now.runs, what, reason)
    hearing = [run for run in now.runs if run.alive]
    emit({"campaign": now.campaign, "asked": what, "reason": " ".join(reason.split()),
          "presses": [run.press for run in hearing if run.press],
          "in_work": [_plain(run, t) for run in hearing for t in run.stacks]}, as_json,
         lambda: tell(f"{asked} {then}"))


def unload_press(url: str, campaign: str | None, press: str, number: int | None, reason: str,
                 as_json: bool) -> None:
    """Has one press unloaded now. Raises BadInput where it is not told which, or holds no stack."""
    with _now(url, campaign) as now:
        run, trial = _chosen(now, press, number)
        unloaded(now.ledger, now.campaign, run, trial, reason, url)
    emit({"campaign": now.campaign, "asked": "release", "reason": " ".join(reason.split()),
          **_plain(run, trial)}, as_json,
         lambda: tell(f"Stack {trial.stack.stack_id}: {run.named} {TOLD}"))


def _chosen(now: _Now, press: str, number: int | None) -> tuple[PressRun, Trial]:
    """The press that is meant and its stack."""
    names = ", ".join(run.press for run in now.runs)
    if press and press not in [run.press for run in now.runs]:
        raise BadInput("--press", press, f"one of {names}" if names else
                       "left out, as the press has no name", "Name one of the presses.")
    loaded = [(run, trial) for run in now.runs if (trial := run.under_load) is not None
              and press in ("", run.press)]
    if number is not None:
        trial = next((t for t in now.trials if t.number == number), None)
        if trial is None or (press and trial.press != press):
            raise BadInput("--trial", number, f"a trial of {now.campaign}"
                           + (f" on press {press}" if press else ""), LOOK)
        return run_of_stack(now.runs, trial), trial
    if not loaded:
        raise nothing_loaded(press)
    if len(loaded) > 1:
        held = ", ".join(f"{run.press} (stack {trial.stack.stack_id})" for run, trial in loaded)
        raise BadInput("--press", "not given", f"one of {held}", "Name one of the presses.")
    return run_of_stack(now.runs, loaded[0][1]), loaded[0][1]


@contextmanager
def _now(url: str, campaign: str | None) -> Iterator[_Now]:
    """The ledger is not proved first: what a person has seen at the press does not wait for it."""
    with existing(url) as ledger:
        name = named(ledger, campaign)
        opened = ledger.opened(name)
        assert opened is not None
        trials = ledger.history(name, arrays=False)
        runs = press_runs(ledger, name, opened, trials, lambda one: settings_as_opened(one, url))
        yield _Now(ledger, name, opened, trials, runs)


def _plain(run: PressRun, trial: Trial) -> dict[str, Any]:
    return {"trial": trial.number, "stack": trial.stack.stack_id, "press": run.press or None}
