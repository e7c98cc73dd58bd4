"""Keeps the link to one press: reads it many times a second, beats its heart, knows it again.

Runs in one event loop. Whatever the link does, the next thing believed after a reconnection is
the press's identity and boot counter, then its state.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from pressloop.hardware.plc.frames import Snapshot, read_snapshot
from pressloop.hardware.plc.link import Link, Refused
from pressloop.hardware.plc.proving import MOST_READS, Prover, crc_right
from pressloop.hardware.plc.quantities import outward, quantity_of
from pressloop.hardware.plc.register_map import RegisterMap
from pressloop.hardware.plc.words import pack
from pressloop.hardware.units import Machine
from pressloop.trials.errors import Fault

BACK_OFF_S = (0.1, 2.0)
"""First and longest wait before another attempt to connect."""
ECHO_WITHIN_S = 1.5
"""How long the heartbeat's echo may stand still before the press's program counts as stopped."""


@dataclass(frozen=True, slots=True)
class ProvedSnapshot:
    """One snapshot and when it came (this computer's monotonic clock)."""

    snapshot: Snapshot
    words: tuple[int, ...]
    at_s: float


class Station:
    """The link and what was last seen through it. `note` is called with every snapshot."""

    def __init__(self, link: Link, of: RegisterMap, owner: int, *, poll_s: float,
                 heartbeat_s: float, note: Callable[[ProvedSnapshot], None]) -> None:
        self.link, self.of, self.owner = link, of, owner
        self._poll_s, self._heartbeat_s, self._note = poll_s, heartbeat_s, note
        self.machine: Machine | None = None
        self.seen: ProvedSnapshot | None = None
        self.trouble = f"no connection to {link.target} yet"
        self._serial: float | None = None
        self._beat, self._beat_at = 0, -math.inf
        self._echo, self._echo_at = -1, 0.0
        self._looked = asyncio.Condition()
        self._proving = asyncio.Lock()
        self.prover = Prover(of)
        self.mailbox = asyncio.Lock()
        """Held from choosing a sequence to its write, so that no two commands share one."""
        self.given = 0

    async def keep(self) -> None:
        """Until cancelled: connect, look, beat; wait longer after each failure to connect."""
        wait = BACK_OFF_S[0]
        while True:
            try:
                if not self.link.alive:
                    await self._recognise()
                await self._beat_when_due()
                await self.look()
                wait = BACK_OFF_S[0]
                await asyncio.sleep(self._poll_s)
            except Exception as error:  # noqa: BLE001
                # Whatever a snapshot holds, the heart goes on beating and the trouble is told.
                self.trouble = str(error) if isinstance(error, Fault) else (
                    f"the press tells what makes no sense: {error!r}")
                await asyncio.sleep(wait if not self.link.alive else self._poll_s)
                wait = min(2.0 * wait, BACK_OFF_S[1])

    async def look(self) -> ProvedSnapshot:
        """A snapshot of now that is proved.

        Whatever is new in it was read alike more than once, or carries a CRC. Raises LinkLost,
        Refused, Fault for one that is not of this press."""
        async with self._proving:
            machine, seen = await self._proved()
        self._watch_echo(seen)
        self.machine, self.seen, self.trouble = machine, seen, self._standing()
        self._note(seen)
        async with self._looked:
            self._looked.notify_all()
        return seen

    async def _proved(self) -> tuple[Machine, ProvedSnapshot]:
        block, said = self.of.snapshot, ""
        self.prover.begin()
        for _ in range(MOST_READS):
            words = tuple(await self.link.read(block.address, block.words))
            try:
                if not crc_right(self.of, words):
                    raise Fault(f"the snapshots of {self.link.target} arrive damaged: their CRC is "
                                "another. Look at the line.")
                self._prove_ours(words)
                machine = machine_of(self.of, words)
            except Fault as trouble:
                # What is said twice is meant; what is said once may be a lost bit.
                if str(trouble) == said:
                    raise
                said = str(trouble)
                continue
            seen = ProvedSnapshot(read_snapshot(self.of, machine, words), words, time.monotonic())
            if self.prover.believes(seen.snapshot, words):
                self._serial = seen.snapshot["serial"]
                return machine, seen
        raise Fault(f"what {self.link.target} tells changes from read to read: {MOST_READS} reads "
                    "in a row were not alike. Look at the line and at the press's program.")

    def next_sequence(self, acked: int) -> int:
        """One above the last acknowledged and the last given out.

        The first is taken from the clock rather than from 1, so that a press that has lost its
        sequence tells less than it did; a clock that steps back changes nothing."""
        above = (acked + 1) & 0xFFFFFFFF if acked else int(time.time()) & 0x7FFFFFFF
        if 0 <= (self.given - above) & 0xFFFFFFFF < 2**31:
            above = (self.given + 1) & 0xFFFFFFFF
        self.given = above
        return above

    async def fresh(self, patience_s: float) -> ProvedSnapshot:
        """A snapshot taken after this call, from a press whose program runs.

        Raises Fault when there is none in time."""
        asked, deadline = time.monotonic(), time.monotonic() + patience_s
        while True:
            if self.seen is not None and self.seen.at_s >= asked and not self.trouble:
                return self.seen
            left = deadline - time.monotonic()
            if left <= 0:
                raise Fault(self.trouble or f"{self.link.target} does not answer")
            async with self._looked:
                try:
                    await asyncio.wait_for(self._looked.wait(), min(left, 0.2))
                except TimeoutError:
                    continue

    async def _recognise(self) -> None:
        """Connects; the first look then says whether this is the press it was before."""
        await self.link.connect()
        self._echo_at = time.monotonic()
        await self.look()

    def _prove_ours(self, words: tuple[int, ...]) -> None:
        # Whatever the rest of the map says, nothing is believed before these agree.
        machine = Machine(1.0, 1.0, 1.0)
        snapshot = read_snapshot(self.of, machine, words)
        if snapshot["magic"] != self.of.magic:
            raise Fault(f"{self.link.target} is not a press with map {self.of.name!r}: magic "
                        f"{snapshot['magic']:g}, expected {self.of.magic}. Check host and map.")
        if snapshot["word_order"] != self.of.word_order:
            raise Fault(f"{self.link.target} sends words in another order: its constant reads "
                        f"{snapshot['word_order']:g}, expected {self.of.word_order:g}. Set "
                        "low_word_first in the register map.")
        if snapshot["map_version"] != self.of.version:
            raise Fault(f"{self.link.target} has register map version {snapshot['map_version']:g}, "
                        f"expected {self.of.version}. Use the map of its program.")
        if self._serial not in (None, snapshot["serial"]):
            raise Fault(f"another press answers at {self.link.target}: serial "
                        f"{snapshot['serial']:g}, before {self._serial:g}. Nothing is sent to it.")

    async def _beat_when_due(self) -> None:
        if time.monotonic() - self._beat_at < self._heartbeat_s:
            return
        self._beat = self._beat % 0xFFFF + 1
        values = {"heartbeat": self._beat, "owner": self.owner}
        words: list[int] = []
        for register in self.of.heartbeat.registers.values():
            value = outward(quantity_of(register.name), values[register.name], register.unit,
                            Machine(1.0, 1.0))
            words += pack(register.name, value, register.type, self.of.low_word_first)
        self._beat_at = time.monotonic()
        try:
            await self.link.write(self.of.heartbeat.address, words, repeat=True)
        except Refused:
            # Somebody else's lease: the snapshot says whose, and looking goes on.
            return

    def _watch_echo(self, seen: ProvedSnapshot) -> None:
        echo = int(seen.snapshot["heartbeat_echo"])
        if echo != self._echo:
            self._echo, self._echo_at = echo, seen.at_s

    def _standing(self) -> str:
        """Trouble that a good socket hides."""
        if self.foreign_lease():
            return ""
        still = time.monotonic() - self._echo_at
        if still > ECHO_WITHIN_S + 2.0 * self._heartbeat_s:
            return (f"the program of the press at {self.link.target} stands still: it answers, "
                    f"but its heartbeat echo has not moved for {still:.0f} s")
        return ""

    def foreign_lease(self) -> int:
        """The owner of the press where that is somebody else, else 0."""
        if self.seen is None:
            return 0
        holder = int(self.seen.snapshot.get("lease_owner", 0))
        return holder if holder not in (0, self.owner) else 0


def machine_of(of: RegisterMap, words: tuple[int, ...]) -> Machine:
    """What conversions of units need, as the press tells it or else the map's constants.

    Raises Fault where neither says the die area and the largest force."""
    piston = of.constants.get("piston_area_mm2")
    values = {**of.constants, **read_snapshot(of, Machine(1.0, 1.0, piston or 1.0), words)}
    for name in ("die_area", "max_force"):
        if not values.get(name, math.nan) > 0:
            raise Fault(f"the press tells no {name} and its register map has no constant for it. "
                        "Add it under [constants].")
    return Machine(values["die_area"], values["max_force"], piston)
