"""Families of presses whose physics differ in structure from the simulator's and one another's.

Names: worlds/<family>/<telling>/<instance>. Instances below REPORT_FROM are for development; what
is reported of them comes from REPORT_FROM and above.
"""

from __future__ import annotations

from collections.abc import Iterable

FAMILIES = ("heckel", "cooper_eaton", "creep_necks", "elastic_contacts", "brittle_ductile",
            "soft_extrusion", "decomposition", "two_basins", "ridge", "corner",
            "hardly_any_effect", "rough_readings", "reversed_lot")
TELLINGS = ("index", "labels", "bare")
"""What a stack tells: a damage index with its standard error; whether it failed, and how; the
same, and a resistance without its standard error."""
REPORT_FROM = 1000
"""Instances below are for development, the report uses this one and above."""


def names(family: str, tellings: str, instances: Iterable[int]) -> list[str]:
    """Names of one family.

    `tellings` is `all`, a list with commas, or `rotate`: instance i is told the (i mod 3)th way.
    Raises KeyError on an unknown family or telling."""
    return [f"worlds/{family}/{t}/{i}" for i in instances for t in _tellings(tellings, i)]


def _tellings(given: str, instance: int) -> tuple[str, ...]:
    if given == "rotate":
        return (TELLINGS[instance % len(TELLINGS)],)
    chosen = TELLINGS if given == "all" else tuple(given.split(","))
    if unknown := set(chosen) - set(TELLINGS):
        raise KeyError(f"{', '.join(unknown)}: not one of {', '.join(TELLINGS)}")
    return chosen
