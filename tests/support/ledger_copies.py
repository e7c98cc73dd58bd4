"""Ledgers that are set back between two runs, in every way that happens to a file."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from crash_lab import NAME, CrashLab

from pressloop.trials import Ledger
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.queries import OrderedStack
from pressloop.trials.ledger.verification import prove

KEPT = 3
"""Of how many moments there are copies; the oldest is let go of."""
WAYS = ("the log is lost", "an old copy of both files", "an old copy of the file alone", "emptied",
        "deleted")
WEIGHTS = (4, 5, 5, 3, 3)


@dataclass
class Copies:
    """Copies of a lab's ledger, and what becomes of it by them."""

    lab: CrashLab
    draw: random.Random
    whole: list[tuple[bytes, bytes]] = field(default_factory=list)
    alone: list[bytes] = field(default_factory=list)

    def take(self) -> None:
        """Both files, while nobody writes."""
        self.whole = [*self.whole, (_read(self.lab.ledger), _read(self.log))][-KEPT:]

    def take_alone(self) -> None:
        """The file without its log, in the middle of whatever a run does."""
        self.alone = [*self.alone, _read(self.lab.ledger)][-KEPT:]

    @property
    def log(self) -> Path:
        """Where SQLite keeps what is not in the file yet."""
        return self.lab.ledger.with_name(self.lab.ledger.name + "-wal")

    def set_back(self) -> str:
        """In some way; which one."""
        way, = self.draw.choices(WAYS, WEIGHTS)
        file, log = _read(self.lab.ledger), b""
        if way == "an old copy of both files" and self.whole:
            file, log = self.draw.choice(self.whole)
        elif way == "an old copy of the file alone" and self.alone:
            file = self.draw.choice(self.alone)
        elif way in ("emptied", "deleted"):
            file = b""
        for path in (self.log, self.log.with_name(self.lab.ledger.name + "-shm")):
            path.unlink(missing_ok=True)
        self.lab.ledger.write_bytes(file)
        if log:
            self.log.write_bytes(log)
        if way == "deleted":
            self.lab.ledger.unlink()
        return way

    def lacks(self) -> list[int]:
        """Cycles on the press of which the ledger does not say that they were commanded."""
        known = {order.cycle_id for order in self._orders()}
        return [cycle for cycle in self.lab.accepted() if cycle not in known]

    def broken(self) -> bool:
        """True for a copy made in mid write, or that lost its newest entries by its own count."""
        if not self.lab.ledger.exists() or not self.lab.ledger.stat().st_size:
            return False
        try:
            with closing(Ledger.open(f"sqlite:///{self.lab.ledger}")) as ledger:
                return (not prove(ledger, NAME).sound or bool(ledger.damage())
                        or ledger.given_out() != ledger.newest())
        except LedgerProblem:
            return True

    def _orders(self) -> tuple[OrderedStack, ...]:
        if not self.lab.ledger.exists() or not self.lab.ledger.stat().st_size:
            return ()
        with closing(Ledger.open(f"sqlite:///{self.lab.ledger}")) as ledger:
            return ledger.ordered()

    def throw_away(self) -> None:
        """What a person does with a file that is damaged and of which there is no backup."""
        for suffix in ("", "-wal", "-shm"):
            self.lab.ledger.with_name(self.lab.ledger.name + suffix).unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""

