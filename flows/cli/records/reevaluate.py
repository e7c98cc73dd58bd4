"""`pressloop reevaluate`: every stored spectrum read again by other rules, old outcomes kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.table import Table

from pressloop.evaluation.evaluate import evaluate
from pressloop.evaluation.rules import Rules, rules_from
from pressloop.flows.campaign.stored import Stored, existing, stored
from pressloop.flows.cli.commands.rule_options import changed
from pressloop.flows.console import emit, say, tell
from pressloop.trials.entry import Evaluated
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.outcome import Intact, Outcome
from pressloop.trials.trial import State, Trial, outcomes_before
from pressloop.trials.wording import by_number, counted
from pressloop.views.kinds import kind_of, reason_of
from pressloop.views.plain_console import PlainConsole
from pressloop.views.words import plus_minus


def reevaluate(url: str, campaign: str | None, circuit: str | None, changes: Sequence[str],
               note: str, as_json: bool) -> None:
    """Appends a new outcome to every evaluated trial that was not read by these rules yet.

    The optimiser uses the newest. Started again after a crash it does the rest. Raises BadInput
    where no other rules are given."""
    found, rules, result = read_again(url, campaign, circuit, changes, note)
    _say_what_next(found, rules)
    emit(result, as_json, lambda: _show(result["trials"], result["read_so_before"]))


def read_again(url: str, campaign: str | None, circuit: str | None, changes: Sequence[str],
               note: str) -> tuple[Stored, Rules, dict[str, Any]]:
    """The campaign as it was, the new rules, and what was read again. Raises as `reevaluate`."""
    if circuit is None and not changes:
        raise BadInput("--circuit", "not given", "given, or --set", "Say by which other rules to "
                       "read; those of the settings are the rest.")
    found = stored(url, campaign)
    rules = changed(found.settings.rules, circuit, changes)
    due = [t.number for t in found.trials
           if t.state is State.EVALUATED and rules_from(t.rules) != rules]
    with existing(url) as ledger:
        rows = [_again(ledger, found.campaign, number, rules, note) for number in due]
    read = sum(t.state is State.EVALUATED for t in found.trials)
    return found, rules, {
        "campaign": found.campaign, "rules": rules.plain(), "read_again": len(rows),
        "read_so_before": read - len(rows), "trials": rows}


def _again(ledger: Ledger, campaign: str, number: int, rules: Rules, note: str) -> dict[str, Any]:
    trial = ledger.trial(campaign, number)
    assert trial is not None
    assert trial.trace is not None
    before = outcomes_before(ledger.history(campaign, arrays=False), number)
    outcome = evaluate(trial.stack, trial.recipe, trial.trace, trial.spectra, rules, before,
                       trial.entered)
    ledger.append(campaign, number, Evaluated(trial.readings + 1, outcome, rules.plain(), note))
    return {"trial": number, "reading": trial.readings + 1,
            "before": _plain(trial, trial.outcome), "after": _plain(trial, outcome)}


def _plain(trial: Trial, outcome: Outcome | None) -> dict[str, Any]:
    kind = str(kind_of(replace(trial, outcome=outcome)))
    if not isinstance(outcome, Intact):
        return {"outcome": kind, "why": reason_of(replace(trial, outcome=outcome))}
    return {"outcome": kind, "resistance_ohm_cm2": outcome.resistance_ohm_cm2,
            "resistance_se_ohm_cm2": outcome.resistance_se_ohm_cm2, "circuit": outcome.circuit,
            "measured": {one.name: one.value for one in outcome.measured}}


def _say_what_next(found: Stored, rules: Rules) -> None:
    now = found.settings.rules.plain()
    other = {name: value for name, value in rules.plain().items() if value != now[name]}
    if other:
        keys = ", ".join(f"{name} = {value!r}" for name, value in other.items())
        say(f"New stacks are read by the settings file: put {keys} into its [evaluation] table, "
            "or the campaign compares unlike readings.")


def _show(rows: list[dict[str, Any]], before: int) -> None:
    if not rows:
        tell("Nothing to do: "
             f"{by_number(before, 'the one reading was', f'all {before} readings were')} made by "
             "these rules.")
        return
    table = Table("Trial", "Before", "After", box=None, pad_edge=False)
    for row in rows:
        table.add_row(str(row["trial"]), _words(row["before"]), _words(row["after"]))
    PlainConsole().print(table)
    moved = Counter(row["after"]["outcome"] for row in rows
                    if row["after"]["outcome"] != row["before"]["outcome"])
    tell(f"{counted(len(rows), 'stack')} read again, {before} {by_number(before, 'was', 'were')} "
         "read so before; "
         f"{sum(moved.values())} changed their outcome.")


def _words(plain: dict[str, Any]) -> str:
    if "resistance_ohm_cm2" not in plain:
        return f"{plain['outcome']}: {plain['why']}"
    return plus_minus(plain["resistance_ohm_cm2"], plain["resistance_se_ohm_cm2"])
