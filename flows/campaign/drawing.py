"""Stacks from the inventory: which one is next, and whether one may still be pressed.

Where the settings draw nothing, a trial's stack is named by the campaign alone.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pressloop.flows.campaign.asked_first import stack_name
from pressloop.flows.campaign.lab import Run
from pressloop.flows.settings.campaign import Settings
from pressloop.trials.errors import BadInput
from pressloop.trials.inventory import Inventory, Item, Wanted, left, next_of, why_none
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial


def wanted(settings: Settings) -> Wanted | None:
    """Which stacks the campaign draws; None where it draws none."""
    table = settings.inventory
    if table.draw == "nothing":
        return None
    return Wanted(table.draw == "loaded", loaded_at(settings), table.lots)


def loaded_at(settings: Settings) -> str:
    """Where stacks must be loaded; "" for anywhere.

    At the press of that name, where the settings name no place and several presses share the
    campaign."""
    return settings.inventory.loaded_at or settings.press_name


def next_stack(run: Run, number: int) -> Stack | None:
    """The stack of a new trial, None where the inventory has none left for this campaign."""
    settings, name = run.settings, stack_name(run.campaign, number)
    asked = wanted(settings)
    if asked is None:
        return settings.stack_named(name)
    item = next_of(run.ledger.inventory(), asked, _now())
    return None if item is None else _stack(settings, name, item)


def drawn_meanwhile(run: Run, stack: Stack) -> bool:
    """True where somebody else has taken this stack, or a person has set it apart."""
    asked = wanted(run.settings)
    if asked is None or stack.barcode is None:
        return False
    item = run.ledger.inventory().items[stack.barcode]
    return next_of(Inventory({stack.barcode: item}), asked, _now()) is None


def unfit(run: Run, trial: Trial) -> str:
    """Why a planned stack must not be pressed any more, "" where it may.

    It may have waited for days. What was commanded is the press's to tell."""
    if trial.state is not State.PLANNED or trial.stack.barcode is None:
        return ""
    item = run.ledger.inventory().items.get(trial.stack.barcode)
    return "" if item is None else item.unfit(_now())


def why_none_left(run: Run) -> str:
    """A sentence on why no stack can be drawn; "" where one can be, or none is to be drawn."""
    return none_left(run.ledger, run.settings)


def none_left(ledger: Ledger, settings: Settings) -> str:
    """The same, before a run."""
    asked = wanted(settings)
    return "" if asked is None else drawable(ledger, asked)[1]


def drawable(ledger: Ledger, asked: Wanted) -> tuple[int, str]:
    """How many stacks can be drawn; where none, a sentence on why."""
    found, now = ledger.inventory(), _now()
    if count := left(found, asked, now):
        return count, ""
    return 0, f"No stack is left in the inventory: {why_none(found, asked, now)}."


def _stack(settings: Settings, name: str, item: Item) -> Stack:
    """What the inventory does not know of it is as [stack] says.

    Raises BadInput for one that is larger than the die."""
    made = item.made
    own = {key: value for key in ("operator", "thickness_um", "area_cm2", "pre_press_mpa",
                                  "anode_press_mpa") if (value := getattr(made, key)) is not None}
    most = settings.envelope.die_area_mm2 / 100.0
    if not (made.area_cm2 or 0.0) <= 1.001 * most:
        raise BadInput(f"area_cm2 of stack {made.barcode}", made.area_cm2,
                       f"at most {most:.4g}, the area of the die",
                       "Nothing was pressed. `pressloop stacks quarantine` sets it apart.")
    shared = settings.stack.model_dump() | {"area_cm2": settings.area_cm2}
    return Stack(**{**shared, **own, "stack_id": name, "lot": made.lot, "barcode": made.barcode})


def _now() -> datetime:
    return datetime.now(UTC)
