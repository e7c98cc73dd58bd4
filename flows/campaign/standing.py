"""How the runs of a campaign stand: one for each press, told by the ledger and the presses' locks.

Nothing here asks a machine, a run or a server.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pressloop.flows.campaign.decisions.word_of_people import wanted
from pressloop.flows.campaign.ledger_places import told
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.flows.settings.renamed import renewed
from pressloop.hardware.locks.lock import holder
from pressloop.trials.entry import Ended, Opened
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.queries import Course
from pressloop.trials.people import PAUSE, STOP, Requested
from pressloop.trials.trial import State, Trial
from pressloop.views.console.going import ALIVE, Going, together

SERIAL = re.compile(r", serial (.*), firmware ")
ATTENDED = "attended"
Read = Callable[[Opened], Settings]


@dataclass(frozen=True, slots=True)
class PressRun:
    """The latest run of a campaign on one press, and the stacks in that press's hands.

    `press` is its name, "" of one without; `settings` and `opened` are those that the run was
    opened with, those of the campaign where there was none yet. `host` is the computer that it was
    opened on, `stacks` are the open trials, the one in work first."""

    press: str
    settings: Settings = field(repr=False)
    opened: Opened = field(repr=False)
    going: Going = Going.NEVER
    serial: str = ""
    host: str = ""
    end: Ended | None = None
    stacks: tuple[Trial, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether a process is at work."""
        return self.going in ALIVE

    @property
    def under_load(self) -> Trial | None:
        """The stack whose cycle was commanded and is not on record as over."""
        return next((t for t in self.stacks if t.state is State.COMMANDED), None)

    @property
    def begun(self) -> Trial | None:
        """The stack that is finished first, whatever is asked: it is more than planned."""
        return _begun(self.stacks)

    @property
    def attended(self) -> bool:
        """True for a press that a person moves."""
        table = next((one for one in self.settings.presses if one.name == self.press),
                     self.settings.press)
        return table.driver.rpartition(".")[2] == ATTENDED

    @property
    def taken_out(self) -> bool:
        """True where its run has failed, or is gone without a word."""
        return self.going is Going.GONE or (self.end is not None and self.end.how == "failed")

    @property
    def elsewhere(self) -> bool:
        """True where its run is on another computer."""
        return self.host not in ("", socket.gethostname())

    @property
    def named(self) -> str:
        """As a person says it; "the press" where it has no name."""
        return f"press {self.press}" if self.press else "the press"


def press_runs(ledger: Ledger, name: str, opened: Opened, trials: Sequence[Trial], read: Read
               ) -> tuple[PressRun, ...]:
    """A run for each press of the settings, in their order.

    Then of presses that the settings have no more, where they are at work or have a stack."""
    settings = read(opened)
    courses = {one.press: one for one in ledger.courses(name)}
    listed = [press.name for press in settings.presses] or [""]
    held = _held(trials, courses, listed[0])
    found = []
    for press in dict.fromkeys((*listed, *courses, *held)):
        mine = tuple(held.get(press, ()))
        run = _run(press, courses.get(press), opened, trials, mine, read)
        if press in listed or run.alive or mine:
            found.append(run)
    return tuple(found)


def _run(press: str, course: Course | None, opened: Opened, trials: Sequence[Trial],
         stacks: tuple[Trial, ...], read: Read) -> PressRun:
    if course is None:
        return PressRun(press, read(opened), opened, stacks=stacks)
    serial = serial_of(course.opened, [t for t in trials if t.press == press])
    end = next((one for one in course.since if isinstance(one, Ended)), None)
    going = Going.ENDED if end is not None else going_on(course.since, stacks)
    if end is None and course.host == socket.gethostname() and holder(serial) is None:
        going = Going.GONE
    return PressRun(press, read(course.opened), course.opened, going, serial, course.host, end,
                    stacks)


def _held(trials: Sequence[Trial], courses: Mapping[str, Course], first: str
          ) -> dict[str, list[Trial]]:
    """The open stacks of each press, the one in work first.

    One from before the presses had names is that of the press which it was commanded on; where it
    was not commanded, of the first one."""
    by_serial = {serial_of(one.opened, ()): press for press, one in courses.items()}
    found = dict[str, list[Trial]]()
    for trial in (t for t in trials if t.is_open):
        press = trial.press or (by_serial.get(trial.press_serial, "") if trial.press_serial
                                else first)
        found.setdefault(press, []).append(trial)
    return {press: sorted(mine, key=lambda t: (t.state is State.PLANNED, t.number))
            for press, mine in found.items()}


def _begun(stacks: Iterable[Trial]) -> Trial | None:
    return next((t for t in stacks if t.state is not State.PLANNED), None)


def going_on(since: Iterable[object], stacks: Sequence[Trial]) -> Going:
    """What a run that is at work was asked to do."""
    asked = wanted(one for one in since if isinstance(one, Requested))
    if asked == STOP:
        return Going.STOPPING
    if asked == PAUSE:
        # A stack that is planned is not pressed before the run goes on.
        return Going.PAUSING if _begun(stacks) else Going.PAUSED
    return Going.RUNNING


def serial_of(opened: Opened, trials: Sequence[Trial]) -> str:
    """The press of the latest run, as it called itself; else that of the latest command."""
    if found := SERIAL.search(opened.devices.get("press", "")):
        return found[1]
    return next((t.press_serial for t in reversed(trials) if t.press_serial), "")


def all_together(runs: Sequence[PressRun]) -> Going:
    """How the campaign stands with all of its presses."""
    return together([run.going for run in runs])


def settings_as_opened(opened: Opened, url: str) -> Settings:
    """The settings that a run was opened with. Raises BadInput for those that make no sense."""
    return from_plain(renewed(opened.settings), f"ledger {told(url)}")
