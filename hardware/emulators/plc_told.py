"""What one read of an emulated press tells."""

from __future__ import annotations

import math
import time

from pressloop.hardware.emulators.plc import Program
from pressloop.hardware.plc.frames import Snapshot

PISTON_MM2, BAR_PER_MPA = 5026.5, 10.0


def snapshot(program: Program) -> Snapshot:
    """All quantities of the register map, in the project's own units."""
    options, memory, cycle, of = program.options, program.memory, program.cycle, program.of
    broken = cycle is not None and memory.alarm == "temperature sensor open"
    return {
        "magic": of.magic, "map_version": of.version, "word_order": of.word_order,
        "serial": options.serial, "firmware": 100, "calibrated_on": 20260901,
        "die_area": program.limits.die_area_mm2, "max_force": program.limits.press_max_force_n,
        "max_temperature": options.max_temperature_c, "max_dwell": program.limits.max_dwell_s,
        "boot_counter": memory.boot_counter, "clock": int(time.time()),
        "state": of.code("state", program.state), "alarm": of.code("alarm", memory.alarm),
        "interlocks": sum(ok << i for i, ok in enumerate(program.bits().values())),
        "ack_sequence": program.sequence, "ack_code": of.code("ack", program.ack),
        "heartbeat_echo": program.beat,
        "lease_owner": program.owner if program.foreign(-1) else 0,
        "cycle_id": memory.running_id, "last_accepted_id": memory.last_accepted_id,
        "last_finished_id": memory.last_finished_id,
        "last_result": of.code("result", memory.last_result),
        "cycle_count": memory.cycle_count, "emulated": 1,
        "elapsed": cycle.elapsed if cycle else memory.elapsed,
        "duration": cycle.duration if cycle else 0.0,
        "force": cycle.force if cycle else 0.0,
        "oil_pressure": (cycle.force if cycle else 0.0) / PISTON_MM2 * BAR_PER_MPA,
        "position": cycle.position_mm if cycle else program.last_position,
        "temperature_upper": math.nan if broken else program.platen_c + 0.4,
        "temperature_lower": program.platen_c - 0.4,
        "acoustic_hits": cycle.hits if cycle else program.last_hits,
        "peak_force": cycle.peak if cycle else memory.peak_force,
        "dwell_held": cycle.held if cycle else memory.dwell_held,
        "o2": 0.4, "h2o": 0.2, **memory.echo}
