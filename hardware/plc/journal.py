"""What the supervisor sent to a press and logged of it: one file per press, beside its lock.

It outlives the supervisor. The press's own memory decides what became of a cycle; this file only
tells which stack and recipe an id was sent for, under which boot of the press, and keeps the
samples of the log and the ends of cycles that the press has since forgotten.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, with_config

from pressloop.hardware.state_files import shared
from pressloop.trials.errors import Fault
from pressloop.trials.plain_values import PlainRecipe

Sample = dict[str, float]
LARGEST_BYTES = 20_000_000
"""About an hour of pressing at 20 looks a second; a larger journal is shrunk when it is opened."""
KEPT_LOGS = 5
"""Of how many cycles the samples are kept in memory."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Sent:
    """An order as it is about to be sent, at `at_s` of this computer's monotonic clock.

    The press had acknowledged sequence `acked` last."""

    cycle_id: int
    stack_id: str
    recipe: PlainRecipe
    sequence: int
    boot_counter: int
    acked: int
    at_s: float


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class CycleEnd:
    """How the press said a cycle ended, with its own peak and dwell; seen at `at_s`."""

    cycle_id: int
    result: str
    reason: str
    peak_force_n: float
    held_s: float
    at_s: float


SENT, ENDED = TypeAdapter(Sent), TypeAdapter(CycleEnd)


def journal_name(serial: str) -> str:
    """What the journal of this press is called, for `state_path`."""
    return f"journal of press {serial}"


class Journal:
    """Appended to, never changed. One process at a time: the supervisor's lock sees to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sent: dict[int, Sent] = {}
        self.ended: dict[int, CycleEnd] = {}
        self.samples: dict[int, list[Sample]] = {}
        self.highest_accepted = 0
        """The highest id that the press was ever seen to have accepted: one that tells less has
        forgotten."""
        self._highest_ours = 0
        """The same of ids that were ordered here."""
        for record in self._records():
            self._remember(record)
        if self.path.exists() and self.path.stat().st_size > LARGEST_BYTES:
            self._shrink()

    def send(self, order: Sent) -> None:
        """On disk before the order goes out. Raises Fault when it cannot be: nothing is sent."""
        self._append({"sent": SENT.dump_python(order)}, durable=True)
        self._begin(order)

    def accepted(self, cycle_id: int) -> None:
        """The press says, in a reading that is proved, that it has accepted ids up to this one.

        A higher one that was noted before and never ordered here was misread: it is let go of."""
        now = max(cycle_id, self._highest_ours)
        if now != self.highest_accepted or (cycle_id in self.sent
                                            and cycle_id > self._highest_ours):
            self._accept(cycle_id)
            self._keep({"accepted": self.highest_accepted})

    def _accept(self, cycle_id: int) -> None:
        if cycle_id in self.sent:
            self._highest_ours = max(self._highest_ours, cycle_id)
        self.highest_accepted = max(cycle_id, self._highest_ours)

    def end(self, ended: CycleEnd) -> None:
        """The end of a cycle, as a reading that is proved tells it.

        Told otherwise than before, the newer word counts."""
        before = self.ended.get(ended.cycle_id)
        if before is None or _words(before) != _words(ended):
            self.ended[ended.cycle_id] = ended
            self._keep({"ended": ENDED.dump_python(ended)})

    def log(self, cycle_id: int, sample: Sample) -> None:
        """One sample of a running cycle.

        A full disk loses samples from the file, never the watch."""
        self.samples.setdefault(cycle_id, []).append(sample)
        self._keep({"sample": sample, "of": cycle_id})

    def _begin(self, order: Sent) -> None:
        """A press that was reset counts from 1 again: an end of that id before is not this one's.

        Logs of cycles long collected are let go of."""
        self.sent[order.cycle_id] = order
        self.ended.pop(order.cycle_id, None)
        self.samples[order.cycle_id] = []
        for old in list(self.samples)[:-KEPT_LOGS]:
            del self.samples[old]

    def _keep(self, record: dict[str, Any]) -> None:
        try:
            self._append(record, durable=False)
        except Fault:
            return

    def _append(self, record: dict[str, Any], *, durable: bool) -> None:
        line = (json.dumps(record, allow_nan=False) + "\n").encode()
        try:
            with open(self.path, "ab", opener=shared) as file:
                if file.tell() and not self._whole():
                    file.write(b"\n")
                file.write(line)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
        except OSError as error:
            raise Fault(f"the press journal {self.path} cannot be written ({error.strerror}). "
                        "Nothing was sent; make room and start again.") from None

    def _shrink(self) -> None:
        """Without the logs of cycles long collected; replaced whole, or left as it is."""
        fresh = self.path.with_suffix(".new")
        records: list[dict[str, Any]] = [
            {"sent": SENT.dump_python(order)} for order in self.sent.values()]
        records += [{"sample": sample, "of": cycle_id} for cycle_id, log in self.samples.items()
                    for sample in log]
        records += [{"ended": ENDED.dump_python(ended)} for ended in self.ended.values()]
        records += [{"accepted": self._highest_ours}, {"accepted": self.highest_accepted}]
        try:
            with open(fresh, "w", opener=shared) as file:
                file.writelines(json.dumps(record) + "\n" for record in records)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except OSError:
            fresh.unlink(missing_ok=True)

    def _whole(self) -> bool:
        """False after a line that a crash or a full disk cut off."""
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _records(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        try:
            lines = self.path.read_bytes().splitlines()
        except OSError as error:
            raise Fault(f"the press journal {self.path} cannot be read ({error.strerror}): it "
                        "tells which stacks were sent. Give this user the right to, or name a "
                        "folder of the group by PRESSLOOP_STATE.") from None
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                # A torn line was never relied on.
                continue
        return found

    def _remember(self, record: dict[str, Any]) -> None:
        if "sent" in record:
            self._begin(SENT.validate_python(record["sent"]))
        elif "ended" in record:
            ended = ENDED.validate_python(record["ended"])
            self.ended[ended.cycle_id] = ended
        elif "accepted" in record:
            self._accept(record["accepted"])
        else:
            self.samples.setdefault(record["of"], []).append(record["sample"])


def _words(ended: CycleEnd) -> tuple[object, ...]:
    """What the press said, without when it was seen."""
    return ended.result, ended.reason, ended.peak_force_n, ended.held_s
