"""`pressloop suggest`: next recipes from a table of past presses, without hardware or ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console
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
from pressloop.views.words import Load, laws_words, significant


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
    table = Table(title="Press next" if not space.absent else "Make next")
    units, decimals = dict(zip(CORE, ("MPa", "s", "degC"), strict=True)), {"dwell_s": 0}
    core = [name for name in CORE if name not in space.absent]
    gauge = [] if load is None else ["gauge"]
    others = [f"{p.name}{f' ({p.unit})' if p.unit else ''}" for p in space.others]
    crushing = not space.absent or any(p.predicted.get("p_crushed") for p in found)
    heads = [units[name] for name in core]
    for name in ("", *heads[:1], *gauge, *heads[1:], *others, "for",
                 *(_expected_head(q) for q in quantities), *(["crushed"] if crushing else []),
                 "failed"):
        table.add_column(name, justify="right" if name not in ("for",) else "left")
    for i, proposal in enumerate(found, 1):
        recipe, numbers = proposal.recipe, proposal.predicted
        points = [f"{getattr(recipe, name):.{decimals.get(name, 1)}f}" for name in core]
        on_gauge = [] if load is None else [load(recipe.pressure_mpa)]
        table.add_row(str(i), *points[:1], *on_gauge, *points[1:],
                      *(_shown(recipe.value(p.name)) for p in space.others),
                      proposal.purpose, *(_expected(q, numbers) for q in quantities),
                      *([f"{numbers.get('p_crushed', 0):.1%}"] if crushing else []),
                      f"{numbers.get('p_failed', 0):.1%}")
    Console().print(table)
    for i, proposal in enumerate(found, 1):
        Console().print(f"{i}. {proposal.reason}", highlight=False, markup=False)
    if laws:
        Console().print(laws, highlight=False, markup=False)


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
