"""The envelope as rules of the search: the space may reach outside of it, recipes may not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pressloop.hardware.envelope import Envelope, check
from pressloop.optimizer.constraints.feasible import anchors
from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.space import Space
from pressloop.trials.errors import OutOfEnvelope
from pressloop.trials.recipe import Recipe


def envelope_rules(space: Space, envelope: Envelope) -> tuple[Rule, ...]:
    """A rule for each limit that the space reaches beyond; () where it lies inside."""
    rates, cold, hot = (envelope.max_rate_mpa_per_s, envelope.min_temperature_c,
                        envelope.max_temperature_c)
    limits = [("pressure_mpa", 0.0, envelope.max_pressure_mpa),
              ("dwell_s", 0.0, envelope.max_dwell_s), ("temperature_c", cold, hot),
              ("ramp_mpa_per_s", 0.0, rates), ("release_mpa_per_s", 0.0, rates)]
    found = []
    for name, least, most in limits:
        for p in (p for p in space.parameters if p.name == name and not p.kinds):
            if p.high > most:
                found.append(Rule(f"envelope.{name}", f"{name} <= {most!r}"))
            if p.low < least:
                found.append(Rule(f"envelope.{name}", f"{name} >= {least!r}"))
    return (*found, *_when_hot(space, envelope))


def _when_hot(space: Space, envelope: Envelope) -> tuple[Rule, ...]:
    table = envelope.max_pressure_at_c
    if not table or space.pressure_mpa[1] <= min(most for _, most in table):
        return ()
    name, (first, most), (last, least) = "envelope.max_pressure_at_c", table[0], table[-1]
    found = [Rule(name, f"pressure_mpa <= {most!r} if temperature_c <= {first!r}"),
             Rule(name, f"pressure_mpa <= {least!r} if temperature_c >= {last!r}")]
    for (cold, more), (hot, less) in pairwise(table):
        slope = (less - more) / (hot - cold)
        found.append(Rule(name, f"pressure_mpa <= {more!r} + {slope!r} * (temperature_c - {cold!r})"
                          f" if temperature_c >= {cold!r} and temperature_c <= {hot!r}"))
    return tuple(found)


def prove_recipes(space: Space, reference: Recipe | None, envelope: Envelope) -> None:
    """Raises OutOfEnvelope where the reference, or the middle of the space, lies outside."""
    # The space may reach outside; a search that has nothing inside cannot be had.
    middle = space.decode(anchors(space)[0] if space.rules else np.full(len(space.free), 0.5))
    for where, recipe in [("space", middle), ("reference", reference)]:
        if recipe is None or recipe.without:
            continue
        try:
            check(recipe, envelope)
        except OutOfEnvelope as error:
            raise OutOfEnvelope(f"{where}.{error.name}", error.value, error.bound,
                                error.remedy) from None
