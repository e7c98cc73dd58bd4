"""The parts of the pages that are made from the ledger alone, in a few milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pressloop.flows.campaign.decisions.asking_runs import HELD
from pressloop.flows.campaign.decisions.caution import CAUTION, told_limits
from pressloop.flows.console import one_line
from pressloop.flows.operator_console.actions.recipes import MEANS
from pressloop.flows.operator_console.press_parts import (
    course,
    notice,
    press,
    presses,
    question,
    spectrum,
    work,
)
from pressloop.flows.operator_console.source import Stand
from pressloop.flows.operator_console.wanted import Part, Wanted
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.views.console.clock import at_the_clock, whose_clock
from pressloop.views.console.going import ALIVE, Going
from pressloop.views.console.history import ALL, CHOICES, history_page
from pressloop.views.console.overview import AtPress, campaign_card, presses_words
from pressloop.views.console.stack import stack_page
from pressloop.views.page import render
from pressloop.views.words import recipe_words, with_signs

LATELY = 12


def cards(wanted: Wanted) -> Part:
    """All campaigns."""
    source = wanted.source
    names, stands, trouble = source.campaigns(), [], []
    for name in names:
        try:
            stands.append(source.stand(name))
        except PressloopError as error:
            trouble.append(one_line(error))
    going = ",".join(f"{s.name} {[s.going_of(run) for run in s.runs]}" for s in stands)
    empty = (f"No campaign is in {source.shown} yet. Settings files in {source.folder} that name "
             "this ledger can be started from here.")
    return Part(f"{source.version()} {going} {trouble}", lambda: render(
        "console/cards.html", cards=[_card(s) for s in stands], trouble=" ".join(trouble),
        empty=empty))


def _card(s: Stand) -> Any:
    told = [AtPress(run.press, s.going_of(run), run.taken_out) for run in s.runs]
    return campaign_card(s.name, s.trials, s.budget, s.going, simulated=s.simulated,
                         press=presses_words(told) if s.several else s.press,
                         of=s.settings.objective.quantity)


def head(wanted: Wanted) -> Part:
    """Name, standing and buttons of one campaign."""
    s = wanted.stand
    goings = [run.going for run in s.runs]
    return Part(f"{wanted.source.version()} {goings} {s.going}", lambda: render(
        "console/head.html", one=_card(s), campaign=s.name, alive=s.alive, several=s.several,
        idle=not all(run.alive for run in s.runs),
        under_load=[trial.number for _, trial in s.under_load],
        paused=any(one in HELD for one in goings), pressing=Going.RUNNING in goings,
        stopping=not any(one in ALIVE and one is not Going.STOPPING for one in goings)))


def lately(wanted: Wanted) -> Part:
    """The last entries."""
    s = wanted.stand

    def made() -> str:
        rows = wanted.source.ledger.log(s.name, last=LATELY)[::-1]
        lines = [{**one._asdict(), "who": row.operator}
                 for row, one in zip(rows, at_the_clock(rows), strict=True)]
        return render("console/lately.html", lines=lines, clock=whose_clock(rows))

    return Part(f"{wanted.source.version()}", made)


def rows(wanted: Wanted) -> Part:
    """A page of the history."""
    s, before = wanted.stand, wanted.whole("before")
    shown = wanted.query.get("shown", ALL)
    chosen = shown if shown in CHOICES else ALL
    return Part(f"{wanted.source.version()}", lambda: render(
        "console/rows.html", page=history_page(s.trials, chosen, before, s.load),
        campaign=s.name))


def one(wanted: Wanted) -> Part:
    """All of one stack."""
    s, number = wanted.stand, wanted.whole("trial")

    def made() -> str:
        ledger = wanted.source.ledger
        trial = None if number is None else ledger.trial(s.name, number)
        if trial is None:
            raise BadInput("trial", number, f"a trial of {s.name}", "Follow a link of the page.")
        page = stack_page(trial, ledger.log(s.name, number),
                          ledger.noted(s.name), s.load)
        return render("console/one.html", one=page, campaign=s.name)

    mine = [(t.state, t.sweeps, t.readings, t.corrections) for t in s.trials if t.number == number]
    return Part(f"{mine} {wanted.source.ledger.times_noted(s.name)}", made)


def queue(wanted: Wanted) -> Part:
    """Recipes that people want pressed next."""
    s = wanted.stand

    def made() -> str:
        waiting = wanted.source.ledger.queue(s.name).waiting
        told = [{"number": n, "recipe": recipe_words(q.recipe, s.load),
                 "reason": with_signs(q.reason)}
                for n, q in waiting.items()]
        return render("console/queue.html", rows=told, campaign=s.name)

    return Part(f"{wanted.source.version()}", made)


def caution(wanted: Wanted) -> Part:
    """How much risk the search takes."""
    s = wanted.stand
    now, before = told_limits(s.settings), told_limits(s.run_settings)
    last = wanted.source.ledger.cautioned(s.name)
    by = "" if now == before or last is None else f"Changed by a person: {last.reason}"
    return Part(f"{now} {by}", lambda: render(
        "console/caution.html", campaign=s.name, by=by,
        rows=[(name, f"{now[name]:g}", MEANS[name]) for name in CAUTION]))


PARTS: Mapping[str, Callable[[Wanted], Part]] = {
    "cards": cards, "head": head, "notice": notice, "question": question, "presses": presses,
    "work": work, "press": press, "course": course, "spectrum": spectrum, "lately": lately,
    "rows": rows, "one": one, "queue": queue, "caution": caution}
PAGES = {"overview": "overview", "now": "now", "next": "next", "history": "history",
         "stack": "stack", "model": "recommended", "maps": "map_page"}
"""Pages and the templates that they are laid out by."""
