"""`pressloop suggest`: next recipes from a table of past presses, without hardware or ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from pressloop.flows.campaign.earlier import earlier_trials
from pressloop.flows.campaign.lab import prove_modules
from pressloop.flows.cli.commands.table_words import say_in_work, say_table, warnings_of
from pressloop.flows.console import emit, plain_pairs, say
from pressloop.flows.past.stack_names import one_outcome_each
from pressloop.flows.past.trials import prove_informative, read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.settings.gauge import load_of
from pressloop.flows.settings.machine_steps import with_steps_of_press
from pressloop.optimizer import Proposal, Space
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.recipe import CORE, Value, shown
from pressloop.trials.wording import in_percent
from pressloop.views.plain_console import PlainConsole
from pressloop.views.words import Load, laws_words, significant, with_signs

SHOWN_FROM = 0.005
"""Probability of a crush from which on it is shown where nothing is pressed."""


def suggest(path: Path, data: Path, count: int, seed: int | None, fix: Sequence[str],
            as_json: bool) -> None:
    """Prints the next recipes; `fix` are variables to hold, as NAME=VALUE."""
    settings = with_steps_of_press(read_settings(path))
    space = settings.space.holding(dict(held_value(one, settings.space) for one in fix))
    table = read_table(data, settings)
    past = table.past
    read, in_work = table.read, table.in_work
    warnings = warnings_of(table, data, settings)
    prove_informative(read, settings, data, dict(space.held))
    one_outcome_each(past, data)
    failed = sum(isinstance(one.outcome, Failed) for one in past)
    if not any(isinstance(one.outcome, Intact) for one in past):
        what = f"All {failed} stacks failed" if failed == len(read) else (
            f"No stack of {len(read)} was intact, {failed} failed")
        say(f"{what}: these recipes are where one is most likely to survive.")
    from pressloop.optimizer import fit_models, propose

    prove_modules(settings)
    history = [one.trial(i) for i, one in enumerate(past, 1)]
    earlier = earlier_trials(settings, settings.campaign.ledger)
    say_table(data, table, warnings, as_json)
    say_in_work(in_work, table.in_work_words, "in work; what they will tell is waited for")
    problem = settings.problem
    search = replace(problem.search, start_with=0)
    if space.held:
        # The reference need not lie where this batch is held.
        search = replace(search, control_every=0)
    problem = replace(problem, space=space, search=search)
    models = fit_models(problem, history, earlier, origin=settings.origin)
    for note in models.notes:
        say(note)
    found = propose(models, count, settings.campaign.seed if seed is None else seed)
    load = load_of(settings)
    emit({"rows": len(past), "in_work": len(in_work), "warnings": list(warnings),
          "table": table.cells.taken, "laws": models.laws,
          "suggestions": plain(found, load)}, as_json,
         lambda: show(found, space, laws_words(models.laws), load,
                      problem.objective.quantities))


def held_value(text: str, space: Space) -> tuple[str, Value]:
    """Name and value of NAME=VALUE. Raises BadInput."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise BadInput("--fix", text, "NAME=VALUE", "Write it like temperature_c=60.")
    kinds = {p.name: p.kinds for p in space.parameters}
    if kinds.get(name):
        return name, value
    try:
        return name, float(value)
    except ValueError:
        raise BadInput(f"--fix {name}", value, "a number", "Write it like temperature_c=60."
                       ) from None


def plain(found: tuple[Proposal, ...], load: Load | None) -> list[dict[str, Any]]:
    """JSON values; with `on_gauge`, where the press has a gauge that shows no pressure."""
    return [asdict(p, dict_factory=plain_pairs) | (
        {} if load is None else {"on_gauge": load(p.recipe.pressure_mpa)}) for p in found]


def show(found: tuple[Proposal, ...], space: Space, laws: str, load: Load | None,
         quantities: Sequence[Quantity] = (RESISTANCE,)) -> None:
    """The recipes as a table, and why each; `quantities` are those of the objective."""
    console = PlainConsole()
    title = "Press next" if not space.absent else "Make next"
    rows = [_cells(proposal, space, load, quantities) for proposal in found]
    if "pressure_mpa" not in space.absent or any(
            p.predicted.get("p_crushed", 0) >= SHOWN_FROM for p in found):
        for row, proposal in zip(rows, found, strict=True):
            row["crushed"] = in_percent(proposal.predicted.get('p_crushed', 0), 1)
    for row, proposal in zip(rows, found, strict=True):
        row["failed"] = in_percent(proposal.predicted.get('p_failed', 0), 1)
    for table in _that_fit(console, title, rows):
        console.print(table)
    for i, proposal in enumerate(found, 1):
        console.print(f"{i}. {with_signs(proposal.reason)}", highlight=False, markup=False)
    if laws:
        console.print(laws, highlight=False, markup=False)


def _cells(proposal: Proposal, space: Space, load: Load | None,
           quantities: Sequence[Quantity]) -> dict[str, str]:
    """What a proposal says, by heading."""
    recipe, units = proposal.recipe, dict(zip(CORE, ("MPa", "s", "degC"), strict=True))
    decimals = {"dwell_s": 0}
    cells = dict[str, str]()
    for name in (name for name in CORE if name not in space.absent):
        cells[units[name]] = f"{getattr(recipe, name):.{decimals.get(name, 1)}f}"
        if name == "pressure_mpa" and load is not None:
            cells["gauge"] = load(recipe.pressure_mpa)
    cells |= {f"{p.name}{f' ({p.unit})' if p.unit else ''}": _shown(recipe.value(p.name))
              for p in space.others}
    return cells | {"for": proposal.purpose} | {
        _expected_head(q): _expected(q, proposal.predicted) for q in quantities}


def _that_fit(console: PlainConsole, title: str, rows: Sequence[Mapping[str, str]]) -> list[Table]:
    """A line for each recipe where the screen is wide enough, else a column for each.

    Nothing that a person has to set is ever cut short."""
    wide = _lying(title, rows)
    if _fits(console, wide, rows):
        return [wide]
    tables, first = list[Table](), 0
    while first < len(rows):
        # One recipe is shown whatever its width; more of them as far as they fit beside it.
        count = next((n for n in range(len(rows) - first, 1, -1) if _fits(
            console, _standing(title, rows[first:first + n], first + 1), rows[first:first + n])), 1)
        tables.append(_standing(title, rows[first:first + count], first + 1))
        first += count
    return tables


def _fits(console: PlainConsole, table: Table, rows: Sequence[Mapping[str, str]]) -> bool:
    """True where the screen shows each value whole; headings may be broken at their spaces."""
    with console.capture() as captured:
        console.print(table)
    text = captured.get()
    return max(map(len, text.splitlines())) <= console.width and all(
        value in text for row in rows for value in row.values())


def _lying(title: str, rows: Sequence[Mapping[str, str]]) -> Table:
    table = Table(title=title)
    table.add_column("", justify="right")
    for name in rows[0] if rows else ():
        table.add_column(name, justify="left" if name == "for" else "right", overflow="fold",
                         min_width=max(len(row[name]) for row in rows))
    for i, row in enumerate(rows, 1):
        table.add_row(str(i), *row.values())
    return table


def _standing(title: str, rows: Sequence[Mapping[str, str]], first: int) -> Table:
    table = Table(title=title)
    table.add_column("", justify="left", overflow="fold")
    for i in range(first, first + len(rows)):
        table.add_column(str(i), justify="right", overflow="fold")
    for name in rows[0]:
        table.add_row(name, *(row[name] for row in rows))
    return table


def _shown(value: Value | None) -> str:
    return "" if value is None else shown(value)


def _expected_head(of: Quantity) -> str:
    if of.is_resistance:
        return "expected ohm cm2 (95 %)"
    return f"expected {of.name}{f', {of.unit}' if of.unit else ''} (95 %)"


def _expected(of: Quantity, numbers: Mapping[str, float]) -> str:
    """A quantity of one more stack with its interval."""
    if of.name not in numbers:
        return "not known yet"
    if of.is_resistance:
        value, low, high = (f"{numbers[n]:.1f}" for n in (of.name, "low_ohm_cm2", "high_ohm_cm2"))
    else:
        value, low, high = (significant(numbers[n])
                            for n in (of.name, f"{of.name}_low", f"{of.name}_high"))
    return f"{value} ({low} to {high})"
