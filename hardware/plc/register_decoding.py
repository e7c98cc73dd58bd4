"""What a snapshot means, in the words of the rest of pressloop. Pure."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.interlocks import atmosphere_interlocks, open_interlocks, standard
from pressloop.hardware.plc.frames import Snapshot
from pressloop.hardware.plc.journal import CycleEnd, Journal, Sent
from pressloop.hardware.plc.register_map import RegisterMap
from pressloop.hardware.plc.station import ProvedSnapshot
from pressloop.hardware.plc.steps import settable
from pressloop.hardware.protocols import (
    CycleReport,
    CycleState,
    Interlock,
    KnownCycle,
    PressIdentity,
    stack_tag,
)
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

LONGEST_S = 24 * 3600.0
"""Stands for an announced duration that is no number."""
MOST_NAMELESS = 1000
"""Of how many cycles without a known stack is told, the newest ones."""
NEVER_HOT_C = 1000.0
"""Stands for "open at any temperature" in the order."""


def told(of: RegisterMap, seen: ProvedSnapshot, name: str,
         otherwise: float = float("nan")) -> float:
    """A register, or the map's constant of that name, or `otherwise`."""
    return seen.snapshot.get(name, of.constants.get(name, otherwise))


def word(of: RegisterMap, table: str, code: float) -> str:
    """What a code stands for; an unknown one is said as a number."""
    return of.codes[table].get(int(code), f"unknown code {code:.0f}")


def alarm(of: RegisterMap, snapshot: Snapshot) -> str:
    """The first alarm since the last start, empty for none."""
    found = word(of, "alarm", snapshot.get("alarm", 0))
    return "" if found == "none" else found


def identity(of: RegisterMap, seen: ProvedSnapshot) -> PressIdentity:
    """What the press says of itself."""
    clock = seen.snapshot.get("clock")
    day = f"{seen.snapshot.get('calibrated_on', 0):.0f}"
    return PressIdentity(
        name=of.name, serial=f"{seen.snapshot['serial']:.0f}",
        die_area_mm2=told(of, seen, "die_area"), max_force_n=told(of, seen, "max_force"),
        max_temperature_c=told(of, seen, "max_temperature"),
        max_dwell_s=seen.snapshot.get("max_dwell"),
        simulated=bool(seen.snapshot.get("emulated", 0)),
        firmware=f"{seen.snapshot.get('firmware', 0):.0f}",
        register_map=f"{of.name}, version {of.version}",
        calibrated_on=f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else "",
        boot_counter=int(seen.snapshot["boot_counter"]), sets=settable(of),
        clock_ahead_s=None if clock is None else _ahead(clock, seen.at_s))


def _ahead(clock_s: float, read_at_s: float) -> float:
    """Seconds; below two the register's own resolution hides it."""
    ahead = clock_s - (time.time() - (time.monotonic() - read_at_s))
    return 0.0 if abs(ahead) < 2.0 else round(ahead)


def limits(of: RegisterMap, seen: ProvedSnapshot) -> Envelope:
    """The press's own limits as an envelope; its die's strength is not its to know."""
    return Envelope(
        die_area_mm2=told(of, seen, "die_area"), press_max_force_n=told(of, seen, "max_force"),
        die_max_pressure_mpa=1e4, min_temperature_c=told(of, seen, "min_temperature", 0.0),
        max_temperature_c=told(of, seen, "max_temperature"),
        max_dwell_s=told(of, seen, "max_dwell", 24 * 3600.0),
        max_rate_mpa_per_s=told(of, seen, "max_rate", 1e3))


def interlocks(of: RegisterMap, seen: ProvedSnapshot, owner: int, envelope: Envelope | None
               ) -> tuple[Interlock, ...]:
    """The press's bits, its lease, and the atmosphere where the envelope asks for one."""
    bits = int(seen.snapshot["interlocks"])
    found = [standard(name, bool(bits >> i & 1))
             for i, name in enumerate(of.interlocks)]
    holder = int(seen.snapshot.get("lease_owner", 0))
    found.append(Interlock("lease", holder in (0, owner), f"Computer {holder:08x} drives this "
                           "press; stop it there, or wait until its lease ends."))
    if envelope is not None:
        found += atmosphere_interlocks(seen.snapshot.get("o2"), seen.snapshot.get("h2o"), envelope)
    return tuple(found)


def end_of(of: RegisterMap, seen: ProvedSnapshot, cycle_id: int) -> CycleEnd:
    """How the press says its latest cycle ended.

    A peak or dwell that is no number makes the end one that cannot be told."""
    now = seen.snapshot
    result, peak, held = (word(of, "result", now["last_result"]), now["peak_force"],
                          now["dwell_held"])
    if not (math.isfinite(peak) and math.isfinite(held)):
        result, peak, held = "peak or dwell is no number", 0.0, 0.0
    return CycleEnd(cycle_id, result, alarm(of, now), peak, held, seen.at_s)


def not_ready(of: RegisterMap, seen: ProvedSnapshot, owner: int, envelope: Envelope | None
              ) -> tuple[str, ...]:
    """Why a start would be refused now."""
    reasons = list(open_interlocks(interlocks(of, seen, owner, envelope)))
    if (running := seen.snapshot["cycle_id"]) > 0:
        reasons.append(f"cycle {running:.0f} is running")
    elif (state := word(of, "state", seen.snapshot["state"])) != "idle":
        why = alarm(of, seen.snapshot)
        reasons.append(f"it is in state {state!r}{f' after {why!r}' if why else ''}: look at it, "
                       "then acknowledge there")
    return tuple(reasons)


def report(of: RegisterMap, seen: ProvedSnapshot, cycle_id: int, sent: Sent | None,
           ended: CycleEnd | None, highest_accepted: int) -> CycleReport:
    """What the press, and for cycles it has since forgotten the journal, say of a cycle."""
    now = seen.snapshot
    announced = now["duration"] if math.isfinite(now["duration"]) else LONGEST_S
    base = CycleReport(cycle_id, CycleState.RUNNING, None, now["elapsed"], announced,
                       sent.stack_id if sent else None, sent.recipe if sent else None)
    if now["cycle_id"] == cycle_id:
        return _tagged(base, now)
    if now["last_finished_id"] == cycle_id:
        told_now = end_of(of, seen, cycle_id)
        return _tagged(_as_ended(base, told_now.result, told_now.reason), now)
    if ended is not None:
        return _as_ended(base, ended.result, ended.reason)
    if cycle_id > now["last_accepted_id"]:
        return _not_accepted(base, now, sent, highest_accepted)
    return replace(base, state=CycleState.CANNOT_TELL)


def known_cycles(of: RegisterMap, seen: ProvedSnapshot, journal: Journal, after: int
                 ) -> tuple[KnownCycle, ...]:
    """Cycles by rising id, those after `after` without a gap.

    Of the latest one the press's own word counts. An order above all that the press has accepted
    was surely not accepted."""
    latest = int(seen.snapshot["last_accepted_id"])
    upto = max(latest, journal.highest_accepted)
    found = {number: KnownCycle(number, sent.stack_id, stack_tag(sent.stack_id), sent.recipe)
             for number, sent in journal.sent.items() if number <= upto}
    if latest > 0 and "echo_stack_tag" in seen.snapshot:
        told_now = KnownCycle(latest, None, int(seen.snapshot["echo_stack_tag"]),
                              _recipe_read_back(of, seen))
        if latest not in found or found[latest].stack_tag != told_now.stack_tag:
            found[latest] = told_now
    for number in range(max(after + 1, latest - MOST_NAMELESS), latest + 1):
        found.setdefault(number, KnownCycle(number))
    return tuple(found[number] for number in sorted(found))


def _recipe_read_back(of: RegisterMap, seen: ProvedSnapshot) -> Recipe | None:
    """The latest order as the press reads it back, as finely as a 32-bit float tells."""
    area = told(of, seen, "die_area")
    read = [told(of, seen, f"echo_{name}", math.nan) / per for name, per in (
        ("force", area), ("dwell", 1.0), ("temperature", 1.0), ("ramp", area),
        ("release_rate", area))]
    rounded = [float(f"{value:.6g}") for value in read]
    try:
        return Recipe(*rounded[:3], *(rate if rate > 0 else None for rate in rounded[3:]))
    except BadInput:
        return None


def _not_accepted(base: CycleReport, now: Snapshot, sent: Sent | None, highest_accepted: int
                  ) -> CycleReport:
    """Whether the press may have lost what it accepted, so that its word proves nothing.

    It restarted since the order went out, or tells less than it once did: that it never accepted
    the order is then no proof."""
    restarted = sent is not None and (sent.boot_counter != now["boot_counter"]
                                      or now["ack_sequence"] < sent.acked)
    if restarted or now["last_accepted_id"] < highest_accepted:
        return replace(base, state=CycleState.CANNOT_TELL,
                       reason="the press was restarted and has forgotten orders")
    return CycleReport(base.cycle_id, CycleState.NEVER_ACCEPTED)


def _as_ended(base: CycleReport, result: str, why: str) -> CycleReport:
    if result == "finished":
        return replace(base, state=CycleState.FINISHED)
    if result in ("released", "alarm"):
        return replace(base, state=CycleState.RELEASED, reason=why)
    return replace(base, state=CycleState.CANNOT_TELL, reason=why)


def _tagged(base: CycleReport, now: Snapshot) -> CycleReport:
    """With the stack's tag that the press read back for its latest order."""
    if "echo_stack_tag" not in now:
        return base
    return replace(base, stack_tag=int(now["echo_stack_tag"]))
