"""What replayed campaigns mean, in sentences for a lab."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.studies.paired import ALPHA
from pressloop.studies.replay.campaigns import Campaign
from pressloop.studies.replay.numbers import Needed, Pair
from pressloop.studies.replay.replay import Findings
from pressloop.studies.replay.strategies import words_of

OF_THE_LAB = ("design", "as_listed")
"""What a lab wants to be compared with first."""
RECOMMENDS = ("pressloop recommends what its models hold best; every other way recommends the best "
              "recipe that it measured and that broke no stack, so that one stack lost by chance "
              "can cost it its best recipe.")


def sentences(found: Findings) -> tuple[str, ...]:
    """What came out, and what it rests on."""
    return (*verdicts(found), *grounds(found))


def verdicts(found: Findings) -> tuple[str, ...]:
    """What came out, the main thing first."""
    return tuple(s for s in (_main(found), *_compared(found), _lost(found), risky_words(
        found.campaigns, found.options.names)) if s)


def grounds(found: Findings) -> tuple[str, ...]:
    """What it rests on."""
    return tuple(s for s in (_ground(found), _error(found)) if s)


def stacks_words(one: Needed) -> str:
    """Stacks needed with the range of eight of ten replays: "9 (6 to 12)"."""
    if one.low > one.budget:
        return _upto(one.low, one.budget)
    return (f"{_upto(one.stacks, one.budget)} "
            f"({_upto(one.low, one.budget)} to {_upto(one.high, one.budget)})")


def _upto(stacks: float, budget: int) -> str:
    return f"{stacks:.0f}" if stacks <= budget else f"more than {budget}"


def _main(found: Findings) -> str:
    within, first = found.options.within_percent, found.needed[0]
    own = next((n for name in OF_THE_LAB for n in found.needed[1:] if n.strategy == name),
               found.needed[1] if len(found.needed) > 1 else None)
    other = f", {words_of(own.strategy)} {stacks_words(own)}" if own else ""
    return (f"To recommend a recipe within {within:g} % of the best, and stay there, "
            f"{words_of(first.strategy)} needed {_counted(first)}{other}: medians of "
            f"{first.replays} replays, in brackets what 8 of 10 replays needed.")


def _counted(one: Needed) -> str:
    amount, *interval = stacks_words(one).partition(" (")
    return f"{amount} {'stack' if amount == '1' else 'stacks'}{''.join(interval)}"


def _compared(found: Findings) -> tuple[str, ...]:
    """One sentence on the real differences, one on the likely ones, one on the others."""
    if not found.pairs:
        return ()
    base = words_of(found.pairs[0].baseline)
    never = {n.strategy: n.never for n in found.needed}
    real = [f"{words_of(p.strategy)} {_more(p, never[p.strategy])}" for p in found.pairs if p.real]
    likely, luck = ([f"{words_of(p.strategy)} ({_between(p)})" for p in found.pairs
                     if not p.real and p.likely is asked] for asked in (True, False))
    few = (likely or luck) and _too_few(found)
    return tuple(s for s in (
        f"Compared with {base} on the same truths and with the same luck, the differences in "
        f"stacks needed are real for: {', '.join(real)}." if real else "",
        f"Probably different from {base} in stacks needed, but not proved: {', '.join(likely)}."
        if likely else "",
        f"No evidence of a difference in stacks needed from {base} for: {', '.join(luck)}."
        if luck else "", "Too few replays to tell: ask for 10 or more." if few else "") if s)


def _too_few(found: Findings) -> bool:
    """True where even the clearest difference, one sign in every replay, could be luck."""
    return len(found.pairs) * 2.0 ** (1 - found.options.repeats) > ALPHA


def _between(pair: Pair) -> str:
    if pair.more_low == pair.more_high == 0.0:
        return "the same in every replay"
    return f"{_less_or_more(pair.more_low)} to {_less_or_more(pair.more_high)}"


def _more(pair: Pair, never: int) -> str:
    least = "at least " if never and pair.more_stacks > 0 else ""
    low, high = sorted(abs(v) for v in (pair.more_low, pair.more_high))
    word = "more" if pair.more_stacks > 0 else "fewer"
    return f"{least}{abs(pair.more_stacks):.0f} {word} ({low:.0f} to {high:.0f})"


def _less_or_more(stacks: float) -> str:
    return "none" if stacks == 0.0 else f"{abs(stacks):.1f} {'fewer' if stacks < 0 else 'more'}"


def _lost(found: Findings) -> str:
    told = [f"{words_of(n.strategy)} {n.lost:.1f} ({n.lost_low:.1f} to {n.lost_high:.1f})"
            for n in found.needed]
    return (f"Stacks crushed or failed in a campaign of {found.options.budget}, on average: "
            f"{', '.join(told)}.")


def risky_words(campaigns: Sequence[Campaign], names: Sequence[str]) -> str:
    """Whose last recipe breaks the lab's limits: a median does not show it."""
    last = {name: [c.feasible[-1] for c in campaigns if c.strategy == name] for name in names}
    if all(all(kept) for kept in last.values()):
        return ""
    told = [f"{words_of(name)} {100.0 * kept.count(False) / len(kept):.0f}"
            for name, kept in last.items()]
    return ("Of 100 campaigns, so many recommend in the end a recipe that crushes or loses more "
            f"stacks than the limits allow: {', '.join(told)}.")


def _ground(found: Findings) -> str:
    if found.options.on == "pool":
        told = ("Only recipes of the table could be pressed, and each of its stacks once; the true "
                "resistance of a recipe is taken as pressloop's own models tell it from all stacks "
                "together, which may flatter pressloop. Lots are mixed as they are in the table. "
                "Each replay has another table, drawn from the rows with some twice and others "
                "left out, so that replays differ by which stacks there happened to be.")
    else:
        told = ("The campaigns were pressed on a stand-in made from the stacks, not on the press. "
                "Each replay has another one, drawn from all that agree with the stacks: replays "
                "differ by luck and by what the stacks leave open, and the press may be like any "
                "of them. The stand-in rests on the same knowledge of pressing as pressloop does, "
                "which may flatter pressloop.")
    if found.fitted_to < found.out_of:
        told += (f" It was fitted to {found.fitted_to} of the {found.out_of} stacks, chosen from "
                 "all over the space and all lots: more hardly change it and take much longer.")
    return f"{told} {RECOMMENDS}"


def _error(found: Findings) -> str:
    error = found.error
    if error is None:
        return ""
    verdict = "as it should be" if error.inside_95 >= 0.90 else \
        "fewer than 95 of 100, so take the intervals as too narrow"
    what = "these models are" if found.options.on == "pool" else "the stand-in is"
    return (f"How good {what}: where each of {error.stacks} measured stacks is predicted from the "
            f"others, half of the predictions are off by less than {error.typical_percent:.0f} %, "
            f"and {error.inside_95 * error.stacks:.0f} of {error.stacks} readings fall inside the "
            f"95 % interval, {verdict}.")
