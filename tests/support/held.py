"""A run that is caught with its press busy: cycles that last until the test lets them end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

HELD: dict[str, Any] = {"press": {"driver": "odd_lab.held_press"}}
ALL = 1_000_000


def let_end(ledger: Path, cycles: int = ALL) -> None:
    """Cycles up to this id may end, now or as soon as they run; those above last."""
    path = ledger.with_name(ledger.name + ".press.may_end")
    # Whoever reads it finds the old number or the new one.
    new = path.with_suffix(".new")
    new.write_text(str(cycles))
    os.replace(new, path)
