"""Wiring: settings in, an open ledger, press and meter out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pressloop.flows.campaign.asked_first import prove_up_to_date
from pressloop.flows.campaign.blackout import Blackout
from pressloop.flows.campaign.decisions.caution import cautious
from pressloop.flows.campaign.earlier import earlier_trials
from pressloop.flows.campaign.machine_records import beside, devices, simulated, stem_of
from pressloop.flows.campaign.shared_meter import SharedMeter
from pressloop.flows.operator.entered import NoMeter, by_person_alone
from pressloop.flows.operator.people import person_for
from pressloop.flows.operator.telling import tell
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE, DriverTable
from pressloop.flows.settings.machine_steps import prove_set, with_steps_of_press
from pressloop.hardware.agreement import compare
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.protocols import ImpedanceMeter, Place, Press
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.trials.entry import Opened
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import display, parse, sqlite_path
from pressloop.trials.ledger.database import engine_for, reading
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.schema import revision_of
from pressloop.trials.provenance import versions
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.trial import Trial

if TYPE_CHECKING:
    from pressloop.optimizer import Models
    from pressloop.optimizer.stopping import Assessment


@dataclass(frozen=True, slots=True)
class Order:
    """What one run of a campaign was asked for, on top of its settings.

    `trials` stacks in all, and no more than `more` on top of those that there are when this run's
    turn at the press comes: of the campaign, or, where several presses share it, of its own press,
    which then ends at its `share`. `flow_run` is the id of Prefect's flow run, "" outside one;
    `press` the name of the press, where several share the campaign. No stack is begun within the
    `blackouts`."""

    trials: int
    seed: int
    ledger_url: str
    note: str = ""
    flow_run: str = ""
    more: int | None = None
    share: int | None = None
    press: str = ""
    blackouts: tuple[Blackout, ...] = ()


Hold = Callable[[str], AbstractContextManager[None]]
"""Holds the press with this serial number for the length of its block."""


class Run:
    """One run of a campaign: its settings and order, and what it works with.

    A plain object rather than a value: it holds open connections and is handed to Prefect tasks,
    which would take a dataclass apart."""

    def __init__(self, settings: Settings, order: Order, ledger: Ledger, press: Press,
                 meter: ImpedanceMeter, earlier: tuple[Trial, ...] = ()) -> None:
        self.settings, self.order, self.ledger = settings, order, ledger
        self.press, self.meter, self.earlier = press, meter, earlier
        # Waits while people hold the run up; says how many requests it has obeyed, None of none.
        self.ready: Callable[[], int | None] = lambda: None
        self._fitted: Models | None = None
        self._fitted_for: object = None
        self.weighed: tuple[Models, Assessment] | None = None

    @property
    def simulated(self) -> bool:
        """True when press or meter is not real."""
        return simulated(self.press, self.meter)

    @property
    def campaign(self) -> str:
        """The campaign's name in the ledger."""
        return self.settings.campaign.name

    @property
    def press_name(self) -> str:
        """The name of this run's press, "" where it has none."""
        return self.settings.press_name

    def owns(self, trial: Trial) -> bool:
        """True for a stack of this run's press.

        That of another press is in that press's hands: it alone can say what became of it. One
        from before the presses had names is this one's where it was commanded here, or was not
        commanded and this is the first press."""
        if trial.press or not self.press_name:
            return trial.press == self.press_name
        if trial.press_serial:
            return trial.press_serial == self.press.identify().serial
        return self.settings.is_first_press

    def history(self) -> tuple[Trial, ...]:
        """The campaign's trials as the ledger has them now, without their arrays."""
        return self.ledger.history(self.campaign, arrays=False)

    def models(self, stack: Stack | None = None) -> Models:
        """What the campaign's trials teach; fitted anew only once the ledger has more of them.

        For stacks of this one's lot and operator, else those of the settings."""
        from pressloop.optimizer import fit_models
        from pressloop.optimizer.beliefs.fitting import with_under_way

        self.ledger.prove(self.campaign)
        history, problem = self.history(), cautious(self.ledger, self.settings).problem
        origin = self.settings.origin
        if stack is not None:
            origin = (stack.lot, stack.operator, *origin[2:])
        if self._fitted_for != (origin, problem.limits):
            self._fitted = None
        if self._fitted is not None and self._fitted.history != history:
            self._fitted = with_under_way(self._fitted, history)
        if self._fitted is None:
            self._fitted = fit_models(problem, history, self.earlier, origin=origin)
            self._fitted_for = (origin, problem.limits)
        return self._fitted


def order_of(settings: Settings, trials: int | None = None, seed: int | None = None,
             ledger: str | None = None, note: str = "", press: str = "") -> Order:
    """The order that these arguments and the settings' defaults make."""
    table = settings.campaign
    return Order(table.trials if trials is None else trials,
                 table.seed if seed is None else seed, ledger or table.ledger, note,
                 press=press)


def prove_modules(settings: Settings) -> None:
    """Raises BadInput for an acquisition or a model that does not exist.

    Now, not after the first stacks."""
    from pressloop.optimizer.model_files import prove_files
    from pressloop.optimizer.proposals import acquisition_module

    acquisition_module(settings.search.acquisition)
    prove_files(settings.problem.surrogate)


@contextmanager
def open_lab(settings: Settings, order: Order, *, prove: bool = True
             ) -> Iterator[tuple[Press, ImpedanceMeter]]:
    """Opens press and meter and, with `prove`, compares their limits with the settings.

    Moves nothing.

    Raises BadInput when they disagree or the search cannot be had, Fault when one does not answer.
    """
    prove_modules(settings)
    settings = settings.of_press(order.press)
    with open_press(settings, order, prove=prove) as press, \
            _opened_meter(settings, order) as meter:
        yield press, meter


@contextmanager
def open_run(settings: Settings, order: Order, hold: Hold = press_lock) -> Iterator[Run]:
    """A run that has its press to itself until the block ends.

    By `hold`: the plain lock raises PressBusy at once while another run has the press.

    What the press remembers is held against the ledger before the campaign is opened, and the
    ledger's entries are proved. Raises LedgerBehind where the press knows more, LedgerProblem for
    an entry that is not as it was written.
    """
    prove_lasting(order.ledger_url)
    prove_modules(settings)
    earlier = earlier_trials(settings, order.ledger_url)
    name = settings.campaign.name
    settings = with_steps_of_press(settings.of_press(order.press))
    with open_press(settings, order) as press, hold(press.identify().serial), \
            closing(Ledger.open(order.ledger_url)) as ledger, \
            _opened_meter(settings, order, ledger) as meter:
        ledger.prove(name)
        prove_up_to_date(press, ledger, name, ledger.shown_url)
        run = Run(settings, order, ledger, press, meter, earlier)
        run.order = order = _numbered(run)
        ledger.append(name, None, Opened(
            settings.plain(), settings.digest, order.seed, versions(), order.note,
            devices(press, meter), run.simulated, order.flow_run, order.trials,
            settings.press_name or None, order.share))
        try:
            yield run
        finally:
            ledger.checkpoint()


def prove_ledger(press: Press, settings: Settings, order: Order) -> None:
    """Raises what a run would refuse its ledger for. A ledger that is not there yet is not made."""
    name = settings.campaign.name
    with closing(as_it_is(order.ledger_url)) as ledger:
        ledger.prove(name)
        prove_up_to_date(press, ledger, name, display(parse(order.ledger_url)))


def as_it_is(url: str) -> Ledger:
    """The ledger; where there is none yet, an empty one in memory."""
    parsed = parse(url)
    path = sqlite_path(parsed)
    if path is not None and not path.exists():
        return Ledger.open("sqlite://")
    engine = engine_for(parsed, create=False)
    try:
        with reading(engine, display(parsed)) as connection:
            empty = revision_of(connection, display(parsed)) is None
    finally:
        engine.dispose()
    return Ledger.open("sqlite://" if empty else url)


def _numbered(run: Run) -> Order:
    """The run's order with the number of stacks at which it ends, those in work not counted."""
    order, shared = run.order, run.press_name != ""
    if order.more is None:
        return order
    end = order.more + sum(t.used_here for t in run.history() if not shared or run.owns(t))
    return (replace(order, share=end, more=None) if shared else
            replace(order, trials=min(order.trials, end), more=None))


@contextmanager
def open_press(settings: Settings, order: Order, *, prove: bool = True, brief: bool = False
               ) -> Iterator[Press]:
    """The press alone; with `prove`, its limits are compared with the settings. Moves nothing.

    A `brief` caller leaves no link open behind it."""
    settings = settings.of_press(order.press)
    table, place = settings.press, replace(_place(settings, order), brief=brief)
    _prove_there("press", table)
    with closing(connect_press(table.driver, table.options, place)) as press:
        if prove:
            compare(settings.envelope, press.identify())
            prove_set(settings, press.identify())
        yield press


def _opened_meter(settings: Settings, order: Order, ledger: Ledger | None = None
                  ) -> closing[ImpedanceMeter]:
    table, place = settings.meter, _place(settings, order)
    if by_person_alone(settings):
        return closing(NoMeter())
    _prove_there("meter", table)
    if ledger is not None:
        place = replace(place, swept=lambda stack: sum(
            trial.sweeps for trial in ledger.history(settings.campaign.name, arrays=False)
            if trial.stack.stack_id == stack.stack_id))
    if settings.takes_turns_at_meter:
        return closing(SharedMeter(table, lambda: connect_meter(table.driver, table.options, place)
                                   ))
    return closing(connect_meter(table.driver, table.options, place))


def _prove_there(key: str, table: DriverTable) -> None:
    if table.driver == NO_DEVICE:
        raise BadInput(key, "missing", f"a table [{key}] that names its driver",
                       "Add it to press stacks; without one a campaign learns from tables and "
                       "attached stacks alone (import, attach, suggest, recommend, report).")


def _place(settings: Settings, order: Order) -> Place:
    stem = beside(stem_of(order.ledger_url), settings.press_name)
    return Place(order.seed, stem, settings.envelope,
                 settings.campaign.on_stop, person_for(), _read_file, tell)


def _read_file(path: Path, area_cm2: float, *, sweep: str = "last", columns: str = "") -> Spectrum:
    from pressloop.evaluation.readers import read_spectrum

    return read_spectrum(path, area_cm2=area_cm2, sweep=sweep, columns=columns)


def prove_lasting(url: str) -> None:
    """A ledger in memory forgets which stacks were pressed. Raises BadInput for one."""
    if (parsed := parse(url)).get_backend_name() == "sqlite" and sqlite_path(parsed) is None:
        raise BadInput("ledger", url, "on disk", "Write it like sqlite:///runs/ledger.db.")
