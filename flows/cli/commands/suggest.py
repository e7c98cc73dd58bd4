"""`pressloop suggest`: next recipes from a table of past presses, without hardware or ledger."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pressloop.flows.campaign.earlier import earlier_trials
from pressloop.flows.campaign.lab import prove_modules
from pressloop.flows.campaign.stored import say_if_mixed
from pressloop.flows.cli.commands.table_words import say_taken
from pressloop.flows.console import emit, say
from pressloop.flows.past.trials import prove_informative, read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.optimizer import Proposal
from pressloop.trials.outcome import Intact
from pressloop.views.words import laws_words


def suggest(path: Path, data: Path, count: int, seed: int | None, as_json: bool) -> None:
    """Prints the next recipes."""
    settings = read_settings(path)
    table = read_table(data, settings)
    past = table.past
    prove_informative(past, settings, data)
    if not any(isinstance(one.outcome, Intact) for one in past):
        say(f"All {len(past)} stacks failed: these recipes are where one is most likely to "
            "survive.")
    from pressloop.optimizer import fit_models, propose

    prove_modules(settings)
    history = [one.trial(i) for i, one in enumerate(past, 1)]
    earlier = earlier_trials(settings, settings.campaign.ledger)
    say_taken(data, table.cells, table.ignored, as_json)
    say_if_mixed([*history, *earlier])
    problem = settings.problem
    problem = replace(problem, search=replace(problem.search, start_with=0))
    models = fit_models(problem, history, earlier, origin=settings.origin)
    for note in models.notes:
        say(note)
    found = propose(models, count, settings.campaign.seed if seed is None else seed)
    emit({"rows": len(past), "table": table.cells.taken, "laws": models.laws,
          "suggestions": [asdict(p) for p in found]}, as_json,
         lambda: _show(found, laws_words(models.laws)))


def _show(found: tuple[Proposal, ...], laws: str) -> None:
    table = Table(title="Press next")
    for name in ("", "MPa", "s", "degC", "for", "expected ohm cm2 (95 %)", "crushed", "failed"):
        table.add_column(name, justify="right" if name not in ("for",) else "left")
    for i, proposal in enumerate(found, 1):
        recipe, numbers = proposal.recipe, proposal.predicted
        expected = "not known yet"
        if "resistance_ohm_cm2" in numbers:
            expected = (f"{numbers['resistance_ohm_cm2']:.1f} ({numbers['low_ohm_cm2']:.1f} to "
                        f"{numbers['high_ohm_cm2']:.1f})")
        table.add_row(str(i), f"{recipe.pressure_mpa:.1f}", f"{recipe.dwell_s:.0f}",
                      f"{recipe.temperature_c:.1f}", proposal.purpose, expected,
                      f"{numbers.get('p_crushed', 0):.1%}", f"{numbers.get('p_failed', 0):.1%}")
    Console().print(table)
    for i, proposal in enumerate(found, 1):
        Console().print(f"{i}. {proposal.reason}", highlight=False, markup=False)
    if laws:
        Console().print(laws, highlight=False, markup=False)
