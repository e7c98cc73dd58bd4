"""A press that a person operates: the person moves it, its memory says what was ordered."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.hardware.attended import questions as ask
from pressloop.hardware.attended.dialogue import Dialogue, reason_of
from pressloop.hardware.attended.gauge import Gauge
from pressloop.hardware.attended.memory import NOTHING_MOVED, OPEN, Cycle, CycleMemory, Progress
from pressloop.hardware.person import Person, Question
from pressloop.hardware.protocols import (
    CycleReport,
    CycleState,
    Interlock,
    KnownCycle,
    PressIdentity,
)
from pressloop.trials.errors import Fault, NotReady, OutcomeUnknown
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

STATES = {Progress.REFUSED: CycleState.NEVER_ACCEPTED,
          Progress.NOT_PRESSED: CycleState.NEVER_ACCEPTED,
          Progress.GIVEN_UP: CycleState.RELEASED, Progress.FINISHED: CycleState.FINISHED}
NOBODY = ("the attended press has nobody to ask: run it in a terminal, or as a Prefect flow run, "
          "whose form then asks")


class AttendedPress:
    """Asks for each cycle, and believes nothing that is not on disk."""

    def __init__(self, identity: PressIdentity, gauge: Gauge, memory: CycleMemory, heated: bool,
                 log_folder: str, person: Person | None) -> None:
        self.gauge, self.memory, self.heated = gauge, memory, heated
        self._identity, self._person, self._log_folder = identity, person, log_folder
        self._unsettled: set[int] = set()
        """Cycles of which the person, or nobody, could say more in this process."""
        self._here: set[int] = set()
        """Cycles that this process has ordered itself."""

    def identify(self) -> PressIdentity:
        """What the settings say of the press."""
        return self._identity

    def last_accepted_id(self) -> int:
        """The highest id that a person took on, or may have taken on before a crash."""
        return max((cycle.cycle_id for cycle in self.memory.cycles().values()
                    if cycle.step not in NOTHING_MOVED), default=0)

    def known_cycles(self, after: int) -> tuple[KnownCycle, ...]:
        """All that a person was asked for and did not say that nothing moved."""
        return tuple(KnownCycle(number, one.stack.stack_id, None, one.recipe, one.stack)
                     for number, one in sorted(self.memory.cycles().items())
                     if one.step not in NOTHING_MOVED)

    def not_ready(self) -> tuple[str, ...]:
        """Whether the press is ready is answered by the person, with the order to start."""
        return ()

    def interlocks(self) -> tuple[Interlock, ...]:
        """None that a computer could see."""
        return ()

    def would_refuse(self, stack: Stack, recipe: Recipe) -> tuple[str, ...]:
        """What lies outside the limits of the press or of the campaign."""
        return tuple(str(violation) for violation in self.gauge.violations(recipe))

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """Orders one cycle.

        Raises OutOfEnvelope; Fault when the person refuses or the id is not new; NotReady when
        nobody answers: the next start then asks what became of it."""
        for violation in self.gauge.violations(recipe):
            raise violation
        cycles = self.memory.cycles()
        if not cycle_id > self.last_accepted_id():
            raise Fault(f"the press refuses cycle {cycle_id}: {self.last_accepted_id()} was "
                        "accepted before, so this may be a repeat")
        if self._person is None:
            raise NotReady(f"{NOBODY}. Nothing has moved.")
        self.memory.ask(cycle_id, stack, recipe)
        question = ask.asked_to_start(cycle_id, stack, recipe, self.gauge, self.heated,
                                      _unfinished(cycles))
        try:
            if self._ask(question)[ask.ANSWER] == ask.START:
                self.memory.tell(cycle_id, Progress.STARTED)
                self._here.add(cycle_id)
                return
            why = reason_of(self._ask, ask.asked_why(None, f"cycle {cycle_id} refused"))
        except Fault as silent:
            raise NotReady(f"cycle {cycle_id} was not confirmed: {silent}. The next start asks "
                           "what became of it.") from None
        self.memory.tell(cycle_id, Progress.REFUSED, why)
        raise Fault(f"the person at the press refused cycle {cycle_id}: {why}. Nothing has moved.")

    def report(self, cycle_id: int) -> CycleReport:
        """What became of a cycle, from memory; asks the person where the memory has no end.

        Raises Fault when nobody can be asked, OutcomeUnknown when nobody answers.
        """
        cycle = self.memory.cycles().get(cycle_id)
        if cycle is None:
            return CycleReport(cycle_id, CycleState.NEVER_ACCEPTED)
        if cycle.step in OPEN and cycle_id not in self._unsettled:
            cycle = self._settled(cycle)
        state = STATES.get(cycle.step, CycleState.CANNOT_TELL)
        if state is CycleState.NEVER_ACCEPTED:
            return CycleReport(cycle_id, state, reason=cycle.reason)
        return CycleReport(cycle_id, state, cycle.trace, stack_id=cycle.stack.stack_id,
                           recipe=cycle.recipe, reason=cycle.reason)

    def release(self) -> None:
        """Tells the person to unload a cycle that this process started.

        Waits for the answer, not at all where nobody can be asked."""
        cycles = self.memory.cycles()
        under_load = [cycles[n] for n in sorted(self._here - self._unsettled)
                      if cycles[n].step is Progress.STARTED]
        if self._person is None or not under_load:
            return
        cycle = under_load[-1]
        self._unsettled.add(cycle.cycle_id)
        try:
            answer = self._ask(ask.asked_to_unload(cycle))[ask.ANSWER]
        except Fault:
            # Nobody is there; the next start asks what became of the stack.
            return
        if answer == ask.UNLOADED:
            self.memory.tell(cycle.cycle_id, Progress.GIVEN_UP, "unloaded when the run was stopped")

    def close(self) -> None:
        """Nothing to let go of."""

    def _settled(self, cycle: Cycle) -> Cycle:
        """The cycle after the person has said what became of it, on disk."""
        if self._person is None:
            raise Fault(f"cycle {cycle.cycle_id} has no end on record, and {NOBODY}")
        dialogue = Dialogue(self._ask, self.gauge, self.heated, self._log_folder)
        try:
            answer = dialogue.what_became(cycle, cycle.cycle_id in self._here)
        except Fault as silent:
            self._unsettled.add(cycle.cycle_id)
            raise OutcomeUnknown(f"nobody says what became of cycle {cycle.cycle_id}: {silent}. "
                                 "Start again: the question is asked again.") from None
        if answer is None:
            self._unsettled.add(cycle.cycle_id)
            return cycle
        self.memory.tell(cycle.cycle_id, answer.step, answer.reason, answer.trace)
        return self.memory.cycles()[cycle.cycle_id]

    def _ask(self, question: Question) -> Mapping[str, float | str]:
        assert self._person is not None
        return self._person.ask(question)


def _unfinished(cycles: Mapping[int, Cycle]) -> str:
    return ", ".join(f"stack {cycle.stack.stack_id}" for cycle in cycles.values()
                     if cycle.step in OPEN)
