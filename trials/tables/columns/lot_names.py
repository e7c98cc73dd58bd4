"""What the lots of materials are called that a stack is made of."""

from __future__ import annotations

import re

from pressloop.trials.tables.columns.headings import folded, heading

OF_A_LOT = re.compile(
    r"\b(lots?|batch|lote|lotto|partia|sarze|erä)\b|"
    r"\b(se|cathode|anode|electrolyte|powder)(lot|batch)\b|"
    r"(pulver|[ck]athod\w*|anod\w*|elektrolyt\w*|material|aktivmaterial)[ -]?(charge|los)\b|"
    r"\bse charge\b|"
    r"\b(charge|los) (?=[ck]athod|anod|elektrolyt|pulver|se\b|lpscl)|"
    r"批号|批次|批號|ロット|로트|배치|партия")
"""Folded headers that name the lot of something."""
NEVER = re.compile(r"\b(size|mass|weight|volume|date|count|amount|masse|grosse|datum|by|operator|"
                   r"time|yield|remarks?|notes?)\b")
"""Folded headers of what else is known of a lot."""
BARE = re.compile(r"(lot|batch|charge|chargen|los|lote|lotto|powder|pulver|批号|批次|"
                  r"ロット|ロット番号|로트)"
                  r"(no|nr|id|number|nummer|#)?")
"""The lot of the stack itself, whatever else has one."""


def is_lot(name: str) -> bool:
    """True for a header that names the lot of something, such as SE lot."""
    words = folded(name)
    return bool(OF_A_LOT.search(words)) and not NEVER.search(words) and not heading(name).units
