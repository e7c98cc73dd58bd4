"""What is searched.

Names: press/<preset>, published/<function>, and worlds/<family>/<telling>/<instance>, of which
NAMES lists none, as there is no end of them."""

from __future__ import annotations

from benchmarks.optimizers.problems.base import Problem

PRESS = ("reference", "fragile", "single-crystal", "bare-foil")
PUBLISHED = ("PressureVessel", "WeldedBeam", "SpeedReducer", "TensionCompressionString")
NAMES = (*(f"press/{p}" for p in PRESS), *(f"published/{p}" for p in PUBLISHED))


def problem(name: str) -> Problem:
    """The problem of that name. Raises KeyError where there is none."""
    family, _, title = name.partition("/")
    if family == "worlds":
        return _world(name)
    if name not in NAMES:
        raise KeyError(f"{name}: not one of {', '.join(NAMES)}")
    if family == "press":
        from benchmarks.optimizers.problems.press import PressProblem

        return PressProblem(title)
    from benchmarks.optimizers.problems.published import PublishedProblem

    return PublishedProblem(title)


def _world(name: str) -> Problem:
    from benchmarks.optimizers.problems.worlds.problem import WorldProblem

    parts = name.split("/")
    if len(parts) != 4 or not parts[3].isdecimal():
        raise KeyError(f"{name}: not worlds/<family>/<telling>/<instance>")
    return WorldProblem(parts[1], parts[2], int(parts[3]))
