"""What an unattended campaign does after a fault: stop, or go on once the press is ready again."""

from __future__ import annotations

import time

from pressloop.flows.campaign.lab import Run
from pressloop.flows.campaign.settling import settle_with_person
from pressloop.flows.campaign.trial import carry_through
from pressloop.trials.errors import Fault, OutcomeUnknown
from pressloop.trials.trial import State

LOOK_S = 0.5
"""How often a press that is not ready is asked again."""


class Endurance:
    """Carries trials through.

    With `after_fault = "stop"`, the default, the first fault ends the run: a person looks at the
    press, as a crushed sulfide stack in a die is a hazard. With "go on" the run waits until the
    press is ready and asks it what became of the command; only faults in a row, or a press that
    stays away, end it. A command is never repeated: a stack that the press never accepted is sent
    under its own id, any other is watched, collected or written off. What the press cannot tell, a
    person decides.
    """

    def __init__(self, run: Run) -> None:
        self._run, self._in_a_row = run, 0

    def carry(self, number: int) -> None:
        """One trial to its end. Raises Fault or OutcomeUnknown where the run must stop."""
        while True:
            try:
                carry_through(self._run, number)
                self._in_a_row = 0
                return
            except Fault as trouble:
                self._endure(trouble)
            except OutcomeUnknown as trouble:
                self._find_out(number, trouble)
            if self._closed(number):
                return

    def _find_out(self, number: int, trouble: OutcomeUnknown) -> None:
        """The press is asked again where the settings say so; a person decides in the end."""
        try:
            self._endure(trouble)
        except OutcomeUnknown:
            settle_with_person(self._run, number, trouble)
            self._in_a_row = 0

    def _endure(self, trouble: Fault | OutcomeUnknown) -> None:
        table = self._run.settings.campaign
        self._in_a_row += 1
        if table.after_fault == "stop" or self._in_a_row >= table.faults_in_a_row:
            raise trouble
        self._wait_until_ready(trouble, table.wait_ready_s)

    def _wait_until_ready(self, trouble: Fault | OutcomeUnknown, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                waits = self._run.press.not_ready()
            except Fault as silent:
                waits = (str(silent),)
            # A cycle that runs is no reason to wait: it is watched.
            if not waits or all("is running" in why for why in waits):
                return
            if time.monotonic() > deadline:
                trouble.add_note(f"and the press was not ready again within {patience_s:.0f} s: "
                                 f"{'; '.join(waits)}")
                raise trouble
            time.sleep(LOOK_S)

    def _closed(self, number: int) -> bool:
        """True for a trial that the fault, or a person, has ended: its stack is written off."""
        trial = self._run.ledger.trial(self._run.campaign, number)
        return trial is not None and trial.state in (State.FAULTED, State.SETTLED)
