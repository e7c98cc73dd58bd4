"""What do readings mean?

    from pressloop.evaluation import fit, judge, read_spectrum

    spectrum = read_spectrum("cell.csv", area_cm2=0.785)
    print(judge(spectrum))

The three names are loaded when they are first used: nothing heavy is imported before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pressloop.evaluation.offered import fit, judge
    from pressloop.evaluation.readers import read_spectrum

__all__ = ["fit", "judge", "read_spectrum"]

_PLACES = {"fit": "pressloop.evaluation.offered", "judge": "pressloop.evaluation.offered",
           "read_spectrum": "pressloop.evaluation.readers"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
