"""The program of an emulated press: judges orders, runs cycles, keeps its memory.

It knows nothing of sockets (`plc_server.py`); `plc_told.py` says what one read tells of it.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace

import numpy as np

from pressloop.hardware.emulators.plc_cycle import Cycle, Stacks
from pressloop.hardware.emulators.plc_faults import ALARMS, BIT, PERSON, PHASES, Trouble, drawn
from pressloop.hardware.emulators.plc_memory import RetainedWords, powered_up
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.envelope import Envelope, violations
from pressloop.hardware.plc.frames import RELEASE, PressOrder
from pressloop.hardware.plc.register_map import ANOTHER_CYCLE, read_map
from pressloop.hardware.simulation.bench import Bench
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.recipe import Recipe

AMBIENT_C = 25.0
MOST_S = 0.05
"""The longest step of its clock: an emulator that its machine did not let run stands still
meanwhile, and leaps over no phase and no heartbeat."""


class Program:
    """Orders in, snapshots out, one tick after the other; `now` is its own clock in seconds."""

    def __init__(self, options: PressOptions) -> None:
        self.options, self.of = options, read_map(options.map)
        area = math.pi * options.die_diameter_mm**2 / 4.0
        self.limits = Envelope(
            die_area_mm2=area, press_max_force_n=options.max_force_kn * 1e3,
            die_max_pressure_mpa=1e4, min_temperature_c=10.0,
            max_temperature_c=options.max_temperature_c, max_dwell_s=24 * 3600.0)
        self.memory: RetainedWords = powered_up(options.state)
        self.bench = Bench(options.bench)
        self.cycle: Cycle | None = None
        self.platen_c, self.state, self.sequence, self.ack = AMBIENT_C, "idle", 0, "none"
        self.open_bits: set[str] = set()
        self.beat, self.owner, self.beaten_at = 0, 0, -math.inf
        self.waiting: list[Trouble] = []
        self.frozen_until = 0.0
        self.clamp = False
        self._draw = np.random.default_rng(
            [options.seed, options.fault_seed, self.memory.boot_counter])
        self._ticked, self.now = time.monotonic(), 0.0

    # --- orders

    def order(self, order: PressOrder | None) -> None:
        """Judges a frame; None is one with a wrong CRC. Acts once per rising sequence."""
        if order is None:
            self.ack = "bad crc"
            return
        if not 0 < (order.sequence - self.sequence) & 0xFFFFFFFF < 2**31:
            return
        self.sequence = order.sequence
        word = next((w for w, c in self.of.commands.items() if c == order.command), "")
        if word == "release":
            self.ack = ANOTHER_CYCLE if self.another(order) else "accepted"
            if self.ack == "accepted":
                self.unload()
        elif word in ("start", "check"):
            refusal = self.refusal(order, checking=word == "check")
            self.ack = refusal or ("would accept" if word == "check" else "accepted")
            if word == "start" and not refusal:
                self._accept(order)
        else:
            self.ack = "out of limits"

    def refusal(self, order: PressOrder, *, checking: bool) -> str:
        """The acknowledgement that refuses this order, empty where nothing speaks against it."""
        if self.foreign(order.owner):
            return "foreign lease"
        if not checking and not order.cycle_id > self.memory.last_accepted_id:
            return "duplicate"
        if self.cycle is not None or self.state not in ("idle",):
            return "busy"
        if not all(self.bits().values()):
            return "interlock"
        if not abs(order.die_area / self.limits.die_area_mm2 - 1.0) <= 1e-3:
            return "other die area"
        return "" if self.inside(order) else "out of limits"

    def inside(self, order: PressOrder) -> bool:
        """True when every set point lies within the press's own limits; NaN lies outside."""
        area = self.limits.die_area_mm2
        try:
            recipe = Recipe(order.force / area, order.dwell, order.temperature,
                            order.ramp / area or None, order.release_rate / area or None)
        except BadInput:
            return False
        return (not violations(recipe, self.limits)
                and order.force <= order.over_force <= self.limits.press_max_force_n
                and math.isfinite(order.open_below) and order.open_below >= AMBIENT_C)

    def another(self, order: PressOrder) -> bool:
        """True for a release that names another cycle than the one that runs."""
        return (self.of.compares_releases and order.cycle_id > 0
                and self.memory.running_id not in (0, order.cycle_id))

    def unload(self) -> None:
        """Release or abort: in any state, as often as asked."""
        if self.cycle is not None:
            if self.memory.last_result == "none":
                self.memory.last_result = "released"
            self.cycle.unload()

    def acknowledge(self) -> None:
        """What a person does at the press: clears the cause and the fault."""
        self.open_bits.clear()
        if self.cycle is None:
            self.state = "idle"

    def _accept(self, order: PressOrder) -> None:
        if self.clamp:
            order, self.clamp = replace(order, force=0.5 * order.force), False
        memory = deepcopy(self.memory)
        memory.last_accepted_id = memory.running_id = order.cycle_id
        memory.accepted.append(order.cycle_id)
        memory.cycle_count += 1
        memory.alarm, memory.last_result = "none", "none"
        memory.peak_force = memory.dwell_held = memory.elapsed = 0.0
        memory.echo = {f"echo_{name}": float(getattr(order, name)) for name in (
            "on_link_loss", "stack_tag", "force", "dwell", "temperature", "ramp", "release_rate",
            "over_force", "open_below", "die_area")}
        # Nothing is accepted that is not retained.
        memory.keep(self.options.state)
        self.memory = memory
        options = self.options
        stacks = Stacks(options.preset, options.seed, "emulated", "emulated",
                        self.limits.die_area_mm2 / 100.0, options.thickness_um,
                        options.pre_press_mpa)
        self.cycle = Cycle(order, stacks, self.limits.die_area_mm2, self.platen_c,
                           options.heating_c_per_min / 60.0)
        if (random := drawn(options.fault_rate, self._draw)) is not None:
            self.waiting.append(random)

    # --- time

    def tick(self) -> None:
        """Goes on to now."""
        there = time.monotonic()
        passed, self._ticked = min(there - self._ticked, MOST_S), there
        self.now += passed
        if self.now < self.frozen_until:
            return
        self._watchdog()
        seconds = passed * self.options.speed
        if self.cycle is None:
            away = AMBIENT_C - self.platen_c
            step = self.options.heating_c_per_min / 60.0 * seconds
            self.platen_c += math.copysign(min(abs(away), step), away)
            return
        self._go_on(self.cycle, seconds)

    def _go_on(self, cycle: Cycle, seconds: float) -> None:
        # Steps so short that a fault meant for a phase meets that phase.
        step = max(seconds / 20.0, 1e-6)
        for _ in range(20):
            self._meet(cycle)
            cycle.advance(step)
            if cycle.measured_force > cycle.order.over_force * (1.0 + 1e-6):
                self.alarm("over-force")
            if cycle.phase == "done":
                self._finish(cycle)
                return
        self.state, self.platen_c = cycle.phase, cycle.platen_c

    def _meet(self, cycle: Cycle) -> None:
        """Troubles that wait for this phase; a phase that is over counts too."""
        for trouble in list(self.waiting):
            reached = trouble.at in PHASES and (
                PHASES.index(cycle.phase) >= PHASES.index(trouble.at)
                if cycle.phase in PHASES else False)
            if reached and trouble.kind in ALARMS:
                self.waiting.remove(trouble)
                self.fail(trouble.kind)

    def fail(self, kind: str) -> None:
        """A fault of the machine, now: its alarm, and what a person must clear."""
        if kind in PERSON:
            self.open_bits.add(BIT[kind])
        if self.cycle is not None:
            if kind == "force leaks":
                self.cycle.scale_force(0.8)
            if kind == "over-shoot":
                self.cycle.scale_force(1.25)
            self.alarm(ALARMS[kind], person=kind in PERSON)

    def alarm(self, name: str, *, person: bool = False) -> None:
        """Ends the cycle with unloading; the first alarm stays."""
        if self.memory.alarm == "none":
            self.memory.alarm = name
        self.memory.last_result = "alarm"
        assert self.cycle is not None
        self.cycle.unload()
        self._needs_person = self._needs_person or person

    _needs_person = False

    def _finish(self, cycle: Cycle) -> None:
        memory = self.memory
        if memory.last_result == "none":
            memory.last_result = "finished"
        memory.last_finished_id, memory.running_id = cycle.order.cycle_id, 0
        memory.peak_force, memory.dwell_held = cycle.peak, cycle.held
        memory.elapsed = cycle.elapsed
        if (stack := cycle.as_it_was(memory.last_result == "finished")) is not None:
            with suppress(Fault):
                self.bench.accept(stack)
        with suppress(OSError):
            memory.keep(self.options.state)
        silent = self.beaten_at + self.options.watchdog_s < self.now
        self.state = ("fault" if self._needs_person else
                      "locked out" if silent and self.options.personality != "holds outputs"
                      else "idle")
        self.cycle, self._needs_person = None, False
        self.last_hits, self.last_position = cycle.hits, cycle.position_mm

    last_hits, last_position = 0, 0.0

    # --- heartbeat

    def heartbeat(self, beat: int, owner: int) -> bool:
        """Takes or keeps the lease; False for somebody else's while it lives."""
        if self.foreign(owner):
            return False
        # A heartbeat that does not change is a computer that stands still.
        if beat != self.beat or owner != self.owner:
            self.beaten_at = self.now
        self.owner = owner
        if self.now >= self.frozen_until:
            self.beat = beat
        if self.state == "locked out":
            self.state = "idle"
        return True

    def foreign(self, owner: int) -> bool:
        """True for anybody but the holder of a living lease."""
        alive = self.now - self.beaten_at < self.options.lease_s
        return alive and owner != self.owner

    @property
    def silent(self) -> bool:
        """True when a client that was there has stopped beating."""
        return (math.isfinite(self.beaten_at)
                and self.now - self.beaten_at > self.options.watchdog_s)

    def _watchdog(self) -> None:
        if not self.silent or self.options.personality == "holds outputs":
            return
        if self.cycle is not None and self.cycle.order.on_link_loss == RELEASE and (
                self.memory.last_result == "none"):
            self.alarm("link lost")

    # --- what is told

    def bits(self) -> dict[str, bool]:
        """The interlocks by name."""
        found = dict.fromkeys(self.of.interlocks, True)
        found.update(dict.fromkeys(self.open_bits, False))
        if self.options.personality != "holds outputs" and self.silent:
            found["watchdog ok"] = False
        return found
