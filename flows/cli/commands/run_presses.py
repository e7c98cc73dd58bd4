"""`pressloop run` for settings with several presses: a process for each, and one that looks on.

Each is a `pressloop run SETTINGS.toml --press NAME` as a person would start it in a terminal of its
own: what a bench does is what a lab does (ADR 40).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pressloop.flows.campaign.lab import (
    Order,
    open_lab,
    prove_lasting,
    prove_ledger,
)
from pressloop.flows.campaign.machine_records import simulated
from pressloop.flows.console import STOPPED, TERMINATED, Asked, ended, say, terminable
from pressloop.flows.engine import prefect_environment
from pressloop.flows.operator.entered import asked_for
from pressloop.flows.operator.variables import ASK_VARIABLE
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.gauge import load_of
from pressloop.flows.settings.machine_steps import asked_of
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.protocols import PressIdentity
from pressloop.optimizer.parameter import PERSON, STACK
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.ledger.address import hidden, parse
from pressloop.trials.ledger.ledger import Ledger

LOOK_S = 0.2
SAID_BY = "pressloop: "
"""How the last word of a command begins that ends without its result."""


def orders_of(settings: Settings, order: Order) -> tuple[Order, ...]:
    """The order of each press that takes part. Raises BadInput for a name that no press has."""
    names = [press.name for press in settings.presses]
    if order.press or len(names) < 2:
        return (replace(order, press=settings.of_press(order.press).press_name),)
    return tuple(replace(order, press=name) for name in names)


def proved(settings: Settings, orders: Sequence[Order]) -> bool:
    """True for a simulated lab; raises what a run of any of these presses would raise at its start.

    Also BadInput for two names of one press, and for presses that would ask a person each."""
    prove_lasting(orders[0].ledger_url)
    unreal, known, machines = False, dict[str, str](), list[PressIdentity]()
    for order in orders:
        with open_lab(settings, order) as (press, meter):
            who = press.identify()
            if (other := known.setdefault(who.serial, order.press)) != order.press:
                raise BadInput("[[press]]", order.press, f"another press than {other}; both are "
                               f"{who.name}, serial {who.serial}", "Correct one address.")
            if not os.environ.get("PREFECT_API_URL"):
                # A server of its own has no queue in which others could be seen.
                with press_lock(who.serial):
                    pass
            prove_ledger(press, settings, order)
            unreal = unreal or simulated(press, meter)
            machines.append(who)
    if len(orders) > 1:
        for who in machines:
            _prove_nobody_asked(settings, who)
    return unreal


def _prove_nobody_asked(settings: Settings, machine: PressIdentity) -> None:
    by_hand = () if machine.simulated else asked_of(settings, (PERSON, STACK))
    if os.environ.get(ASK_VARIABLE) != "form" and (
            machine.asks or by_hand or asked_for(settings)):
        raise BadInput("--press", "not given", "the name of one press, as a person is asked here",
                       "Start each press in a terminal of its own, by --press NAME.")


@dataclass
class Worker:
    """The process of one press, and what it said last."""

    name: str
    process: subprocess.Popen[str]
    last: str = ""
    told: bool = False
    reader: threading.Thread | None = field(default=None, repr=False)

    def read(self) -> None:
        """Passes on what it says, until it has ended."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.last = line.strip() or self.last
            say(f"{self.name}: {line.rstrip()}")

    @property
    def ended(self) -> bool:
        """True once it has, and has said everything."""
        if self.process.poll() is None:
            return False
        if self.reader is not None:
            self.reader.join(LOOK_S)
        return True

    @property
    def stopped(self) -> bool:
        """True of one that somebody has stopped, as by the operator console: nothing is wrong."""
        return self.process.returncode in (STOPPED, TERMINATED)

    @property
    def out(self) -> bool:
        """True of one that could not go on."""
        return bool(self.process.returncode) and not self.stopped

    @property
    def why(self) -> str:
        """Why it ended without having enough stacks."""
        told = self.last.removeprefix(SAID_BY)
        return told if self.last.startswith(SAID_BY) else (
            f"its process ended with code {self.process.returncode}")


def press_on_all(path: Path, settings: Settings, orders: Sequence[Order], ledger: Ledger) -> None:
    """One process for each press, until all have ended.

    A press that cannot go on is taken out, the others press on. Raises Fault where none could, and
    Exit where the run was stopped."""
    prefect_environment.prepare(quiet=True)
    from pressloop.flows.engine.server import temporary_server

    with terminable() as asked, temporary_server(), \
            _shown(settings, orders[0], ledger), _workers(path, orders) as workers:
        _watch(workers)
    _concluded(workers, asked)


def _shown(settings: Settings, order: Order, ledger: Ledger) -> AbstractContextManager[object]:
    """The picture of all in a terminal; in a log the lines of the presses tell it already."""
    from pressloop.views.live.progress import LiveProgress

    if not sys.stderr.isatty():
        return nullcontext()
    name = settings.campaign.name
    return LiveProgress(lambda: ledger.history(name, arrays=False), order.trials,
                        load=load_of(settings), of=settings.objective.quantity)


@contextmanager
def _workers(path: Path, orders: Sequence[Order]) -> Iterator[list[Worker]]:
    """Their processes; a stop of this one is passed on, and waited for."""
    with ExitStack() as left:
        workers: list[Worker] = []
        left.callback(_waited_for, workers)
        try:
            for order in orders:
                workers.append(_started(path, order))
            yield workers
        except BaseException as stop:
            _pass_on(workers, signal.SIGINT if isinstance(stop, KeyboardInterrupt)
                     else signal.SIGTERM)
            raise


def _started(path: Path, order: Order) -> Worker:
    """Out of reach of the terminal's own Ctrl-C, which this process hears and passes on."""
    command = [sys.executable, "-P", "-m", "pressloop", "run", str(path), "--press", order.press,
               "--trials", str(order.trials), "--seed", str(order.seed), "--ledger",
               hidden(order.ledger_url)]
    process = subprocess.Popen(
        command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True, errors="replace",
        env=_environment(order))
    worker = Worker(order.press, process)
    worker.reader = threading.Thread(target=worker.read, name=f"words of {order.press}",
                                     daemon=True)
    worker.reader.start()
    return worker


def _environment(order: Order) -> Mapping[str, str]:
    """With the password of the ledger, which is not for the list of this computer's processes."""
    url = parse(order.ledger_url)
    password = url.password or url.query.get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def _watch(workers: Sequence[Worker]) -> None:
    while not all(worker.ended for worker in workers):
        for worker in workers:
            if worker.ended and worker.out and not worker.told:
                worker.told = True
                others = sum(not one.ended for one in workers)
                say(f"Press {worker.name} is taken out: {worker.why}"
                    + (f" The campaign goes on with {others} of {len(workers)} presses."
                       if others else ""))
        time.sleep(LOOK_S)


def _pass_on(workers: Sequence[Worker], number: int) -> None:
    for worker in workers:
        with suppress(ProcessLookupError):
            worker.process.send_signal(number)


def _waited_for(workers: Sequence[Worker]) -> None:
    """Each ends in its own good time: its press unloads, its ledger has the last word."""
    for worker in workers:
        worker.process.wait()
        assert worker.process.stderr is not None
        if worker.reader is not None:
            worker.reader.join(LOOK_S)


def _concluded(workers: Sequence[Worker], asked: Asked) -> None:
    """Raises Exit for a run that was stopped, Fault where no press got to the end."""
    out = [f"{worker.name}: {worker.why}" for worker in workers if worker.out]
    nobody = all(worker.process.returncode for worker in workers)
    if asked.by is None and len(out) == len(workers):
        raise Fault(f"no press is left. {' '.join(out)}")
    if asked.by is None:
        for one in out:
            say(f"Warning: taken out: {one}")
    if asked.by is not None or nobody:
        raise ended("stopped. Nothing is lost: start again on the same ledger to go on.",
                    asked.code, "Stopped")
