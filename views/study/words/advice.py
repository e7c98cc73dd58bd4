"""Which models to put into the settings, in sentences."""

from __future__ import annotations

from pressloop.studies.compare.advice import Advice
from pressloop.studies.compare.compare import Findings
from pressloop.studies.compare.comparison import ModelComparison
from pressloop.trials.wording import by_number


def to_set(found: Findings) -> tuple[str, ...]:
    """What to put into the settings, and why; nothing where nothing was compared."""
    if not found.advice:
        return ()
    lines = settings_lines(found).replace("\n", " ")
    return (*(s for one, told in found.advice for s in _why(one, told)),
            f"The lines for the settings: {lines}")


def settings_lines(found: Findings) -> str:
    """What to put into the settings; "" where nothing was compared."""
    lines = [f'{told.key} = "{told.model}"' for _, told in found.advice]
    return "\n".join(["[surrogate]", *lines]) if lines else ""


def _why(one: ModelComparison, told: Advice) -> tuple[str, ...]:
    what = one.called
    if not told.compared:
        return ()
    base, unusable = one.titles[one.baseline], len(told.unusable)
    words = [f"Of the models of {what} that campaigns can use, the {one.titles[told.model]} is the "
             f"best of those that are really better than the {base}."] if told.better else [
        f"No other model of {what} that campaigns can use is really better than the {base}: keep "
        "it."]
    if unusable:
        named = " and the ".join(one.titles[name] for name in told.unusable)
        words.append(f"The {named} {by_number(unusable, 'predicts', 'predict')} really better "
                     f"than the {base}, but campaigns cannot use "
                     f"{by_number(unusable, 'it', 'them')}: look for what these stacks depend on "
                     "beside their recipes.")
    return tuple(words)
