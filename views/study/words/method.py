"""How the verdicts of a comparison were come by, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from pressloop.studies.compare.comparison import ModelComparison
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE
from pressloop.studies.compare.jobs import NotFitted
from pressloop.studies.compare.options import Options
from pressloop.studies.compare.validation import FORWARD, LOT, OTHERS, RECIPE, STACK
from pressloop.studies.paired import ENOUGH_LOTS
from pressloop.trials.wording import by_number, counted

QUESTIONS = {
    RECIPE: "For a recipe that nobody has pressed yet",
    STACK: "For one more stack, its recipe pressed before or not",
    LOT: "For the stacks of a lot that is new",
    FORWARD: "For the next stacks, from those pressed before them",
}
"""What each scheme asks."""


def method(one: ModelComparison, options: Options) -> Iterator[str]:
    """How the verdicts were come by, and what is missing from them."""
    yield from _left_out(one, options)
    yield from _thinned(one)
    for scheme in one.asked:
        if one.groups[scheme] > len(one.schemes[scheme]):
            yield (f"{QUESTIONS[scheme]}: {len(one.schemes[scheme])} of {one.groups[scheme]} "
                   "groups, each of one lot and operator, were predicted, drawn at random.")
    if len(one.titles) > 1:
        yield _differences(one)
    yield from _missing(one)


def _left_out(one: ModelComparison, options: Options) -> Iterator[str]:
    unit = {RECIPE: "recipe with all its stacks", STACK: "stack"}.get(options.leave_out)
    stacks = len(one.table)
    if options.leave_out not in one.schemes:
        return
    if stacks <= options.refit_up_to:
        yield (f"{_what(one)}: every model was fitted anew for each {unit} that was left out "
               f"({counted(stacks, 'stack')}).")
    else:
        yield (f"{_what(one)}: the {stacks} stacks were left out in "
               f"{options.groups(len(one.table.origins))} random groups.")


def _differences(one: ModelComparison) -> str:
    lots, others = len(one.table.lots), len(one.titles) - 1
    words = (f"{counted(others, 'model')} {by_number(others, 'is', 'are')} compared with the "
             f"{one.titles[one.baseline]}: a difference is called real only where chance "
             "makes one that clear among so many in fewer than 5 of 100 tables.")
    if lots < ENOUGH_LOTS:
        words += (f" It holds for {by_number(lots, 'this lot', f'these {lots} lots')}; to speak "
                  f"of lots in general takes {ENOUGH_LOTS} or more.")
    return words


def _what(one: ModelComparison) -> str:
    return "Chances of crushing" if one.what == CRUSHING else (
        "Resistance" if one.called == RESISTANCE else one.called)


def _thinned(one: ModelComparison) -> Iterator[str]:
    """Which models learned from few rows only, and from which."""
    if one.thin:
        slow = " and the ".join(one.titles[name] for name in one.thin)
        yield (f"{_what(one)}: the {slow} would take hours on all stacks. In "
               f"each case they learned from at most {one.most_rows} of those that were not "
               f"left out, drawn at random: half of them from at most {OTHERS} other lots and "
               "operators, the rest from the lot and operator that is predicted. The other models "
               "learned from all.")


def _missing(one: ModelComparison) -> Iterator[str]:
    """One sentence for each model and scheme, with the first of its reasons."""
    groups: dict[tuple[str, str], list[NotFitted]] = {}
    for missing in one.not_fitted:
        groups.setdefault((missing.scheme, missing.model), []).append(missing)
    for (scheme, model), some in groups.items():
        folds, stacks = sum(m.folds for m in some), sum(m.stacks for m in some)
        first = ", the first time" if len(some) > 1 else ""
        rest = "It is compared on the others." if folds < len(one.schemes[scheme]) \
            else "So it is not compared."
        yield (f"{QUESTIONS[scheme]}: the {one.titles[model]} could not be fitted in "
               f"{folds} of {counted(len(one.schemes[scheme]), 'case')} "
               f"({counted(stacks, 'stack')}){first} because {some[0].why}. {rest}")
