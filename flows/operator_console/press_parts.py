"""The parts of a page that tell what the presses of a campaign do now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pressloop.flows.campaign.machine_records import beside, stem_of
from pressloop.flows.campaign.standing import PressRun
from pressloop.flows.operator_console.runs import absolute, last_words, settings_files
from pressloop.flows.operator_console.source import Source, Stand
from pressloop.flows.operator_console.wanted import Part, Wanted
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import press_watched, told_by_meter, watch_press
from pressloop.hardware.watching import Seen
from pressloop.trials.errors import PressloopError
from pressloop.trials.trial import State, Trial
from pressloop.views.console.going import Going, badge
from pressloop.views.console.now import InWork, dwell_of, in_work, press_panel, unseen_dwell
from pressloop.views.console.overview import ended_words
from pressloop.views.console.stack import spectrum_panel
from pressloop.views.figures.best_so_far import best_so_far
from pressloop.views.page import render

DRAWN_S = 2.0
"""How often the picture of a running cycle is drawn anew; its clock goes on by itself."""
IDLE = "The next recipe is chosen when the campaign goes on."
OUT = "It is taken out. Once it is mended, start it again: the press is asked first."


def notice(wanted: Wanted) -> Part:
    """How the last run of each press ended, where that is to be told."""
    s = wanted.stand
    told = [(_said(wanted.source, s, run), run.taken_out or (
        run.end is not None and run.end.how != "finished")) for run in s.runs
        if run.taken_out or not s.alive]
    lines = [one for one in told if one[0]]
    return Part(f"{lines}", lambda: render("console/notice.html", lines=lines))


def _said(source: Source, s: Stand, run: PressRun) -> str:
    """How the last run ended, or the last words of one that went without any."""
    if run.going is Going.ENDED and run.end is not None:
        return ended_words(run.press, run.end.how, run.end.detail, alone=not s.alive)
    if run.going is Going.GONE:
        files = settings_files(source.folder, source.url)
        words = next((last_words(one.path, run.press) or last_words(one.path) for one in files
                      if one.settings.campaign.name == s.name), "")
        of = f" of press {run.press}" if run.press else ""
        return (f"The last run{of} is gone and has said nothing in the ledger. Start the campaign: "
                f"the press is asked first, nothing is pressed twice. {words}").strip()
    return ""


def question(wanted: Wanted) -> Part:
    """What the runs ask a person, if anything, the questions of all presses."""
    s = wanted.stand
    asked = list(s.asking.items())
    return Part(" ".join(one.key for _, one in asked), lambda: render(
        "console/question.html", asked=asked, campaign=wanted.campaign))


def presses(wanted: Wanted) -> Part:
    """A place for each press of the campaign, which its own parts fill."""
    names = [run.press for run in wanted.stand.runs]
    return Part(f"{names}", lambda: render("console/presses.html", names=names,
                                           campaign=wanted.campaign))


def work(wanted: Wanted) -> Part:
    """The stacks in work at one press."""
    s, run = wanted.at_press
    awaited = {t.number: _awaited(wanted.source, run, t) for t in run.stacks}

    def made() -> str:
        # What is wrong with a run that has ended is told above, by `notice`.
        return render("console/work.html",
                      stacks=[_in_work(wanted, s, run, t, awaited) for t in run.stacks],
                      campaign=s.name, idle=OUT if run.press and run.taken_out else IDLE,
                      press=run.press, badge=badge(s.going_of(run)))

    return Part(f"{wanted.source.version()} {s.going_of(run)} {awaited}", made)


def _awaited(source: Source, run: PressRun, trial: Trial) -> tuple[str, ...]:
    """What a meter that waits for a person to measure this stack has told."""
    if trial.state is not State.PRESSED or not run.alive:
        return ()
    try:
        one = run.settings.of_press(run.press)
        return told_by_meter(one.meter.driver, one.meter.options, _place(source, run, one),
                             trial.stack.stack_id)
    except (PressloopError, OSError):
        # Records that cannot be read cost words, no more.
        return ()


def _in_work(wanted: Wanted, s: Stand, run: PressRun, trial: Trial,
             awaited: Mapping[int, tuple[str, ...]]) -> InWork:
    plan = next((row for row in wanted.source.ledger.log(s.name, trial.number)
                 if row.kind == "planned"), None)
    return in_work(trial, reason=str((plan.payload if plan else {}).get("reason", "")),
                   by=plan.operator if plan else "", alive=run.alive, load=s.load,
                   unload=s.several and trial is run.under_load and not run.attended,
                   awaited=awaited[trial.number])


def press(wanted: Wanted) -> Part:
    """The cycle as it runs; else what the press did with its latest stack.

    Of one of several presses, with the stack in work: those that stand idle leave room."""
    s, run = wanted.at_press
    at, trial = s.runs.index(run), run.under_load
    seen = None if trial is None else _seen(wanted.source, run, trial)
    if trial is not None and seen is not None:
        return Part(f"{trial.number} {seen.elapsed_s // DRAWN_S}", lambda: render(
            "console/press.html", at=at, press=run.press, panel=press_panel(trial, seen.trace),
            dwell=dwell_of(trial, seen.trace, seen.elapsed_s, seen.asked)))
    if trial is not None and (unseen := _unseen(run)):
        since_s = _since_command(wanted.source, s, trial)
        return Part(f"{trial.number} {unseen} {(since_s or 0.0) // DRAWN_S}", lambda: render(
            "console/press.html", at=at, press=run.press, panel=None, unseen=unseen,
            dwell=unseen_dwell(since_s)))

    def made() -> str:
        idle = bool(run.press) and not run.stacks
        last = None if idle else _latest(wanted.source, s, run)
        panel = None if last is None or last.trace is None else press_panel(last, last.trace)
        return render("console/press.html", at=at, press=run.press, panel=panel, dwell=None)

    return Part(f"{wanted.source.version()}", made)


def _seen(source: Source, run: PressRun, trial: Trial) -> Seen | None:
    if trial.cycle_id is None:
        return None
    try:
        one = run.settings.of_press(run.press)
        return watch_press(one.press.driver, one.press.options, _place(source, run, one),
                           trial.press_serial or run.serial, trial.cycle_id)
    except (PressloopError, OSError):
        # Records that cannot be read cost a picture, no more.
        return None


def _place(source: Source, run: PressRun, one: Settings) -> Place:
    """Where the records of this press and its meter lie."""
    stem = beside(stem_of(absolute(source.folder, source.url)), one.press_name)
    return Place(run.opened.seed, stem, one.envelope)


def _unseen(run: PressRun) -> str:
    """Why what the press does now is not to be seen from here; "" where it is to be."""
    if run.elsewhere:
        return (f"What {run.named} does is recorded on computer {run.host}, where its run is: a "
                "console there shows it. The curves come here once the stack is pressed.")
    if not _records(run):
        return (f"The driver of {run.named} shows nothing of a cycle that runs. The curves come "
                "once the stack is pressed.")
    return ""


def _records(run: PressRun) -> bool:
    try:
        return press_watched(run.settings.of_press(run.press).press.driver)
    except PressloopError:
        return False


def _since_command(source: Source, s: Stand, trial: Trial) -> float | None:
    """Seconds since the press was told, by the ledger; None where it does not tell."""
    told = next((row.utc for row in source.ledger.log(s.name, trial.number)
                 if row.kind == "commanded"), None)
    if told is None:
        return None
    return max((datetime.now(UTC) - datetime.fromisoformat(told)).total_seconds(), 0.0)


def course(wanted: Wanted) -> Part:
    """The best reading so far, stack by stack, with failures marked."""
    s = wanted.stand
    told = [(t.number, t.state, t.readings, t.corrections) for t in s.trials]
    return Part(f"{hash(tuple(told))}", lambda: render(
        "console/course.html", panel=best_so_far(s.trials, s.settings.objective.quantity)))


def spectrum(wanted: Wanted) -> Part:
    """The latest spectrum."""
    s = wanted.stand

    def made() -> str:
        last = _latest(wanted.source, s, measured=True)
        if last is None or not last.spectra:
            return render("console/spectrum.html", panel=None, of="")
        at = f", press {last.press}" if last.press else ""
        return render("console/spectrum.html", panel=spectrum_panel(
            last, s.settings.rules, fitted=False), of=f"Stack {last.stack.stack_id}{at}")

    return Part(" ".join(f"{t.number}.{t.sweeps}.{t.state}" for t in s.trials[-len(s.runs) - 1:]
                         if t.sweeps), made)


def _latest(source: Source, s: Stand, run: PressRun | None = None, *, measured: bool = False
            ) -> Trial | None:
    """The newest stack that was pressed, or measured, with its arrays; of one press if given."""
    done = (State.MEASURED, State.EVALUATED) if measured else (
        State.PRESSED, State.MEASURED, State.EVALUATED)
    for t in reversed(s.trials):
        if t.state in done and (t.sweeps or not measured) and (
                run is None or run.press == t.press):
            return source.ledger.trial(s.name, t.number)
    return None
