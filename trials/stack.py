"""A stack: one physical sample."""

from __future__ import annotations

from dataclasses import dataclass, field

from pressloop.trials.checks import not_negative, positive, text
from pressloop.trials.errors import BadInput


@dataclass(frozen=True, slots=True)
class Stack:
    """Cathode, electrolyte and collector of one sample, and what it has been through.

    `thickness_um` is the separator thickness, None where nobody knows it. `pre_press_mpa`
    (separator pre-press) and `anode_press_mpa` are steps before the secondary press, never the
    recipe itself. `barcode` tells the sample in the inventory; None where it does not come from
    there. Raises BadInput on an empty name or a non-positive area or thickness.
    """

    stack_id: str
    lot: str
    operator: str
    area_cm2: float
    thickness_um: float | None
    pre_press_mpa: float | None = None
    anode_press_mpa: float | None = None
    # Not kept where there is none, and never shown by repr: facts that were kept before stay as
    # they are.
    barcode: str | None = field(default=None, repr=False, metadata={"only_where_given": True})

    def __post_init__(self) -> None:
        for name in ("stack_id", "lot", "operator"):
            text(name, getattr(self, name))
        if self.barcode is not None:
            text("barcode", self.barcode)
        positive("area_cm2", self.area_cm2)
        if self.thickness_um is not None:
            positive("thickness_um", self.thickness_um)
        for name in ("pre_press_mpa", "anode_press_mpa"):
            if (pressure := getattr(self, name)) is not None:
                not_negative(name, pressure)

    @property
    def separator_um(self) -> float:
        """The separator thickness. Raises BadInput where nobody knows it."""
        if self.thickness_um is None:
            raise BadInput("stack.thickness_um", "missing", "known of a stack that is pressed",
                           "Give it in [stack].")
        return self.thickness_um
