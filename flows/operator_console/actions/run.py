"""Start a campaign, pause it, go on, stop after this stack, unload now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pressloop.flows.campaign.decisions import unloading
from pressloop.flows.campaign.decisions.asking_runs import What, ask_runs, prove_heard, sentence
from pressloop.flows.campaign.decisions.unloading import run_of_stack, unload
from pressloop.flows.campaign.standing import PressRun
from pressloop.flows.operator_console.actions.base import REASON, Action, Asked, Plan
from pressloop.flows.operator_console.runs import (
    SettingsFile,
    absolute,
    chosen_file,
    settings_files,
    start,
)
from pressloop.trials.errors import BadInput
from pressloop.trials.trial import Trial
from pressloop.trials.wording import capitalised, of_budget
from pressloop.views.console.form import Field, Form

OPTIONAL_REASON = REASON._replace(optional=True)
ALL = "*"
"""In place of the name of one press."""


def _start_form(asked: Asked) -> Form:
    files = settings_files(asked.source.folder, asked.source.url)
    mine = [one for one in files if one.settings.campaign.name == asked.campaign]
    shown = mine or files
    text = ["The press moves once the campaign has begun. It goes on when this page is closed."]
    if not shown:
        text = [f"No settings file with a [press] in {asked.source.folder} names this ledger."]
    chosen = shown[0].path.name if len(shown) == 1 else ""
    fields = [Field("file", "Settings file", "choice", chosen,
                    choices=[(one.path.name, _words(one)) for one in shown])]
    if chosen and (names := [one.name for one in shown[0].settings.presses]):
        fields.append(_which_press(asked, names))
    return Form("start", "Start a campaign", text, fields, danger=True)


def _which_press(asked: Asked, names: Sequence[str]) -> Field:
    """All presses, where none is at work; else those that are not."""
    working = _at_work(asked, asked.campaign)
    free = [(name, name) for name in names if name not in working]
    every = [] if working else [(ALL, f"all of them: {', '.join(names)}")]
    choices = [*every, *free]
    return Field("press", "Which press", "choice", ALL if every else
                 free[0][0] if len(free) == 1 else "", choices=choices)


def _at_work(asked: Asked, campaign: str) -> set[str]:
    """Names of the presses of which a run is at work."""
    if campaign not in asked.source.campaigns():
        return set()
    return {run.press for run in asked.source.stand(campaign).runs if run.alive}


def _words(one: SettingsFile) -> str:
    table, press = one.settings.campaign, one.settings.press
    named = f"press {press.options.get('name', press.driver)}"
    if one.settings.presses:
        named = f"presses {', '.join(each.name for each in one.settings.presses)}"
    return f"{one.path.name}: {table.name}, {table.trials} stacks, {named}"


def _start(asked: Asked) -> Plan:
    chosen = chosen_file(asked.source.folder, asked.source.url, asked.given("file"))
    name, names = chosen.settings.campaign.name, [p.name for p in chosen.settings.presses]
    press = "" if asked.given("press") == ALL else asked.given("press")
    if press and press not in names:
        raise BadInput("press", press, f"one of {', '.join(names) or 'none by name'}",
                       "Choose it again.")
    working = _at_work(asked, name)
    if press in working or (working and not press):
        raise BadInput("campaign", name, "not at work", "A run of it is at work already"
                       + (f", on {', '.join(sorted(working))}: choose another press."
                          if any(working) else "."))
    where = "SIMULATED: nothing moves." if chosen.settings.simulated else \
        "The press will move: is it empty, closed and nobody near it?"
    on = f" on press {press}" if press else f" on {', '.join(names)}" if names else ""
    return Plan(f"Start {name}{on}, up to {chosen.settings.campaign.trials} stacks. {where}",
                lambda: f"{name} is started. {start(asked.source.folder, chosen, asked.by, press)}")


def _request_form(name: str, what: What, title: str, text: str, asked: Asked) -> Form:
    stand = asked.stand
    prove_heard(stand.runs, what)
    all_of_them = ["This is asked of all presses of the campaign."] if stand.several else []
    return Form(name, title, [text, *all_of_them], [OPTIONAL_REASON])


def _request(what: What, asked: Asked) -> Plan:
    stand = asked.stand
    prove_heard(stand.runs, what)
    so_far = of_budget(sum(t.used_here for t in stand.trials), stand.budget)
    # Which stack is finished first changes while a person reads, and is no reason to read again.
    confirmed = "" if what == "go on" else what
    return Plan(sentence(what, stand.name, stand.runs, so_far), lambda: ask_runs(
        asked.ledger, asked.campaign, asked.stand.runs, what, asked.given("reason")), confirmed)


PAUSE = Action(
    partial(_request_form, "pause", "pause", "Pause", "The stack in work is finished; then nothing "
            "is pressed until somebody says to go on."), partial(_request, "pause"))
GO_ON = Action(
    partial(_request_form, "go_on", "go on", "Go on", "The next stack is pressed: is the press "
            "empty, closed and nobody near it?"), partial(_request, "go on"))
STOP = Action(
    partial(_request_form, "stop", "stop", "Stop after this stack", "The stack in work is "
            "finished, then the run ends. Started again, the campaign goes on where it stopped."),
    partial(_request, "stop"))


def _release_form(asked: Asked) -> Form:
    stand = asked.stand
    chosen = _stack_of_page(asked) if asked.given("trial") else None
    if chosen is None and len(stand.under_load) == 1:
        chosen = stand.under_load[0]
    if chosen is None and not stand.under_load:
        raise unloading.nothing_loaded()
    of = f" {chosen[0].press}" if chosen is not None and chosen[0].press else ""
    which = Field("trial", "trial", "hidden", str(chosen[1].number)) if chosen is not None else \
        Field("trial", "Which press", "choice", choices=[
            (str(trial.number), f"{run.press}: stack {trial.stack.stack_id}")
            for run, trial in stand.under_load])
    return Form("release", f"Unload{f' press{of}' if of else ''} now", [
        f"The platens of {chosen[0].named if chosen else 'that press'} open, and "
        f"{f'stack {chosen[1].stack.stack_id}' if chosen else 'the stack in it'} is lost: it "
        "becomes a fault." + (" Other presses go on." if stand.several else ""),
        "This is no emergency stop: that is the red button of the machine."], [which, REASON],
        danger=True)


def _stack_of_page(asked: Asked) -> tuple[PressRun, Trial]:
    """The stack that the page showed, and the run of its press.

    Raises BadInput where it is under load no more: whatever is in the press by now is another
    stack, of which the page has said nothing."""
    number = asked.whole("trial", "Which press")
    trial = next((t for t in asked.stand.trials if t.number == number), None)
    if trial is None:
        raise BadInput("trial", number, f"a trial of {asked.campaign}", "Choose it again.")
    return run_of_stack(asked.stand.runs, trial), trial


def _release(asked: Asked) -> Plan:
    stand, reason = asked.stand, asked.reason()
    if not asked.given("trial") and not stand.under_load:
        raise unloading.nothing_loaded()
    run, trial = _stack_of_page(asked)

    def do() -> str:
        unload(asked.ledger, asked.campaign, run, trial, reason,
               absolute(asked.source.folder, asked.source.url))
        at = capitalised(run.named)
        return f"{at} {unloading.TOLD}"

    return Plan(unloading.sentence(run, trial, stand.press), do)


START = Action(_start_form, _start)
RELEASE = Action(_release_form, _release)
