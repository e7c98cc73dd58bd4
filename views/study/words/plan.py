"""What a plan means, in sentences for a lab."""

from __future__ import annotations

from pressloop.studies.replay.emulator import FEWEST
from pressloop.studies.replay.plan import Findings
from pressloop.studies.replay.strategies import words_of
from pressloop.trials.wording import by_number, counted, listed
from pressloop.views.study.words.replay import RECOMMENDS, risky_words

SOURCES = {
    "settings": "as set", "repeats": "as stacks pressed alike show it",
    "model": "as it is left when the recipe is accounted for",
    "usual": "assumed, as too few stacks tell it",
}
LATER = 12
"""Stacks looked ahead in "12 more stacks gain"."""


def sentences(found: Findings) -> tuple[str, ...]:
    """The main verdict first."""
    risky = risky_words(found.search.campaigns, found.options.strategies)
    return tuple(s for s in (
        _expected(found), _compared(found), risky, _beaten(found), _replicates(found),
        _small(found), _days(found), _ground(found)) if s)


def _expected(found: Findings) -> str:
    """From the middle of the budget to its end, of the first strategy."""
    points = found.search.of(found.options.strategies[0])
    middle = min(points, key=lambda p: abs(p.stacks - 0.6 * found.options.budget))
    ahead = [p for p in points if middle.stacks < p.stacks <= middle.stacks + LATER]
    where = "" if found.from_data else "on presses as they usually are, "
    text = (f"With {counted(middle.stacks, 'stack')} searched by {words_of(middle.strategy)}, "
            f"{where}expect the recommended recipe to be {_percent(middle.median_percent)} above "
            f"the best one (in 80 of 100 cases less than {_percent(middle.percent_in_80_of_100)})")
    if not ahead:
        return text + "."
    gain = middle.median_percent - ahead[-1].median_percent
    more = ahead[-1].stacks - middle.stacks
    gains = f"{counted(more, 'more stack')} {by_number(more, 'gains', 'gain')}"
    return text + (f"; {gains} another {_percent(gain)}." if gain >= 0.1 else
                   f"; {gains} next to nothing.")


def _compared(found: Findings) -> str:
    last = {name: found.search.of(name)[-1] for name in found.options.strategies}
    told = [f"{words_of(name)} {_percent(p.median_percent)} ({_percent(p.low_percent)} to "
            f"{_percent(p.high_percent)})" for name, p in last.items()]
    return (f"Above the best recipe after {counted(found.options.budget, 'stack')}, median, and in "
            f"brackets where 8 of 10 searches end: {', '.join(told)}.")


def _beaten(found: Findings) -> str:
    """Who ends lower than the first strategy, and not by luck."""
    better = [f"{words_of(p.strategy)} by {_percent(-p.worse_percent)} ({_percent(-p.worse_high)} "
              f"to {_percent(-p.worse_low)})" for p in found.search.pairs if p.worse_high < 0.0]
    if not better:
        return ""
    return (f"On these stand-ins some end lower than {words_of(found.options.strategies[0])}, and "
            f"that is no luck: {listed(better)}.")


def _replicates(found: Findings) -> str:
    told = [f"{r.stacks_t_test} for {r.difference_percent:g} %" for r in found.replicates]
    return (f"To show that one recipe is better than another, press this many stacks of each: "
            f"{', '.join(told)}. That holds for a scatter from stack to stack of "
            f"{found.scatter.percent:.0f} % ({SOURCES[found.scatter.source]}); a t-test then sees "
            f"a real difference in {100.0 * found.options.power:.0f} of 100 trials, and one that "
            "is not there in 5.")


def _small(found: Findings) -> str:
    three = next(d for d in found.detectable if d.stacks == 3)
    return (f"Three stacks of each recipe, as is usual, cannot show less than "
            f"{three.difference_percent:.0f} %.")


def _days(found: Findings) -> str:
    per_day = found.options.stacks_per_day
    if not per_day:
        return ""
    stacks = found.options.budget
    days = max(1, round(stacks / per_day))
    return (f"{counted(stacks, 'stack')} {by_number(stacks, 'takes', 'take')} "
            f"{counted(days, 'working day')} at {per_day:g} "
            f"{by_number(per_day, 'stack', 'stacks')} a day.")


def _ground(found: Findings) -> str:
    if found.from_data:
        return ("Expected values come from searches on stand-ins for the press that agree with the "
                "stacks given. They rest on the same knowledge of pressing as pressloop does, "
                f"which may flatter pressloop. {RECOMMENDS}")
    start = "No stacks were given, so that expected" if not found.stacks else (
        f"{counted(found.intact, 'intact stack')} of {found.stacks} "
        f"{by_number(found.intact, 'is', 'are')} too few to learn from ({FEWEST} are "
        "needed) and play no part here. Expected")
    return (f"{start} values come from searches on invented presses that obey what is generally "
            "known of pressing: how resistance falls with pressure, dwell and heat, and when "
            "stacks break. They say what is usual, not what your material does; plan again after "
            "some ten stacks. pressloop starts from the same knowledge, which may flatter it. "
            f"{RECOMMENDS}")


def _percent(value: float) -> str:
    return f"{value:.0f} %" if value >= 10.0 else f"{value:.1f} %"
