"""What the console reads: the ledger, and whether runs are at work; nothing of it is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pressloop.flows.campaign.decisions.caution import cautious
from pressloop.flows.campaign.ledger_places import told as told_ledger
from pressloop.flows.campaign.standing import PressRun, press_runs, settings_as_opened
from pressloop.flows.operator_console.question import Asking, Questions
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.gauge import load_of
from pressloop.trials.entry import Opened
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import parse, sqlite_path
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import Trial
from pressloop.views.console.going import ALIVE, Going, together
from pressloop.views.words import Load

SAME_S = 0.4
"""How long what was seen of a campaign counts, unless the ledger has more."""
SETTINGS_KEPT = 64
"""Settings that are not read anew: each run of a press was opened with some."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How a campaign stands now, with a run for each press.

    `run_settings` are those that it was opened with last; `asking` has the questions that wait, by
    the name of the press whose run asks."""

    name: str
    settings: Settings
    run_settings: Settings
    opened: Opened
    trials: Sequence[Trial]
    runs: tuple[PressRun, ...]
    asking: Mapping[str, Asking] = field(compare=False, default_factory=dict)

    @property
    def going(self) -> Going:
        """How it stands with all of its presses."""
        return together([self.going_of(run) for run in self.runs])

    def going_of(self, run: PressRun) -> Going:
        """How one of its presses stands; that it waits for a person comes first."""
        return Going.ASKS if run.press in self.asking else run.going

    @property
    def alive(self) -> bool:
        """Whether a run is at work."""
        return self.going in ALIVE

    @property
    def several(self) -> bool:
        """True where presses have names, and share the campaign."""
        return any(run.press for run in self.runs)

    @property
    def open_trials(self) -> tuple[Trial, ...]:
        """The stacks in work, press by press."""
        return tuple(trial for run in self.runs for trial in run.stacks)

    @property
    def under_load(self) -> tuple[tuple[PressRun, Trial], ...]:
        """Presses that a computer moves and that were told to press, with their stacks."""
        return tuple((run, trial) for run in self.runs
                     if (trial := run.under_load) is not None and not run.attended)

    @property
    def budget(self) -> int:
        """How many stacks it is to have."""
        return self.opened.target or self.settings.campaign.trials

    @property
    def press(self) -> str:
        """The press as it was called when it answered."""
        return self.opened.devices.get("press", "").partition(", firmware")[0]

    @property
    def simulated(self) -> bool:
        """True where press or meter is not real."""
        told = self.opened.simulated
        return self.settings.simulated if told is None else told

    @property
    def load(self) -> Load | None:
        """What writes a pressure as the gauge shows it."""
        return load_of(self.settings)

    @property
    def models_version(self) -> str:
        """Changes with whatever the models learn from."""
        told = [(t.number, t.readings, t.corrections) for t in self.trials
                if t.outcome is not None]
        return f"{hash((*told, self.settings.limits)) & 0xFFFFFFFFFF:x}"

    def run_of(self, press: str) -> PressRun:
        """The run of a press, by its name. Raises BadInput for one that has none."""
        for run in self.runs:
            if run.press == press:
                return run
        raise BadInput("press", press, f"one of {', '.join(run.press for run in self.runs)}",
                       "Follow a link of the page.")


class Source:
    """One ledger, opened when it is there, and the folder whose settings files may be started."""

    def __init__(self, url: str, folder: Path, questions: Questions) -> None:
        self.url, self.folder, self.questions = url, folder, questions
        self.shown = told_ledger(url)
        self._ledger: Ledger | None = None
        self._settings = dict[str, Settings]()
        self._stands = dict[str, tuple[float, int, Stand]]()
        self._opening = threading.Lock()

    @property
    def ledger(self) -> Ledger:
        """Raises LedgerProblem where there is none."""
        with self._opening:
            if self._ledger is None:
                self._ledger = Ledger.open(self.url, create=False)
            return self._ledger

    @property
    def there(self) -> bool:
        """False before the first campaign has made the ledger."""
        path = sqlite_path(parse(self.url))
        return path is None or path.exists()

    def campaigns(self) -> tuple[str, ...]:
        """Names of those that were opened with their settings."""
        return self.ledger.campaigns() if self.there else ()

    def stand(self, name: str) -> Stand:
        """How a campaign stands. Raises BadInput for one that is none."""
        # The parts of a page ask all at once.
        version = self.version()
        at, known, found = self._stands.get(name, (0.0, -1, None))
        if found is None or known != version or time.monotonic() - at > SAME_S:
            found = self._stand(name)
            self._stands[name] = time.monotonic(), version, found
        return found

    def _stand(self, name: str) -> Stand:
        opened = self.ledger.opened(name) if self.there else None
        if opened is None:
            raise BadInput("campaign", name, f"one of {', '.join(self.campaigns()) or 'none'}",
                           "Choose one of these.")
        run_settings = self._read(opened)
        trials = self.ledger.history(name, arrays=False)
        runs = press_runs(self.ledger, name, opened, trials, self._read)
        asking = {run.press: asked for run in runs if run.alive
                  and (asked := self.questions.of(run.opened.flow_run)) is not None}
        return Stand(name, cautious(self.ledger, run_settings), run_settings, opened, trials, runs,
                     asking)

    def version(self) -> int:
        """Changes with every entry."""
        return self.ledger.newest() if self.there else 0

    def _read(self, opened: Opened) -> Settings:
        known = self._settings.pop(opened.settings_digest, None)
        # The one that was asked for last is kept longest.
        self._settings = {**dict(list(self._settings.items())[1 - SETTINGS_KEPT:]),
                          opened.settings_digest: known or settings_as_opened(opened, self.url)}
        return self._settings[opened.settings_digest]
