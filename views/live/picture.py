"""What the live display shows: bar, current step, best so far, last trials."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.trial import State, Trial
from pressloop.trials.wording import counted
from pressloop.views.kinds import FAILURES, Kind, best_intact, counts, kind_of, reason_of
from pressloop.views.words import amount, readings_words, recipe_words

STEPS = {
    State.PLANNED: "planned", State.COMMANDED: "pressing", State.PRESSED: "pressed, measuring",
    State.MEASURED: "measured, evaluating",
}
STYLES = {Kind.INTACT: "blue", Kind.CRUSHED: "red", Kind.SHORTED: "magenta",
          Kind.DELAMINATED: "yellow", Kind.UNKNOWN: "red", Kind.OPEN: "bold"}
LAST = 6


def picture(trials: Sequence[Trial], budget: int, trouble: str = "", of: Quantity = RESISTANCE
            ) -> RenderableType:
    """The whole display; `trouble` is shown in red below it, `of` is what is sought."""
    ended = sum(not trial.is_open for trial in trials)
    bar = Table.grid(padding=(0, 2))
    bar.add_row(ProgressBar(total=max(budget, 1), completed=ended, width=40),
                f"{ended} of {counted(budget, 'stack')}", _failures(trials))
    parts: list[RenderableType] = [bar, Text(_now(trials)), Text(_best(trials, of), style="bold")]
    if trials:
        parts.append(_last(trials[-LAST:]))
    if trouble:
        parts.append(Text(trouble, style="red"))
    return Group(*parts)


def line_of(trial: Trial, budget: int) -> str:
    """One trial that has ended, on one line of a log."""
    return (f"trial {trial.number}/{budget}  {_one_line(trial.stack.stack_id)}  "
            f"{recipe_words(trial.recipe)}  {_result(trial)}")


def summary(trials: Sequence[Trial], budget: int, of: Quantity = RESISTANCE) -> str:
    """The final state on one line."""
    ended = sum(not trial.is_open for trial in trials)
    intact = counts(trials)[Kind.INTACT]
    return (f"{ended} of {counted(budget, 'stack')}, {intact} intact, {_failures(trials)}; "
            f"{_best(trials, of)}")


def _failures(trials: Sequence[Trial]) -> str:
    number = counts(trials)
    shown = [kind for kind in (*FAILURES, Kind.SET_ASIDE, Kind.SPOILT, Kind.WITHDRAWN, Kind.FAULTED)
             if number[kind]]
    return ", ".join(f"{number[kind]} {kind}" for kind in shown) or "none failed"


def _now(trials: Sequence[Trial]) -> str:
    current = [t for t in trials if t.is_open]
    if not current:
        return "No stack is in work."
    trial = current[-1]
    return (f"Trial {trial.number} ({_one_line(trial.stack.stack_id)}): {STEPS[trial.state]}, "
            f"{recipe_words(trial.recipe)}")


def _best(trials: Sequence[Trial], of: Quantity) -> str:
    for trial, _, reading in best_intact(trials, of)[:1]:
        name = "" if of.is_resistance else f"{of.name} "
        return (f"best measured {name}{amount(reading.value, of)} "
                f"at {recipe_words(trial.recipe)} (trial {trial.number})")
    return "no intact stack yet"


def _last(trials: Sequence[Trial]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for head in ("trial", "stack", "recipe", "purpose", "result"):
        table.add_column(head, justify="right" if head == "trial" else "left",
                         no_wrap=head != "result", overflow="ellipsis")
    for t in trials:
        cells = (str(t.number), _one_line(t.stack.stack_id), recipe_words(t.recipe), t.purpose)
        # Text, not markup: a stack may be called "[red]".
        table.add_row(*(Text(cell) for cell in cells),
                      Text(_result(t), style=STYLES.get(kind_of(t), "")))
    return table


def _result(trial: Trial) -> str:
    if isinstance(outcome := trial.outcome, Intact):
        return readings_words(outcome)
    if trial.is_open:
        return STEPS[trial.state]
    return _one_line(": ".join(filter(None, (str(kind_of(trial)), reason_of(trial)))))


def _one_line(words: str) -> str:
    """User text without line breaks and control characters, which could write over the display."""
    return "".join(c if c.isprintable() else " " for c in words)
