"""Quantities that a person measures and enters for each stack, with or without a meter beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pressloop.flows.operator.people import person_for
from pressloop.flows.operator.typed import number_and_error
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE
from pressloop.hardware.person import Blank, Person, Question
from pressloop.hardware.protocols import MeterIdentity
from pressloop.trials.entry import Entered
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import LOG, Measurement, Quantity
from pressloop.trials.readings import LABELS
from pressloop.trials.spectrum import FULL, Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.tables.columns.cells import EMPTY
from pressloop.trials.trial import Trial

ANSWER, MEASURED = "answer", "measured"
UNLIKE, FEWEST = 5.0, 3
"""Beyond so many times the span of the values before, from so many of them on, a value is asked for
twice: a slipped point looks so."""


def asked_for(settings: Settings) -> tuple[Quantity, ...]:
    """The quantities that a person enters: all but the resistance, which a spectrum tells."""
    return tuple(q for q in settings.quantities if not q.is_resistance)


def by_person_alone(settings: Settings) -> bool:
    """True where there is no meter, as all that is measured is entered."""
    return settings.meter.driver == NO_DEVICE and bool(settings.quantities) and len(
        asked_for(settings)) == len(settings.quantities)


class NoMeter:
    """Stands where a meter would, for a campaign of which a person enters everything."""

    def identify(self) -> MeterIdentity:
        """That it is a person."""
        return MeterIdentity("values entered by a person", "none", 1.0, 1.0, (FULL,),
                             simulated=False)

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """Nothing: there is no spectrum."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""


def entered(settings: Settings, trial: Trial, history: Sequence[Trial]) -> Entered | None:
    """What the person says of a pressed stack; None where nothing is entered in this campaign.

    Raises Fault when nobody can be asked or answers: the stack stays pressed, and is asked about at
    the next start."""
    quantities = asked_for(settings)
    if not quantities:
        return None
    person, name = person_for(), trial.stack.stack_id
    if person is None:
        raise Fault(f"stack {name} has been pressed, and nobody can be asked for its "
                    f"{', '.join(q.name for q in quantities)}: run it in a terminal, or as a "
                    "Prefect flow run, whose form then asks")
    choices = (MEASURED, *LABELS)
    question = Question(f"Measure stack {name}", "\n".join((
        f"Stack {name}, lot {trial.stack.lot}, is pressed. Measure "
        f"{', '.join(map(_named, quantities))}.",
        f'Answer "{MEASURED}" to enter the values; or say how the stack failed ("failed" where '
        'nobody knows), or that a person has spoilt it.')),
        (Blank(ANSWER, "What became of it", choices=choices),))
    answer = str(person.ask(question)[ANSWER])
    if answer != MEASURED:
        return Entered(failure=answer)
    values = _values(person, name, quantities, history)
    first = quantities[0]
    said = next((one for one in values if one.name == first.name), None)
    if said is not None and first.failed(said.value):
        return Entered(failure=LABELS[3], why=f"{first.name} {said.value:g} {first.unit}".rstrip())
    return Entered(values)


def _values(person: Person, name: str, quantities: Sequence[Quantity], history: Sequence[Trial]
            ) -> tuple[Measurement, ...]:
    """Asks until the values are possible, and until an unlikely one was typed twice."""
    trouble, before = "", None
    blanks = tuple(_blank(q) for q in quantities)
    while True:
        given = person.ask(Question(
            f"Values of stack {name}", "As they were measured, each in the unit that is shown; "
            "behind ± its standard error, where it is known, as in 1.9 ± 0.1.",
            blanks, trouble))
        try:
            values = tuple(_read(q, given) for q in quantities)
        except BadInput as error:
            trouble = str(error)
            continue
        found = tuple(one for one in values if one is not None)
        doubt = [words for one in found if (words := _unlikely(one, history))]
        if not doubt or found == before:
            return found
        trouble, before = f"{' '.join(doubt)} If it is so, type it again to confirm.", found


def _blank(q: Quantity) -> Blank:
    """A text, as an error may stand behind the number."""
    unit = f" in {q.unit}" if q.unit else ""
    return Blank(q.name, f"{_label(q)}{unit}{'' if q.sought else '; - where not measured'}")


def _label(q: Quantity) -> str:
    return f"{q.name}, {q.wanted()}" if q.goal not in ("minimise", "maximise") else q.name


def _named(q: Quantity) -> str:
    return f"{q.name} ({q.unit})" if q.unit else q.name


def _read(q: Quantity, given: Mapping[str, float | str]) -> Measurement | None:
    typed = str(given[q.name]).strip()
    if not q.sought and typed.casefold() in EMPTY:
        return None
    value, error = number_and_error(q.name, typed, "Type it again.")
    if error == 0.0:
        raise BadInput(f"{q.name}_se", error, "above 0", "Leave out an error that is not known.")
    if q.scale == LOG and not value > 0.0 and not q.failed(value):
        raise BadInput(q.name, value, "above 0", "Type it again; a stack that gives no reading has "
                       "failed.")
    return Measurement(q.name, value, error, q.unit)


def _unlikely(one: Measurement, history: Sequence[Trial]) -> str:
    """What makes a value unlike those before; "" where nothing does."""
    known = [reading.value for t in history if isinstance(t.outcome, Intact)
             and (reading := t.outcome.reading(one.name)) is not None]
    if len(known) < FEWEST:
        return ""
    low, high = min(known), max(known)
    beyond = max(low - one.value, one.value - high, 0.0)
    factor = one.value < low / UNLIKE or one.value > high * UNLIKE
    if beyond <= UNLIKE * (high - low) and not (low > 0.0 and factor):
        return ""
    return (f"{one.name} = {one.value:g}, where the {len(known)} stacks before read {low:g} to "
            f"{high:g}.")
