"""Which snapshot may be believed.

Modbus TCP has no checksum of its own, and gateways to serial lines lose bits. A map may offer a CRC
over the snapshot; where it does not, the registers that decide what became of a cycle must read
alike twice in a row. A change of ids that no order given here explains is asked for once more.
"""

from __future__ import annotations

from pressloop.hardware.plc.frames import Snapshot
from pressloop.hardware.plc.register_map import RegisterMap
from pressloop.hardware.plc.words import crc16

MOST_READS = 12
"""How often a snapshot is asked for before the press counts as one that cannot be understood."""
DECIDING = frozenset({
    "magic", "map_version", "word_order", "serial", "firmware", "calibrated_on", "die_area",
    "max_force", "max_temperature", "min_temperature", "max_dwell", "max_rate", "boot_counter",
    "state", "alarm", "interlocks", "ack_sequence", "ack_code", "lease_owner", "cycle_id",
    "last_accepted_id", "last_finished_id", "last_result", "cycle_count"})
"""Registers that stand still between two events, and by which is decided; so do all echoes."""
RESULTS = frozenset({"peak_force", "dwell_held"})
"""They stand still once no cycle runs."""
IDS = ("boot_counter", "cycle_id", "last_accepted_id", "last_finished_id")

Words = tuple[int, ...]


def crc_right(of: RegisterMap, words: Words) -> bool:
    """False where the map has a CRC over the snapshot and it is another one."""
    crc = of.snapshot.registers.get("crc")
    return crc is None or words[crc.offset] == crc16(words[:crc.offset])


def deciding(of: RegisterMap, snapshot: Snapshot, words: Words) -> Words:
    """The words by which is decided what became of a cycle."""
    still = DECIDING if snapshot["cycle_id"] > 0 else DECIDING | RESULTS
    return tuple(word for name, register in of.snapshot.registers.items()
                 if name in still or name.startswith("echo_")
                 for word in words[register.offset:register.end])


def expected(before: Snapshot | None, now: Snapshot, ordered: int) -> bool:
    """True where the ids are those of before, or have moved by the order.

    As an order of cycle `ordered` moves them."""
    if before is None:
        return False
    known = {before["cycle_id"], before["last_accepted_id"], before["last_finished_id"], ordered, 0}
    return now["boot_counter"] == before["boot_counter"] and (
        {now[name] for name in IDS if name != "boot_counter"} <= known)


class Prover:
    """Takes one reading after the other, and says which is believed."""

    def __init__(self, of: RegisterMap) -> None:
        self._of = of
        self._believed: Snapshot | None = None
        self._words: Words = ()
        self._before: Words = ()
        self._alike = 0
        self.ordered = 0
        """The cycle that was ordered here last."""

    def begin(self) -> None:
        """The next reading is the first of a look."""
        self._before, self._alike = (), 0

    def believes(self, snapshot: Snapshot, words: Words) -> bool:
        """True for a reading that is proved by those before it in this look."""
        now = deciding(self._of, snapshot, words)
        if now != self._words:
            self._alike = self._alike + 1 if now == self._before else 1
            self._before = now
            if self._alike < self._needed(snapshot):
                return False
        self._believed, self._words = snapshot, now
        return True

    def _needed(self, snapshot: Snapshot) -> int:
        """How many readings in a row must be alike."""
        proved = 1 if "crc" in self._of.snapshot.registers else 2
        return proved + (not expected(self._believed, snapshot, self.ordered))
