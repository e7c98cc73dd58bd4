"""A press behind a register map: orders out, what became of them back.

All waiting is done in one event loop on a thread of its own, so that the heart goes on beating
whatever the caller does.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pressloop.hardware.envelope import Envelope, check, violations
from pressloop.hardware.plc import commands, register_decoding
from pressloop.hardware.plc.cycle_log import sample_of, trace_of
from pressloop.hardware.plc.frames import PressOrder
from pressloop.hardware.plc.journal import Journal, Sent, journal_name
from pressloop.hardware.plc.link import Link, Target, Trace
from pressloop.hardware.plc.register_map import RegisterMap
from pressloop.hardware.plc.station import ProvedSnapshot, Station
from pressloop.hardware.plc.steps import steps_of, unheld
from pressloop.hardware.protocols import (
    CycleReport,
    CycleState,
    Interlock,
    KnownCycle,
    OnStop,
    PressIdentity,
    stack_tag,
)
from pressloop.hardware.state_files import state_path
from pressloop.hardware.units import Machine
from pressloop.trials.errors import Fault, NotReady, OutOfEnvelope
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

T = TypeVar("T")
START_WITHIN_S = 3.0
"""How long a start waits for a look at the press before it is given up, unsent."""
LEAVE_S, LEAVE_AGAIN_S = 2.0, 0.5
"""How long the tasks of a link may take to end when it is closed; when they are asked once more."""
LOST_S = 120.0
"""How long after the last look a cycle still counts as running here; a new supervisor asks."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the link is kept.

    Seconds between looks and between heartbeats, how long an answer may take, how long a lost link
    is waited for before the caller is told; the first answer, for `opening_s` where given."""

    poll_s: float = 0.05
    heartbeat_s: float = 0.5
    timeout_s: float = 1.0
    patience_s: float = 30.0
    opening_s: float | None = None


class PlcPress:
    """Implements `pressloop.hardware.protocols.Press`; `envelope` is what the campaign allows."""

    def __init__(self, target: Target, of: RegisterMap, owner: int, habits: Habits, *,
                 envelope: Envelope | None, on_link_loss: OnStop, trace: Trace | None = None
                 ) -> None:
        self.of, self.habits = of, habits
        self._envelope, self._on_link_loss, self._owner = envelope, on_link_loss, owner
        self._journal: Journal | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="press", daemon=True)
        self._thread.start()
        self._station = self._run(self._opened(target, trace))
        self._keeping = asyncio.run_coroutine_threadsafe(self._station.keep(), self._loop)
        self._closed = False
        try:
            self._run(self._station.fresh(habits.opening_s or habits.patience_s))
        except Fault:
            self.close()
            raise

    async def _opened(self, target: Target, trace: Trace | None) -> Station:
        # Locks and conditions belong to the loop they are made in.
        return Station(Link(target, self.habits.timeout_s, trace), self.of, self._owner,
                       poll_s=self.habits.poll_s, heartbeat_s=self.habits.heartbeat_s,
                       note=self._note)

    def identify(self) -> PressIdentity:
        """What the press tells of itself now. Raises Fault when it does not answer."""
        return register_decoding.identity(self.of, self._fresh())

    def last_accepted_id(self) -> int:
        """The retained id of the press."""
        return int(self._fresh().snapshot["last_accepted_id"])

    def known_cycles(self, after: int) -> tuple[KnownCycle, ...]:
        """What the journal says was sent and may have been accepted.

        Also the latest order that the press reads back."""
        seen = self._fresh()
        assert self._journal is not None
        return register_decoding.known_cycles(self.of, seen, self._journal, after)

    def interlocks(self) -> tuple[Interlock, ...]:
        """Bits of the press, its lease, and the atmosphere where the envelope asks for one."""
        return register_decoding.interlocks(self.of, self._fresh(), self._owner, self._envelope)

    def not_ready(self) -> tuple[str, ...]:
        """Open interlocks, a running cycle, a fault that waits for a person."""
        return register_decoding.not_ready(self.of, self._fresh(), self._owner, self._envelope)

    def would_refuse(self, stack: Stack, recipe: Recipe) -> tuple[str, ...]:
        """What the campaign's and the press's limits say, then the press itself.

        The press is asked where its map has a check command."""
        seen = self._fresh()
        found = [str(v) for limits in self._limits(seen) for v in violations(recipe, limits)]
        found += map(str, self._unheld(seen, recipe))
        if found or "check" not in self.of.commands:
            return tuple(found)
        order = self._order(seen, "check", 0, stack, recipe)
        return self._run(commands.judged(self._station, order))

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """Sends the order once and proves what the press made of it; see `commands.start`.

        Raises NotReady, Fault or OutOfEnvelope before anything is sent, and as that afterwards."""
        try:
            # A start that waits for a link could be sent when its caller has long gone.
            seen = self._run(self._station.fresh(START_WITHIN_S))
        except Fault as silent:
            raise NotReady(f"the press does not answer ({silent}); nothing was sent") from None
        for limits in self._limits(seen):
            check(recipe, limits)
        for violation in self._unheld(seen, recipe):
            raise violation
        if reasons := register_decoding.not_ready(self.of, seen, self._owner, self._envelope):
            raise NotReady(f"the press refuses cycle {cycle_id}: {'; '.join(reasons)}. Nothing has "
                           "moved.")
        if not cycle_id > seen.snapshot["last_accepted_id"]:
            raise Fault(f"the press refuses cycle {cycle_id}: it has accepted "
                        f"{seen.snapshot['last_accepted_id']:.0f} before, so this may be a repeat")
        order = self._order(seen, "start", cycle_id, stack, recipe)
        journal = self._journal
        assert journal is not None

        def record(sent: PressOrder, now: ProvedSnapshot) -> None:
            journal.send(Sent(cycle_id, stack.stack_id, recipe, sent.sequence,
                              int(now.snapshot["boot_counter"]),
                              int(now.snapshot["ack_sequence"]), time.monotonic()))

        self._run(commands.start(self._station, order, record))

    def report(self, cycle_id: int) -> CycleReport:
        """What became of the cycle. Waits for a lost link. Raises Fault when it stays lost."""
        seen = self._fresh()
        assert self._journal is not None
        sent = self._journal.sent.get(cycle_id)
        found = register_decoding.report(
            self.of, seen, cycle_id, sent, self._journal.ended.get(cycle_id),
            self._journal.highest_accepted)
        if found.state is not CycleState.FINISHED:
            return found
        ended = self._journal.ended[cycle_id]
        trace = trace_of(self._journal.samples.get(cycle_id, ()), sent.at_s if sent else None,
                         ended, register_decoding.told(self.of, seen, "die_area"))
        return replace(found, trace=trace)

    def release(self) -> None:
        """Unloads now: by command, and by the abort coil where that is not acknowledged.

        Raises Fault when neither is."""
        self._run(commands.release(self._station, self.habits.patience_s))

    def release_cycle(self, cycle_id: int) -> None:
        """The same for one cycle: not while another one runs.

        No order from here comes between the look and the release. Where the map has the answer
        "another cycle", the press itself compares, and refuses also where somebody else's cycle
        has begun in between. Raises OtherCycle then, Fault when it is not confirmed."""
        self._run(commands.release(self._station, self.habits.patience_s, cycle_id))

    def close(self) -> None:
        """Lets go of the link and stops the heartbeat; the press keeps to its own policy."""
        if getattr(self, "_closed", True):
            return
        self._closed = True
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop)
        self._thread.join(5.0)
        if not self._thread.is_alive():
            self._loop.close()

    async def _leave(self) -> None:
        mine, deadline = {asyncio.current_task()}, self._loop.time() + LEAVE_S
        while (others := asyncio.all_tasks() - mine) and self._loop.time() < deadline:
            for task in others:
                task.cancel()
            # A request may end of itself in the moment it is cancelled, and its caller go on.
            await asyncio.wait(others, timeout=LEAVE_AGAIN_S)
        self._station.link.drop()
        self._loop.call_soon(self._loop.stop)

    @property
    def cycle_running(self) -> bool:
        """True while, as far as was seen last, a cycle runs that no other computer watches."""
        seen = self._station.seen
        return (seen is not None and seen.snapshot["cycle_id"] > 0
                and not self._station.foreign_lease()
                and time.monotonic() - seen.at_s < LOST_S)

    def _fresh(self) -> ProvedSnapshot:
        return self._run(self._station.fresh(self.habits.patience_s))

    def _limits(self, seen: ProvedSnapshot) -> tuple[Envelope, ...]:
        machine = register_decoding.limits(self.of, seen)
        return (machine,) if self._envelope is None else (self._envelope, machine)

    def _unheld(self, seen: ProvedSnapshot, recipe: Recipe) -> tuple[OutOfEnvelope, ...]:
        """Set points that the registers of this press cannot hold."""
        machine = Machine(register_decoding.told(self.of, seen, "die_area"),
                          register_decoding.told(self.of, seen, "max_force"),
                          self.of.constants.get("piston_area_mm2"))
        return unheld(recipe, steps_of(self.of, machine))

    def _order(self, seen: ProvedSnapshot, command: str, cycle_id: int, stack: Stack, recipe: Recipe
               ) -> PressOrder:
        return commands.order_for(
            self.of, seen, command, cycle_id, recipe, tag=stack_tag(stack.stack_id),
            owner=self._owner, on_link_loss=self._on_link_loss, envelope=self._envelope)

    def _note(self, seen: ProvedSnapshot) -> None:
        """Logs a running cycle and the end of one; called in the loop with every snapshot."""
        snapshot = seen.snapshot
        if self._journal is None:
            self._journal = Journal(state_path(journal_name(f"{snapshot['serial']:.0f}")))
        self._journal.accepted(int(snapshot["last_accepted_id"]))
        if snapshot["cycle_id"] > 0:
            self._journal.log(int(snapshot["cycle_id"]), sample_of(snapshot, seen.at_s))
        finished = int(snapshot["last_finished_id"])
        # While the next one runs, peak and dwell are that one's.
        standing = snapshot["cycle_id"] == 0 and finished == snapshot["last_accepted_id"]
        first = finished not in self._journal.ended and snapshot["cycle_id"] != finished
        if finished > 0 and (first or standing):
            if first and finished in self._journal.sent:
                self._journal.log(finished, sample_of(snapshot, seen.at_s))
            self._journal.end(register_decoding.end_of(self.of, seen, finished))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of work done in the loop, whoever waits for it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
