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
from pressloop.trials.wording import of_budget, printable
from pressloop.views.kinds import FAILURES, Kind, best_intact, counts, kind_of, reason_of
from pressloop.views.words import Load, amount, readings_words, recipe_words

STEPS = {
    State.PLANNED: "planned", State.COMMANDED: "pressing", State.PRESSED: "pressed, measuring",
    State.MEASURED: "measured, evaluating",
}
STYLES = {Kind.INTACT: "cyan", Kind.CRUSHED: "red", Kind.SHORTED: "magenta",
          Kind.DELAMINATED: "yellow", Kind.UNKNOWN: "red", Kind.OPEN: "bold"}
LAST = 6


def picture(trials: Sequence[Trial], budget: int, trouble: str = "",
            load: Load | None = None, of: Quantity = RESISTANCE) -> RenderableType:
    """The whole display.

    `trouble` is shown in red below it, `load` writes the gauge of the press, `of` is what is
    sought."""
    used = sum(trial.used_here for trial in trials)
    bar = Table.grid(padding=(0, 2))
    bar.add_row(ProgressBar(total=max(budget, 1), completed=min(used, budget), width=40),
                _stacks(trials, budget), _failures(trials))
    parts: list[RenderableType] = [
        bar, Text(_now(trials, load)), Text(_best(trials, load, of), style="bold")]
    if trials:
        parts.append(_last(trials[-LAST:], load))
    if trouble:
        parts.append(Text(trouble, style="red"))
    return Group(*parts)


def line_of(trial: Trial, of: str, load: Load | None = None) -> str:
    """One trial that has ended, on one line of a log; `of` says how much of the budget is used."""
    return (f"trial {trial.number} ({of})  {_one_line(trial.stack.stack_id)}  "
            f"{recipe_words(trial.recipe, load)}  {_result(trial)}")


def summary(trials: Sequence[Trial], budget: int, load: Load | None = None,
            of: Quantity = RESISTANCE) -> str:
    """The final state on one line."""
    intact = counts(trials)[Kind.INTACT]
    return (f"{_stacks(trials, budget)}, {intact} intact, {_failures(trials)}; "
            f"{_best(trials, load, of)}")


def _stacks(trials: Sequence[Trial], budget: int) -> str:
    """Those pressed here beside the budget, and those that came from elsewhere."""
    words = of_budget(sum(trial.used_here for trial in trials), budget)
    others = sum(not trial.pressed_here for trial in trials)
    return f"{words} (and {others} from elsewhere)" if others else words


def _failures(trials: Sequence[Trial]) -> str:
    number = counts(trials)
    shown = [kind for kind in (*FAILURES, Kind.SET_ASIDE, Kind.SPOILT, Kind.WITHDRAWN, Kind.FAULTED)
             if number[kind]]
    return ", ".join(f"{number[kind]} {kind}" for kind in shown) or "none failed"


def _now(trials: Sequence[Trial], load: Load | None) -> str:
    current = [t for t in trials if t.is_open]
    if not current:
        return "No stack is in work."
    trial = current[-1]
    return (f"Trial {trial.number} ({_one_line(trial.stack.stack_id)}): {STEPS[trial.state]}, "
            f"{recipe_words(trial.recipe, load)}")


def _best(trials: Sequence[Trial], load: Load | None, of: Quantity) -> str:
    for trial, _, reading in best_intact(trials, of)[:1]:
        name = "" if of.is_resistance else f"{of.name} "
        return (f"best measured {name}{amount(reading.value, of)} "
                f"at {recipe_words(trial.recipe, load)} (trial {trial.number})")
    return "no intact stack yet"


def _last(trials: Sequence[Trial], load: Load | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for head in ("trial", "stack", "recipe", "purpose", "result"):
        table.add_column(head, justify="right" if head == "trial" else "left",
                         no_wrap=head != "result", overflow="ellipsis")
    for t in trials:
        cells = (str(t.number), _one_line(t.stack.stack_id), recipe_words(t.recipe, load),
                 t.purpose)
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
    return printable(words, kept="")
