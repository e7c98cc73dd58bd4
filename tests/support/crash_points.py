"""Where a run can be killed: the boundaries of every step, and places in the middle of each.

A point is a function of the product, by qualified name, and what its frame must show when it is
called or returns. The interpreter's profile hook watches for it from outside: nothing in the
product knows.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from pressloop.hardware.protocols import CycleState
from pressloop.hardware.simulation.cycle import phases

Sees = Callable[[FrameType, Any], bool]
REACHED = "REACHED "
FINISH_WITHIN_S = 60.0
"""How long a frozen run waits for its press to end a cycle before it dies."""


def _whatever(_frame: FrameType, _arg: Any) -> bool:
    return True


@dataclass(frozen=True)
class Point:
    """The nth time that `function` has this event and its frame shows what `sees` wants.

    `event` is one of Python's profile events: call, return, c_call (of a builtin, which is then the
    argument). `again`: on the stack that the run before left open, rather than on the next one;
    `anywhere`: before any stack, or after the last.
    """

    name: str
    function: str
    event: str
    sees: Sees = _whatever
    nth: int = 1
    again: bool = False
    anywhere: bool = False


def _entry(kind: str) -> Sees:
    """An entry of this kind, about to be appended."""
    return lambda frame, _: type(frame.f_locals["entry"]).__name__.lower() == kind


def _appended(kind: str) -> Sees:
    """An entry of this kind, on disk: a function that raises returns None."""
    return lambda frame, arg: arg is not None and _entry(kind)(frame, arg)


def _row(kind: str) -> Sees:
    """A row of this kind, in a transaction that is still open."""
    return lambda frame, arg: arg is not None and (
        frame.f_locals["stored"].columns["kind"] == kind)


def entry_points(kind: str, **more: bool) -> tuple[Point, ...]:
    """Before an entry is appended, between insert and commit, right after the commit."""
    append = "trials.ledger.ledger:Ledger.append"
    return (
        Point(f"{kind}: before the append", append, "call", _entry(kind), **more),
        Point(f"{kind}: between insert and commit", "trials.ledger.storage:add_row", "return",
              _row(kind), **more),
        Point(f"{kind}: right after the commit", append, "return", _appended(kind), **more))


def _running(phase: str = "") -> Sees:
    """The press says that the cycle runs, and is in this phase."""
    def sees(_frame: FrameType, arg: Any) -> bool:
        return arg is not None and arg.state is CycleState.RUNNING and phase in ("", phase_of(arg))
    return sees


def phase_of(report: Any) -> str:
    """Ramp, dwell or release of a running cycle, by the share of it that is over."""
    recipe = report.recipe
    spans = phases(recipe.pressure_mpa, recipe.dwell_s, recipe.temperature_c,
                   recipe.ramp_mpa_per_s, recipe.release_mpa_per_s)
    passed = report.elapsed_s / report.duration_s * spans.total - spans.heat
    if passed < spans.ramp:
        return "ramp"
    return "dwell" if passed < spans.ramp + spans.dwell else "release"


def _finished_meanwhile(frame: FrameType, arg: Any) -> bool:
    """Stands still from the first sight of the running cycle until the press has ended it."""
    if not _running()(frame, arg):
        return False
    press, cycle_id = frame.f_locals["press"], frame.f_locals["cycle_id"]
    deadline = time.monotonic() + FINISH_WITHIN_S
    while press.report(cycle_id).state is CycleState.RUNNING:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _got(_frame: FrameType, arg: Any) -> bool:
    return arg is not None


def _starting(frame: FrameType, _arg: Any) -> bool:
    return bool(frame.f_locals["method"] == "start")


def _unanswered(frame: FrameType, arg: Any) -> bool:
    return _starting(frame, arg) and arg.__name__ == "readline"


ASK, COLLECT = "hardware.guard:ask", "hardware.guard:collect"
OPENED = entry_points("opened", anywhere=True)
ENDED = entry_points("ended", anywhere=True)
CHOOSING = (
    Point("choosing: in the middle of a proposal by design", "optimizer.proposals:_opening",
          "call"),
    *entry_points("planned", again=True))
COMMANDING = (*entry_points("commanded", again=True),
              Point("press: before its start is called", "hardware.guard:_start_and_watch", "call",
                    again=True))
PRESSING = (
    Point("press: in the dwell", ASK, "return", _running("dwell")),
    Point("press: in the release", ASK, "return", _running("release")),
    Point("press: finished, not collected", ASK, "return", _finished_meanwhile),
    Point("press: in the ramp", ASK, "return", _running("ramp")))
COLLECTING = (
    Point("collecting: while the cycle still runs", ASK, "return", _running(), again=True),
    Point("collecting: before the press is asked", COLLECT, "call", again=True),
    Point("collecting: trace in hand, not recorded", COLLECT, "return", _got, again=True),
    *entry_points("pressed", again=True))
EVALUATING = (
    *entry_points("measured", again=True),
    Point("evaluate: in the middle of a fit", "evaluation.circuits.variable_projection:search",
          "call", nth=3, again=True),
    *entry_points("evaluated", again=True))
MODELLED = (
    Point("choosing: in the middle of a proposal by the models", "optimizer.proposals:_best",
          "call"),)
STARTS = {
    "simulated": (
        Point("press: inside its start, before it has it on record",
              "hardware.simulation.bench:Bench.accept", "call", again=True),
        Point("press: has accepted, the campaign does not know",
              "hardware.simulation.bench:Bench.accept", "return", again=True),
        Point("press: its start has returned",
              "hardware.presses.simulated:SimulatedPress.start", "return")),
    "modbus": (
        Point("press: inside its start, before the supervisor is told",
              "hardware.supervisor.client:SupervisedPress._call", "call", _starting, again=True),
        Point("press: the supervisor is told, the campaign does not know",
              "hardware.supervisor.client:SupervisedPress._call", "c_call", _unanswered,
              again=True),
        Point("press: its start has returned",
              "hardware.supervisor.client:SupervisedPress.start", "return"))}
SWEEPS = {
    "simulated": (
        Point("meter: before the sweep", "hardware.meters.simulated:SimulatedMeter.sweep", "call",
              again=True),
        Point("meter: in mid sweep", "hardware.meters.simulated:noisy", "call", nth=2, again=True),
        Point("meter: swept, not recorded", "hardware.meters.simulated:SimulatedMeter.sweep",
              "return", _got, again=True)),
    "modbus": (
        Point("meter: before the sweep", "hardware.meters.scpi:ScpiMeter.sweep", "call",
              again=True),
        Point("meter: in mid sweep", "hardware.scpi.link:Link.ask", "call", nth=3, again=True),
        Point("meter: swept, not recorded", "hardware.meters.scpi:ScpiMeter.sweep", "return", _got,
              again=True))}


def points_of(press: str) -> tuple[Point, ...]:
    """All points of a campaign on this press, in an order in which they can be reached.

    What a PLC's log is worth depends on when it was looked at, and with it what the models
    choose."""
    return (*OPENED, *CHOOSING, *COMMANDING, *STARTS[press], *PRESSING, *COLLECTING,
            *SWEEPS[press], *EVALUATING, *(MODELLED if press == "simulated" else ()), *ENDED)


def die_at(point: Point, stack: int | None) -> None:
    """Makes this process kill itself, as `kill -9` does, when it reaches the point.

    While it works on the stack of this number; None stands for any."""
    target, carrying = code_of(point.function), code_of("flows.campaign.trial:carry_through")
    now: list[int | None] = [None]
    seen = 0

    def look(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal seen
        code = frame.f_code
        if code is carrying and event == "call":
            now[0] = frame.f_locals["number"]
        if code is not target or event != point.event or stack not in (None, now[0]):
            return
        if point.sees(frame, arg):
            seen += 1
            if seen == point.nth:
                os.write(2, f"\n{REACHED}{point.name}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(look)


def code_of(function: str) -> CodeType:
    """The code of `room.module:qualified.name`."""
    module, _, path = function.partition(":")
    found: Any = importlib.import_module(f"pressloop.{module}")
    for name in path.split("."):
        found = getattr(found, name)
    code = getattr(found, "fn", found).__code__
    assert isinstance(code, CodeType)
    return code
