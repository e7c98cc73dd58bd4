"""The inventory: stacks that people have made, folded from the ledger's entries.

It has a chain of its own in the ledger, beside those of the campaigns. A stack leaves it in the
transaction that plans its trial, so that no two campaigns or processes ever draw the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pressloop.trials.checks import not_negative, positive, text
from pressloop.trials.entry import Drawn, Entry, Handled, Stocked
from pressloop.trials.errors import BadInput, LedgerProblem
from pressloop.trials.wording import counted

INVENTORY = " inventory"
"""The name of its chain. No campaign is called so: their names begin with no space."""
LOADED, UNLOADED, QUARANTINED, RELEASED = "loaded", "unloaded", "quarantined", "released"


@dataclass(slots=True)
class Item:
    """One stack of the inventory.

    `where` is the press or magazine it is loaded into, "" for the shelf; `quarantine` the reason
    why it is not to be pressed, "" for none; `drawn` who has it."""

    made: Stocked
    where: str = ""
    quarantine: str = ""
    drawn: Drawn | None = None
    steps: int = 0
    loaded_as: int = 0

    @property
    def expires(self) -> datetime | None:
        """When its exposure is too long; None for never."""
        if self.made.exposure_limit_h is None:
            return None
        return moment("exposed", self.made.exposed_utc) + timedelta(
            hours=self.made.exposure_limit_h)

    def unfit(self, now: datetime) -> str:
        """Why it must not be pressed now; "" where it may be."""
        if self.quarantine:
            return f"in quarantine ({self.quarantine})"
        if (end := self.expires) is not None and not now < end:
            return f"expired, exposed for more than {self.made.exposure_limit_h:g} h"
        return ""


@dataclass(slots=True)
class Inventory:
    """Stacks by barcode, in the order of adding."""

    items: dict[str, Item] = field(default_factory=dict)
    _loadings: int = 0

    def take(self, entry: Entry) -> None:
        """The inventory after this entry.

        Raises LedgerProblem for one that cannot have followed."""
        match entry:
            case Stocked(barcode=barcode):
                if barcode in self.items:
                    raise _cannot(barcode, "one that is not in the inventory yet",
                                  "Each stack has a barcode of its own.")
                self.items[barcode] = Item(entry)
            case Handled():
                self._handle(self._known(entry.barcode), entry)
            case Drawn():
                self._draw(self._known(entry.barcode), entry)

    def _known(self, barcode: str) -> Item:
        if (item := self.items.get(barcode)) is None:
            raise _cannot(barcode, "one of the inventory", "`pressloop stacks add` adds it.")
        return item

    def _handle(self, item: Item, entry: Handled) -> None:
        if entry.step != item.steps + 1:
            raise _cannot(entry.barcode, f"at step {item.steps + 1}, not {entry.step}",
                          "Somebody else has handled it meanwhile: look again.")
        if (why := _not_so(item, entry)):
            raise _cannot(entry.barcode, *why)
        item.steps += 1
        if entry.what == LOADED:
            self._loadings += 1
            item.where, item.loaded_as = entry.where, self._loadings
        elif entry.what == UNLOADED:
            item.where = ""
        else:
            reason = entry.reason or "no reason given"
            item.quarantine = reason if entry.what == QUARANTINED else ""

    def _draw(self, item: Item, entry: Drawn) -> None:
        if item.drawn is not None:
            raise _cannot(entry.barcode, f"free; trial {item.drawn.trial} of "
                          f"{item.drawn.campaign} has it", "No stack is pressed twice.")
        if item.quarantine:
            raise _cannot(entry.barcode, f"not in quarantine ({item.quarantine})",
                          "`pressloop stacks release` ends it.")
        if entry.where and item.where != entry.where:
            raise _cannot(entry.barcode, f"loaded at {entry.where}", "Load it first.")
        item.drawn = entry


def _not_so(item: Item, entry: Handled) -> tuple[str, str] | None:
    """What the stack should be before that, and what to do; None where it is."""
    if entry.what == LOADED:
        return _not_loadable(item, entry)
    if entry.what == UNLOADED and not item.where:
        return "loaded", "It is on the shelf."
    if entry.what == RELEASED and not item.quarantine:
        return "in quarantine", "It is not."
    if entry.what not in (UNLOADED, QUARANTINED, RELEASED):
        return f"handled in a way that is known, not {entry.what}", "Update pressloop."
    return None


def _not_loadable(item: Item, entry: Handled) -> tuple[str, str] | None:
    if item.drawn is not None:
        return (f"one that is not used; trial {item.drawn.trial} of {item.drawn.campaign} has it",
                "No stack is pressed twice.")
    if item.quarantine:
        return f"not in quarantine ({item.quarantine})", "`pressloop stacks release` ends it."
    return None if entry.where else ("with the name of a press or magazine", "Say --at.")


def _cannot(barcode: str, bound: str, remedy: str) -> LedgerProblem:
    return LedgerProblem("stack", barcode, bound, remedy)


def inventory_of(entries: Iterable[Entry]) -> Inventory:
    """The inventory after these entries, in the order of recording. Raises LedgerProblem."""
    found = Inventory()
    for entry in entries:
        found.take(entry)
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stacks a campaign draws.

    Only loaded ones with `loaded`, only those `at` this press or magazine unless that is "", and
    only of these lots unless there are none."""

    loaded: bool = False
    at: str = ""
    lots: tuple[str, ...] = ()


def next_of(inventory: Inventory, wanted: Wanted, now: datetime) -> Item | None:
    """The stack to draw next, None where none is left.

    Loaded ones as they were loaded, others as they expire, then as they were added."""
    found = [item for item in inventory.items.values() if not _passed_over(item, wanted, now)]
    if wanted.loaded or wanted.at:
        return min(found, key=lambda item: item.loaded_as, default=None)
    return min(found, key=lambda item: (item.expires is None, item.expires or now), default=None)


def left(inventory: Inventory, wanted: Wanted, now: datetime) -> int:
    """How many stacks can be drawn now."""
    return sum(not _passed_over(item, wanted, now) for item in inventory.items.values())


def why_none(inventory: Inventory, wanted: Wanted, now: datetime) -> str:
    """What became of the stacks, in a few words, where none can be drawn."""
    tally: dict[str, int] = {}
    for item in inventory.items.values():
        why = _passed_over(item, wanted, now)
        tally[why] = tally.get(why, 0) + 1
    told = [f"{count} {why}" for why, count in tally.items() if why]
    if not told:
        return "none was ever added: `pressloop stacks add` does"
    return f"of {counted(len(inventory.items), 'stack')}, {', '.join(told)}"


def _passed_over(item: Item, wanted: Wanted, now: datetime) -> str:
    """Why this stack is not drawn, in two or three words; "" where it can be."""
    if item.drawn is not None:
        return "used"
    if item.quarantine:
        return "in quarantine"
    if item.unfit(now):
        return "expired"
    if wanted.lots and item.made.lot not in wanted.lots:
        return "of other lots"
    if wanted.at and item.where != wanted.at:
        return f"not loaded at {wanted.at}"
    return "not loaded" if wanted.loaded and not item.where else ""


def moment(name: str, told: str) -> datetime:
    """A time as the inventory keeps it. Raises BadInput for one that is none or has no zone."""
    try:
        found = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        found = datetime.min
    if found.tzinfo is None:
        raise BadInput(name, told, "a date and time with its zone",
                       "Write it like 2026-03-01T14:30+01:00.")
    return found


def prove_stocked(entries: Sequence[Stocked]) -> None:
    """Raises BadInput for values that no stack can have."""
    for one in entries:
        for name in ("barcode", "lot"):
            if len(text(name, getattr(one, name))) > 80:
                raise BadInput(name, getattr(one, name), "at most 80 characters", "Shorten it.")
        if moment("exposed", one.exposed_utc) < moment("made", one.made_utc):
            raise BadInput("exposed", one.exposed_utc, f"not before it was made, {one.made_utc}",
                           "Correct one of them.")
        for name in ("exposure_limit_h", "thickness_um", "area_cm2"):
            if (value := getattr(one, name)) is not None:
                positive(name, value)
        for name in ("pre_press_mpa", "anode_press_mpa"):
            if (value := getattr(one, name)) is not None:
                not_negative(name, value)
