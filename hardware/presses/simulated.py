"""A simulated heated press: a driver like any other, with a bench for its memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pressloop.hardware.envelope import Envelope, check, violations
from pressloop.hardware.options import read_options
from pressloop.hardware.protocols import (
    CycleReport,
    CycleState,
    Interlock,
    KnownCycle,
    Place,
    PressIdentity,
)
from pressloop.hardware.simulation import cycle as cycles
from pressloop.hardware.simulation.bench import Accepted, Bench
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import pressed
from pressloop.hardware.watching import Seen, up_to
from pressloop.trials.checks import positive, within
from pressloop.trials.errors import Fault, OtherCycle
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

MEMORY_SUFFIX = ".press.jsonl"


@dataclass(frozen=True, slots=True)
class Options:
    """`[press]` keys of this driver.

    preset: what the stacks are made of.
    die_diameter_mm: bore of its die.
    max_force_kn: its greatest force.
    max_temperature_c: the hottest that its platens get.
    stack_pressure_mpa: pressure held on the stack while it is measured.
    time_scale: wall seconds per simulated second: 0 takes no time, 1 is real time.
    acoustic_sensor: whether it hears the cathode break.
    """

    preset: str = "reference"
    die_diameter_mm: float = 10.0
    max_force_kn: float = 60.0
    max_temperature_c: float = 160.0
    stack_pressure_mpa: float = 30.0
    time_scale: float = 0.0
    acoustic_sensor: bool = True


def connect(options: Mapping[str, object], place: Place) -> SimulatedPress:
    """Opens the press on the bench at `place`."""
    chosen = read_options(Options, options, "press")
    materials(chosen.preset)
    for name in ("die_diameter_mm", "max_force_kn", "stack_pressure_mpa"):
        positive(f"press.{name}", getattr(chosen, name))
    within("press.time_scale", chosen.time_scale, 0.0, 1.0, "0 takes no time, 1 is real time.")
    stem = place.stem
    return SimulatedPress(chosen, Bench(stem.with_name(stem.name + MEMORY_SUFFIX)), place.seed)


def watched(options: Mapping[str, object], place: Place, serial: str, cycle_id: int
            ) -> Seen | None:
    """The cycle as far as the bench has come; None once the platens are open."""
    press = connect(options, place)
    cycle = press.bench.cycles().get(cycle_id)
    now = press.bench.now()
    if cycle is None or cycle.ended(now):
        return None
    whole = cycles.trace(cycle, pressed(cycle, press.options.stack_pressure_mpa),
                         press.limits.die_area_mm2, press.options.acoustic_sensor)
    elapsed_s = float(whole.time_s[-1]) * cycle.elapsed_s(now) / cycle.duration_s
    return Seen(elapsed_s, up_to(whole, elapsed_s))


class SimulatedPress:
    """Runs cycles on a bench; only the bench remembers."""

    def __init__(self, options: Options, bench: Bench, seed: int) -> None:
        self.options, self.bench, self.seed = options, bench, seed
        area = 3.141592653589793 * options.die_diameter_mm**2 / 4.0
        self.limits = Envelope(
            die_area_mm2=area, press_max_force_n=options.max_force_kn * 1e3,
            die_max_pressure_mpa=1e4, min_temperature_c=10.0,
            max_temperature_c=options.max_temperature_c, max_dwell_s=24 * 3600.0)

    def identify(self) -> PressIdentity:
        """Says what it is; the serial number is the bench's path."""
        return PressIdentity(
            name=f"simulated press ({self.options.preset})", serial=str(self.bench.path.resolve()),
            die_area_mm2=self.limits.die_area_mm2, max_force_n=self.limits.press_max_force_n,
            max_temperature_c=self.limits.max_temperature_c, simulated=True,
            max_dwell_s=self.limits.max_dwell_s, sets=("*",))

    def last_accepted_id(self) -> int:
        """The highest cycle id on the bench."""
        return max(self.bench.cycles(), default=0)

    def known_cycles(self, after: int) -> tuple[KnownCycle, ...]:
        """All that lie on the bench: each is remembered with its stack."""
        cycles_by_id = sorted(self.bench.cycles().items())
        return tuple(KnownCycle(number, one.stack.stack_id, None, one.recipe, one.stack)
                     for number, one in cycles_by_id)

    def not_ready(self) -> tuple[str, ...]:
        """Busy while a cycle runs."""
        running = self._running()
        return () if running is None else (f"cycle {running.cycle_id} is running",)

    def interlocks(self) -> tuple[Interlock, ...]:
        """None: nothing here can hurt anybody."""
        return ()

    def would_refuse(self, stack: Stack, recipe: Recipe) -> tuple[str, ...]:
        """What lies outside its limits."""
        return tuple(str(violation) for violation in violations(recipe, self.limits))

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """Accepts a cycle id once only, and only above every id accepted before.

        Raises Fault for another one, and as `check` for a recipe out of bounds."""
        check(recipe, self.limits)
        if reasons := self.not_ready():
            raise Fault(f"the press refuses cycle {cycle_id}: {reasons[0]}")
        if not cycle_id > self.last_accepted_id():
            raise Fault(f"the press refuses cycle {cycle_id}: it has accepted "
                        f"{self.last_accepted_id()} before, so this may be a repeat")
        spans = cycles.phases(recipe.pressure_mpa, recipe.dwell_s, recipe.temperature_c,
                              recipe.ramp_mpa_per_s, recipe.release_mpa_per_s)
        self.bench.accept(Accepted(cycle_id, stack, recipe, self.options.preset, self.seed,
                                   self.bench.now(), spans.total * self.options.time_scale))

    def report(self, cycle_id: int) -> CycleReport:
        """What became of the cycle; the trace comes once the platens are open."""
        cycle = self.bench.cycles().get(cycle_id)
        if cycle is None:
            return CycleReport(cycle_id, CycleState.NEVER_ACCEPTED)
        now = self.bench.now()
        known = CycleReport(cycle_id, CycleState.RUNNING, None, cycle.elapsed_s(now),
                            cycle.duration_s, cycle.stack.stack_id, cycle.recipe)
        if cycle.released_s is not None:
            return replace(known, state=CycleState.RELEASED)
        if not cycle.ended(now):
            return known
        sample = pressed(cycle, self.options.stack_pressure_mpa)
        trace = cycles.trace(cycle, sample, self.limits.die_area_mm2, self.options.acoustic_sensor)
        return replace(known, state=CycleState.FINISHED, trace=trace)

    def release(self) -> None:
        """Unloads a running cycle; does nothing when the platens are open."""
        if (running := self._running()) is not None:
            self.bench.release(running.cycle_id)

    def release_cycle(self, cycle_id: int) -> None:
        """Unloads this cycle. Raises OtherCycle where another one runs."""
        running = self._running()
        if running is None:
            return
        if running.cycle_id != cycle_id:
            raise OtherCycle(f"cycle {running.cycle_id} is in the press, not {cycle_id}; it goes "
                             "on")
        self.bench.release(cycle_id)

    def close(self) -> None:
        """Nothing to let go of."""

    def _running(self) -> Accepted | None:
        now = self.bench.now()
        return next((c for c in self.bench.cycles().values() if not c.ended(now)), None)
