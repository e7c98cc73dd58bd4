"""Equivalent circuits: elements in series, read from a short text.

    L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3

is an inductance, a resistance, two arcs (a resistance parallel to a constant-phase element) and a
diffusion tail. Labels are the user's; arcs are numbered from fast to slow after the fit.

Notation: Z_arc = R/(1 + (j w tau)^alpha), Z_tail = 1/(Q (j w)^alpha), w = 2 pi f.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trials.errors import BadInput

MAX_ARCS = 4
AUTO = "auto"
"""Stands for the fewest arcs that describe the spectrum as well as an unconstrained ladder."""

_ELEMENTS = {
    "inductance": re.compile(r"L\d*"),
    "series": re.compile(r"R\d*"),
    "arc": re.compile(r"p\((R\d*),((?:CPE|Q)\d*)\)"),
    "tail": re.compile(r"(?:CPE|Q)\d*"),
}


@dataclass(frozen=True, slots=True)
class Circuit:
    """Series connection of an optional inductance, a resistance, arcs, and an optional tail."""

    inductance: bool
    arcs: int
    tail: bool

    def __str__(self) -> str:
        parts = ["L0"] if self.inductance else []
        parts += ["R0", *(f"p(R{i},CPE{i})" for i in range(1, self.arcs + 1))]
        return "-".join(parts + ([f"CPE{self.arcs + 1}"] if self.tail else []))

    @property
    def size(self) -> int:
        """Number of parameters."""
        return int(self.inductance) + 1 + 3 * self.arcs + 2 * int(self.tail)


def parse_circuit(text: str) -> Circuit:
    """The circuit a text describes. Raises BadInput on anything but the elements above."""
    found = [_kind(part, text) for part in text.replace(" ", "").split("-")]
    remedy = "Example: L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3."
    for kind in ("inductance", "series", "tail"):
        if found.count(kind) > 1:
            raise BadInput("circuit", text, f"a series with at most one {kind} element", remedy)
    if "series" not in found or not 1 <= found.count("arc") <= MAX_ARCS:
        raise BadInput("circuit", text, f"one R and 1 to {MAX_ARCS} arcs p(R,CPE)", remedy)
    return Circuit("inductance" in found, found.count("arc"), "tail" in found)


def _kind(part: str, text: str) -> str:
    for kind, pattern in _ELEMENTS.items():
        if pattern.fullmatch(part):
            return kind
    raise BadInput("circuit", text, "made of L, R, p(R,CPE) and CPE joined by '-'",
                   f"Cannot read {part!r}. Example: L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3.")
