"""The dialogue about a cycle that was ordered: asked until the answer can be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pressloop.hardware.attended import questions as ask
from pressloop.hardware.attended.entries import Entry, impossible, redrawn, unlikely
from pressloop.hardware.attended.gauge import Gauge
from pressloop.hardware.attended.log import log_of, read_log
from pressloop.hardware.attended.memory import Cycle, Progress
from pressloop.hardware.person import Question
from pressloop.trials.errors import BadInput
from pressloop.trials.trace import Trace

Ask = Callable[[Question], Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class Told:
    """How a cycle ended, as the person says."""

    step: Progress
    reason: str = ""
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Asks about cycles of one press; `log_folder` may have the press's own log."""

    ask: Ask
    gauge: Gauge
    heated: bool
    log_folder: str

    def what_became(self, cycle: Cycle, sure: bool) -> Told | None:
        """How the cycle ended; None when the person does not know.

        `sure` is False after a crash. Raises what asking raises."""
        answer = self.ask(ask.asked_what_became(cycle, sure))[ask.ANSWER]
        if answer == ask.UNKNOWN:
            return None
        if answer == ask.NOT_PRESSED:
            return Told(Progress.NOT_PRESSED, "not pressed, says the person; "
                        "the next start orders it again")
        if answer == ask.GIVEN_UP:
            return Told(Progress.GIVEN_UP, reason_of(self.ask, ask.asked_why(cycle, "given up")))
        return Told(Progress.FINISHED, trace=self._trace(cycle))

    def _trace(self, cycle: Cycle) -> Trace:
        trouble = ""
        if (path := log_of(self.log_folder, cycle.stack)) is not None:
            try:
                return read_log(path, self.gauge, cycle.utc_s)
            except (BadInput, OSError) as error:
                trouble = f"The log cannot be used: {error} Type the values instead."
        return self._entered(cycle, trouble)

    def _entered(self, cycle: Cycle, trouble: str) -> Trace:
        """Asks until the values are possible, and until an unlikely one was typed twice."""
        before: Entry | None = None
        while True:
            question = ask.asked_for_values(cycle, self.gauge, self.heated, trouble)
            entry = self._entry(self.ask(question))
            trouble = impossible(entry, cycle.recipe, self.gauge)
            if not trouble and entry != before:
                trouble, before = unlikely(entry, cycle.recipe, self.gauge), entry
            if not trouble:
                return redrawn(entry, cycle.recipe, self.gauge)

    def _entry(self, answer: Mapping[str, float | str]) -> Entry:
        warm = float(answer[ask.TEMPERATURE]) if self.heated else None
        return Entry(float(answer[ask.PEAK]), float(answer[ask.DWELL]), warm)


def reason_of(asking: Ask, question: Question) -> str:
    """A reason that is not empty, in one line."""
    trouble = ""
    while True:
        answer = asking(replace(question, trouble=trouble))[ask.REASON]
        if why := " ".join(str(answer).split()):
            return why
        trouble = "A word or two: whoever reads the ledger wants to know."
