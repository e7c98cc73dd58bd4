"""What is searched. Names: press/<preset>, published/<function>."""

from __future__ import annotations

from benchmarks.optimizers.problems.base import Problem

PRESS = ("reference", "fragile", "single-crystal", "bare-foil")
PUBLISHED = ("PressureVessel", "WeldedBeam", "SpeedReducer", "TensionCompressionString")
NAMES = (*(f"press/{p}" for p in PRESS), *(f"published/{p}" for p in PUBLISHED))


def problem(name: str) -> Problem:
    """The problem of that name. Raises KeyError where there is none."""
    family, _, title = name.partition("/")
    if name not in NAMES:
        raise KeyError(f"{name}: not one of {', '.join(NAMES)}")
    if family == "press":
        from benchmarks.optimizers.problems.press import PressProblem

        return PressProblem(title)
    from benchmarks.optimizers.problems.published import PublishedProblem

    return PublishedProblem(title)
